package io.persist.part.stats;

import static org.assertj.core.api.Assertions.assertThat;

import io.persist.codec.Bytes;
import io.persist.codec.ColumnAppender;
import io.persist.codec.Vectors;
import io.persist.codec.relation.Datum;
import io.persist.codec.relation.RandomRelations;
import io.persist.codec.relation.RelationCodec;
import io.persist.codec.relation.RelationColumn;
import io.persist.codec.relation.RelationDesc;
import io.persist.codec.relation.SourceData;
import io.persist.part.KeyLowerEncoding;
import io.persist.part.LeastKey;
import io.persist.part.Truncation;

import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;

import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.RootAllocator;
import org.apache.arrow.vector.FieldVector;
import org.apache.arrow.vector.FixedSizeBinaryVector;
import org.apache.arrow.vector.complex.StructVector;

import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Random;
import java.util.Set;

/** Laws of statistics, for parts of columns of every type. */
class StatsPropertyTest {
    private static final UntrimmableColumns UNTRIMMABLE =
            UntrimmableColumns.parse("err,c1", "", "");

    private record Part(RelationDesc desc, List<SourceData> rows, StructVector keys) {}

    private interface Check {
        void accept(Part part, StructStats stats) throws Exception;
    }

    private static void forPart(long seed, int rowCount, Check check) throws Exception {
        Random random = new Random(seed);
        RelationDesc desc = RandomRelations.desc(random);
        RelationCodec<SourceData> codec = RelationCodec.of(desc);
        List<SourceData> rows = new ArrayList<>();
        try (BufferAllocator allocator = new RootAllocator();
                FieldVector keys = Vectors.create(codec.structuredField("k_s"), allocator)) {
            ColumnAppender<SourceData> appender = codec.appender(keys);
            for (int i = 0; i < rowCount; i++) {
                rows.add(RandomRelations.row(desc, random));
                appender.append(i, rows.get(i));
            }
            appender.finish(rowCount);
            Part part = new Part(desc, rows, (StructVector) keys);
            check.accept(part, KeyStats.of(codec.keyStatistics(), keys));
        }
    }

    /** Counts are exact, bounds enclose, and those that are not cut are values. */
    @Property(seed = "20261124", tries = 400)
    void boundsEncloseTheData(@ForAll long seed, @ForAll @IntRange(max = 200) int rowCount)
            throws Exception {
        forPart(
                seed,
                rowCount,
                (part, stats) -> {
                    requireCounts(part, stats);
                    requireEncloses(part, stats, true);
                    assertThat(StatsEncoding.decode(StatsEncoding.encode(stats))).isEqualTo(stats);
                });
    }

    /** What is said of keys, and their lower bound, do not depend on how they were cut. */
    @Property(seed = "20261124", tries = 300)
    void piecesGiveTheSame(
            @ForAll long seed,
            @ForAll @IntRange(min = 1, max = 200) int rowCount,
            @ForAll @IntRange(min = 1, max = 60) int pieceRows)
            throws Exception {
        forPart(
                seed,
                rowCount,
                (part, stats) -> {
                    RelationCodec<SourceData> codec = RelationCodec.of(part.desc());
                    KeyStats pieces = new KeyStats(codec.keyStatistics());
                    try (LeastKey least = new LeastKey()) {
                        for (int from = 0; from < rowCount; from += pieceRows) {
                            int end = Math.min(rowCount, from + pieceRows);
                            addPiece(
                                    part.rows().subList(from, end),
                                    codec,
                                    pieces,
                                    least,
                                    part.keys().getAllocator());
                        }
                        for (int maxBytes : new int[] {0, 20, 100, 256, 100_000}) {
                            assertThat(least.columnBound(maxBytes))
                                    .isEqualTo(KeyLowerEncoding.ofColumn(part.keys(), maxBytes));
                        }
                    }
                    assertThat(pieces.stats()).isEqualTo(stats);
                });
    }

    private static void addPiece(
            List<SourceData> rows,
            RelationCodec<SourceData> codec,
            KeyStats stats,
            LeastKey least,
            BufferAllocator allocator) {
        try (FieldVector keys = Vectors.create(codec.structuredField("k_s"), allocator)) {
            ColumnAppender<SourceData> appender = codec.appender(keys);
            for (int i = 0; i < rows.size(); i++) {
                appender.append(i, rows.get(i));
            }
            appender.finish(rows.size());
            stats.add(keys);
            least.add(keys);
        }
    }

    private static void requireCounts(Part part, StructStats stats) {
        long errors = part.rows().stream().filter(SourceData.Error.class::isInstance).count();
        assertThat(stats.len()).isEqualTo(part.rows().size());
        assertThat(stats.columns()).containsOnlyKeys("err", "ok");
        assertThat(stats.columns().get("ok").nulls()).isEqualTo(errors);
        assertThat(stats.columns().get("err").nulls()).isEqualTo(part.rows().size() - errors);
    }

