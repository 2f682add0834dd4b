package io.persist.part.filter;

import static io.persist.part.filter.Condition.Operator.EQUAL;
import static io.persist.part.filter.Condition.Operator.GREATER;
import static io.persist.part.filter.Condition.Operator.LESS;
import static io.persist.part.filter.Condition.Operator.LESS_OR_EQUAL;

import static org.assertj.core.api.Assertions.assertThat;

import io.persist.codec.Bytes;
import io.persist.codec.Codecs;
import io.persist.codec.ColumnAppender;
import io.persist.codec.Vectors;
import io.persist.codec.relation.Datum;
import io.persist.codec.relation.RelationCodec;
import io.persist.codec.relation.RelationColumn;
import io.persist.codec.relation.RelationDesc;
import io.persist.codec.relation.ScalarType;
import io.persist.codec.relation.SourceData;
import io.persist.part.stats.KeyStats;
import io.persist.part.stats.StatsSettings;
import io.persist.part.stats.UntrimmableColumns;

import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;

import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.RootAllocator;
import org.apache.arrow.vector.FieldVector;
import org.junit.jupiter.api.Test;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;

class KeyConditionTest {
    private static final RelationCodec<SourceData> CODEC = RelationCodec.of(RandomConditions.DESC);

    private static FieldVector column(List<SourceData> keys, BufferAllocator allocator) {
        FieldVector column = Vectors.create(CODEC.structuredField("k_s"), allocator);
        ColumnAppender<SourceData> appender = CODEC.appender(column);
        for (int i = 0; i < keys.size(); i++) {
            appender.append(i, keys.get(i));
        }
        appender.finish(keys.size());
        return column;
    }

    private static Bytes stats(FieldVector keys, int budgetBytes) {
        StatsSettings settings =
                new StatsSettings(true, budgetBytes, UntrimmableColumns.parse("err", "", ""));
        return KeyStats.trim(KeyStats.of(CODEC.keyStatistics(), keys), settings).encoded();
    }

    private static KeyCondition of(Condition condition) {
        return new KeyCondition(condition, CODEC.keyStatistics());
    }

