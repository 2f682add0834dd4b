package io.persist.batch.merge;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.persist.batch.BatchSchema;
import io.persist.batch.HollowBatch;
import io.persist.batch.RunOrder;
import io.persist.batch.RunPart;
import io.persist.batch.build.BatchRig;
import io.persist.batch.build.BatchRig.Row;
import io.persist.codec.Bytes;
import io.persist.codec.Codecs;
import io.persist.codec.CorruptDataException;
import io.persist.codec.Unit;
import io.persist.codec.relation.Datum;
import io.persist.codec.relation.RelationCodec;
import io.persist.codec.relation.RelationColumn;
import io.persist.codec.relation.RelationDesc;
import io.persist.codec.relation.ScalarType;
import io.persist.codec.relation.SourceData;
import io.persist.frontier.Description;
import io.persist.part.filter.Condition;
import io.persist.part.filter.KeyCondition;
import io.persist.part.filter.Literal;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

import java.util.ArrayList;
import java.util.List;

/** Parts that are left out, and parts whose statistics are put to the test. */
final class PartFilterTest {
    private static final Description DESC = BatchRig.desc(0, 9, 0);
    private static final RelationCodec<SourceData> CODEC =
            RelationCodec.of(
                    RelationDesc.of(
                            List.of(new RelationColumn("n", new ScalarType.Int64(), false))));
    private static final BatchSchema<SourceData, Unit> SCHEMA = BatchRig.schema(CODEC, Codecs.UNIT);

    private final BatchRig rig = new BatchRig();

    @AfterEach
    void close() {
        rig.close();
    }

    private static SourceData key(long n) {
        return new SourceData.Row(List.of(new Datum.Int64(n)));
    }

    private RunPart.Hollow part(long... numbers) throws Exception {
        List<Row<SourceData, Unit>> rows = new ArrayList<>();
        for (long n : numbers) {
            rows.add(new Row<>(key(n), Unit.UNIT, 1, 1));
        }
        return rig.part(BatchRig.hollow(), SCHEMA, DESC, rows);
    }

    /** What some writer may have made of a part. */
    private static RunPart.Hollow withStats(RunPart.Hollow part, @Nullable Bytes stats) {
        return new RunPart.Hollow(
                part.key(),
                part.encodedBytes(),
                Bytes.EMPTY,
                null,
                null,
                part.diffsSum(),
                part.format(),
                part.schema(),
                part.deprecatedSchema(),
                stats,
                Bytes.EMPTY);
    }

    private static PartFilter filter(Condition condition, int percent, long budgetBytes) {
        return filter(condition, percent, budgetBytes, PartFilter.AuditFailure.ERROR);
    }

    private static PartFilter filter(
            Condition condition, int percent, long budgetBytes, PartFilter.AuditFailure failure) {
        return new PartFilter(
                new PartFilter.Audit(percent, budgetBytes, failure),
                new KeyCondition(condition, CODEC.keyStatistics()));
    }

    private static Condition equal(long n) {
        return Condition.compare("n", Condition.Operator.EQUAL, Literal.of(n));
    }

    private List<Long> read(PartFilter filter, RunPart... parts) throws Exception {
        HollowBatch batch = BatchRig.batch(DESC, RunOrder.UNORDERED, parts);
        List<Long> numbers = new ArrayList<>();
        try (UpdateCursor<SourceData, Unit> cursor =
                UpdateCursor.open(rig.store, SCHEMA, List.of(batch), Filter.none(), filter)) {
            while (cursor.next()) {
                SourceData.Row row = (SourceData.Row) cursor.key();
                numbers.add(((Datum.Int64) row.datums().get(0)).value());
            }
        }
        return numbers;
    }

    @Test
    void onlyPartsThatMayMatchAreRead() throws Exception {
        RunPart.Hollow low = part(1, 2);
        RunPart.Hollow high = part(8, 9);
        PartFilter filter = filter(equal(8), 0, Long.MAX_VALUE);
        assertThat(read(filter, low, high)).containsExactly(8L, 9L);
        assertThat(filter.counts()).isEqualTo(new PartFilter.Counts(1, 1, 0));
        assertThat(read(PartFilter.none(), low, high)).containsExactly(1L, 2L, 8L, 9L);
        PartFilter unknown = filter(equal(8), 0, 0);
        assertThat(read(unknown, withStats(low, null), withStats(high, Bytes.fromHex("ff"))))
                .as("without statistics, or none that decode")
                .hasSize(4);
    }

    @Test
    void listsOfPartsInBlobAreFilteredToo() throws Exception {
        RunPart.Many many = rig.many(List.of(part(1), part(5), part(9)));
        PartFilter filter = filter(equal(5), 0, 0);
        assertThat(read(filter, many)).containsExactly(5L);
        assertThat(filter.counts()).isEqualTo(new PartFilter.Counts(1, 2, 0));
    }

    @Test
    void auditsReadWhatCouldBeLeftOutWithinTheirBudget() throws Exception {
        RunPart.Hollow low = part(1, 2);
        RunPart.Hollow high = part(8, 9);
        PartFilter all = filter(equal(5), 100, Long.MAX_VALUE / 2);
        assertThat(read(all, low, high)).hasSize(4);
        assertThat(all.counts()).isEqualTo(new PartFilter.Counts(0, 0, 2));

        PartFilter one = filter(equal(5), 100, low.encodedBytes());
        assertThat(read(one, low, high)).containsExactly(1L, 2L);
        assertThat(one.counts()).isEqualTo(new PartFilter.Counts(0, 1, 1));

        PartFilter refilled = filter(equal(1), 100, 0);
        assertThat(read(refilled, high, low, part(4, 5))).containsExactly(1L, 2L, 4L, 5L);
        assertThat(refilled.counts()).isEqualTo(new PartFilter.Counts(1, 1, 1));
    }

    @Test
    void wrongStatisticsAreFoundByAudits() throws Exception {
        RunPart.Hollow lying = withStats(part(1, 5), part(1, 2).stats());
        assertThat(read(filter(equal(5), 0, 0), lying)).as("rows are lost").isEmpty();
        assertThatThrownBy(() -> read(filter(equal(5), 100, Long.MAX_VALUE), lying))
                .isInstanceOf(CorruptDataException.class)
                .hasMessageContaining(rig.store.blobKey(lying.key()).text())
                .hasMessageContaining("its statistics rule out")
                .hasMessageContaining("row 1");
        assertThat(read(filter(equal(5), 100, Long.MAX_VALUE, PartFilter.AuditFailure.LOG), lying))
                .containsExactly(1L, 5L);
    }

    @Test
    void theDrawDependsOnTheKeyAlone() {
        int drawn = 0;
        for (int i = 0; i < 10_000; i++) {
            String key = "s1/n2600000/p" + i;
            assertThat(PartFilter.isDrawn(key, 0)).isFalse();
            assertThat(PartFilter.isDrawn(key, 100)).isTrue();
            assertThat(PartFilter.isDrawn(key, 1)).isEqualTo(PartFilter.isDrawn(key, 1));
            drawn += PartFilter.isDrawn(key, 1) ? 1 : 0;
        }
        assertThat(drawn).isBetween(70, 130);
    }

    @Test
    void auditsAreChecked() {
        assertThatThrownBy(() -> filter(equal(1), 101, 0)).hasMessageContaining("percent");
        assertThatThrownBy(() -> filter(equal(1), 1, -1)).hasMessageContaining("budgetBytes");
    }
}