    /** Trimming keeps what is known true, and removes no more than it may. */
    @Property(seed = "20261124", tries = 400)
    void trimmingLeavesWhatIsTrue_B14(
            @ForAll long seed,
            @ForAll @IntRange(max = 60) int rowCount,
            @ForAll @IntRange(max = 700) int budget)
            throws Exception {
        StatsSettings settings = new StatsSettings(true, budget, UNTRIMMABLE);
        forPart(
                seed,
                rowCount,
                (part, stats) -> {
                    requireEncloses(part, stats.shortened(), false);
                    assertThat(StatsEncoding.size(stats.shortened()))
                            .isLessThanOrEqualTo(StatsEncoding.size(stats) + 8);

                    TrimmedStats trimmed = KeyStats.trim(stats, settings);
                    StructStats left = StatsEncoding.decode(trimmed.encoded());

                    requireEncloses(part, left, false);
                    assertThat(left.len()).isEqualTo(stats.len());
                    assertThat(trimmed.encoded().length() + trimmed.removedBytes())
                            .isEqualTo(StatsEncoding.size(stats));
                    assertThat(left.columns()).containsKey("err");
                    boolean named =
                            part.desc().columns().stream().anyMatch(c -> c.name().equals("c1"));
                    if (named) {
                        assertThat(ok(left).columns()).containsKey("c1");
                    }
                    boolean removable =
                            left.columns().containsKey("ok")
                                    && (!named || ok(left).columns().size() > 1);
                    if (trimmed.encoded().length() > budget) {
                        assertThat(removable).isFalse();
                    }
                });
    }

    private static StructStats ok(StructStats stats) {
        return (StructStats) stats.columns().get("ok").values();
    }

    private static void requireEncloses(Part part, StructStats stats, boolean exact)
            throws Exception {
        requireErrors(part, (ValueStats.Binaries) stats.columns().get("err").values());
        if (!stats.columns().containsKey("ok")) {
            return;
        }
        StructStats ok = ok(stats);
        assertThat(ok.len()).isEqualTo(part.rows().size());
        List<RelationColumn> columns = part.desc().columns();
        for (int i = 0; i < columns.size(); i++) {
            ColumnStats column = ok.columns().get(columns.get(i).name());
            if (column != null) {
                requireEncloses(part, i, column, exact);
            } else {
                assertThat(exact).as("a column is missing").isFalse();
            }
        }
    }

    private static void requireEncloses(Part part, int index, ColumnStats stats, boolean exact)
            throws Exception {
        FieldVector ok = part.keys().getChildrenFromFields().get(0);
        FieldVector vector = ((StructVector) ok).getChildrenFromFields().get(index);
        Set<Enclosing.Place> places = EnumSet.noneOf(Enclosing.Place.class);
        long nulls = 0;
        for (int row = 0; row < part.rows().size(); row++) {
            Datum datum =
                    part.rows().get(row) instanceof SourceData.Row values
                            ? values.datums().get(index)
                            : Datum.NULL;
            if (datum instanceof Datum.Null) {
                nulls++;
            } else {
                Bytes stored =
                        vector instanceof FixedSizeBinaryVector fixed
                                ? Bytes.takeArray(fixed.get(row))
                                : Bytes.EMPTY;
                Enclosing.Place place = Enclosing.place(stats.values(), datum, stored);
                places.add(isCut(datum) ? Enclosing.Place.UNKNOWN : place);
            }
        }
        boolean nullable = part.desc().columns().get(index).nullable();
        assertThat(stats.nulls()).isEqualTo(nullable ? (Long) nulls : null);
        if (exact && !places.isEmpty() && !places.contains(Enclosing.Place.UNKNOWN)) {
            boolean both = places.contains(Enclosing.Place.ON_BOTH);
            assertThat(both || places.contains(Enclosing.Place.ON_LOWER)).isTrue();
            assertThat(both || places.contains(Enclosing.Place.ON_UPPER)).isTrue();
        }
    }

    /** Bounds from such a value on are not values. */
    private static boolean isCut(Datum datum) {
        int length =
                datum instanceof Datum.Text text
                        ? Bytes.utf8(text.value()).length()
                        : datum instanceof Datum.Bytea bytea ? bytea.value().length() : 0;
        return length > Truncation.MAX_BYTES;
    }

    private static void requireErrors(Part part, ValueStats.Binaries bounds) {
        for (SourceData row : part.rows()) {
            if (row instanceof SourceData.Error error) {
                assertThat(error.dataflowError()).isBetween(bounds.lower(), bounds.upper());
            }
        }
    }
}