    /** A part is ruled out only if no key is wanted; a key is claimed only if it is. */
    @Property(seed = "20261124", tries = 2000)
    void nothingThatIsWantedIsRuledOut(
            @ForAll long seed,
            @ForAll @IntRange(min = 1, max = 4) int count,
            @ForAll @IntRange(max = 700) int budgetBytes)
            throws Exception {
        Random random = new Random(seed);
        List<SourceData> keys = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            keys.add(RandomConditions.key(random));
        }
        RandomConditions.Case wanted = RandomConditions.random(random, random.nextInt(4));
        KeyCondition condition = of(wanted.condition());
        boolean any = keys.stream().anyMatch(wanted::wants);
        try (BufferAllocator allocator = new RootAllocator()) {
            try (FieldVector column = column(keys, allocator)) {
                if (any) {
                    assertThat(condition.mayBeOfInterest(stats(column, budgetBytes))).isTrue();
                    assertThat(condition.mayBeOfInterest(column)).isTrue();
                }
            }
            for (SourceData key : keys) {
                try (FieldVector one = column(List.of(key), allocator)) {
                    if (condition.areOfInterest(one)) {
                        assertThat(wanted.wants(key)).isTrue();
                    }
                }
            }
        }
    }

    private static SourceData row(int i, String text) {
        List<Datum> datums = new ArrayList<>();
        datums.add(Datum.NULL);
        datums.add(new Datum.Int32(i));
        datums.add(new Datum.Int64(7));
        datums.add(Datum.NULL);
        datums.add(new Datum.Float64(0.5));
        datums.add(Datum.NULL);
        datums.add(new Datum.Text(text));
        datums.add(new Datum.Bytea(Bytes.EMPTY));
        return new SourceData.Row(datums);
    }

    private static boolean mayBe(Condition condition, SourceData... keys) {
        try (BufferAllocator allocator = new RootAllocator();
                FieldVector column = column(List.of(keys), allocator)) {
            return of(condition).mayBeOfInterest(stats(column, 10_000));
        }
    }

    @Test
    void boundsAndCountsOfNullsRuleOut() {
        SourceData[] keys = {row(3, "b"), row(5, "d")};
        assertThat(mayBe(Condition.compare("i", LESS, Literal.of(3)), keys)).isFalse();
        assertThat(mayBe(Condition.compare("i", LESS_OR_EQUAL, Literal.of(3)), keys)).isTrue();
        assertThat(mayBe(Condition.compare("i", EQUAL, Literal.of(4)), keys)).isTrue();
        assertThat(mayBe(Condition.compare("t", GREATER, Literal.of("d")), keys)).isFalse();
        assertThat(mayBe(Condition.isNull("i"), keys)).isFalse();
        assertThat(mayBe(Condition.isNotNull("b"), keys)).isFalse();
        assertThat(mayBe(Condition.compare("b", EQUAL, Literal.of(true)), keys)).isFalse();
        Condition seven = Condition.compare("l", EQUAL, Literal.of(7));
        assertThat(mayBe(Condition.not(seven), keys)).isFalse();
        assertThat(mayBe(Condition.or(Condition.isNull("i"), seven), keys)).isTrue();
        assertThat(mayBe(Condition.and(Condition.isNull("i"), seven), keys)).isFalse();
        assertThat(mayBe(Condition.and(), keys)).isTrue();
        assertThat(mayBe(Condition.or(), keys)).isFalse();
    }

    @Test
    void whatIsNotKnownRulesNothingOut() {
        SourceData[] keys = {row(3, "b")};
        assertThat(mayBe(Condition.compare("none", EQUAL, Literal.of(1)), keys)).isTrue();
        assertThat(mayBe(Condition.compare("i", EQUAL, Literal.of("text")), keys)).isTrue();
        assertThat(mayBe(Condition.compare("f", EQUAL, Literal.of(Double.NaN)), keys)).isTrue();
        assertThat(
                        mayBe(
                                Condition.isNull("i"),
                                row(3, "b"),
                                new SourceData.Error(Bytes.utf8("error"))))
                .as("errors are of interest")
                .isTrue();
        KeyCondition never = of(Condition.or());
        assertThat(never.mayBeOfInterest((Bytes) null)).isTrue();
        assertThat(never.mayBeOfInterest(Bytes.fromHex("ff"))).isTrue();
        assertThat(never.excludesErrors(null)).isFalse();
        assertThat(never.excludesErrors(Bytes.fromHex("ff"))).isFalse();
    }

    /** A column was dropped, and another one of its name added, which old rows do not have. */
    @Test
    void columnsOfTheSameNameRuleNothingOut() {
        RelationColumn dropped = new RelationColumn("x", new ScalarType.Int64(), false);
        RelationColumn added = new RelationColumn("x", new ScalarType.Int64(), true);
        RelationCodec<SourceData> before = RelationCodec.of(RelationDesc.of(List.of(dropped)));
        RelationCodec<SourceData> after =
                RelationCodec.of(
                        new RelationDesc(
                                List.of(dropped, added),
                                List.of(),
                                List.of(
                                        new RelationDesc.ColumnVersions(0, 1L),
                                        new RelationDesc.ColumnVersions(1, null)),
                                Bytes.EMPTY));
        Bytes stats;
        try (BufferAllocator allocator = new RootAllocator();
                FieldVector keys = Vectors.create(before.structuredField("k_s"), allocator)) {
            ColumnAppender<SourceData> appender = before.appender(keys);
            appender.append(0, new SourceData.Row(List.of(new Datum.Int64(1))));
            appender.finish(1);
            stats =
                    KeyStats.trim(KeyStats.of(before.keyStatistics(), keys), StatsSettings.DEFAULT)
                            .encoded();
        }
        Condition isNull = Condition.isNull("x");
        assertThat(new KeyCondition(isNull, before.keyStatistics()).mayBeOfInterest(stats))
                .isFalse();
        assertThat(new KeyCondition(isNull, after.keyStatistics()).mayBeOfInterest(stats)).isTrue();
    }

    @Test
    void keysThatAreNotTakenApartHaveNoColumns() {
        KeyCondition texts =
                new KeyCondition(
                        Condition.compare("", EQUAL, Literal.of("a")),
                        Codecs.STRING.keyStatistics());
        assertThat(texts.mayBeOfInterest((Bytes) null)).isTrue();
        assertThat(texts.excludesErrors(null)).isTrue();
    }
}
