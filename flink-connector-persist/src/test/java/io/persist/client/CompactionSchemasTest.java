package io.persist.client;

import static org.assertj.core.api.Assertions.assertThat;

import io.persist.batch.HollowBatch;
import io.persist.batch.RunPart;
import io.persist.client.compaction.CompactionResult;
import io.persist.codec.Codecs;
import io.persist.codec.SchemaId;
import io.persist.codec.Unit;
import io.persist.codec.relation.Datum;
import io.persist.codec.relation.RelationCodec;
import io.persist.codec.relation.RelationColumn;
import io.persist.codec.relation.RelationDesc;
import io.persist.codec.relation.ScalarType;
import io.persist.codec.relation.SourceData;
import io.persist.frontier.Antichain;
import io.persist.shard.MaintenanceTask;
import io.persist.shard.Profile;
import io.persist.state.spine.MergeRequest;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Stream;

/** Batches of two schemas that become one, whoever compacts them. */
final class CompactionSchemasTest {
    private static final RelationColumn TEXT = new RelationColumn("a", new ScalarType.Text(), true);
    private static final RelationColumn NUMBER =
            new RelationColumn("b", new ScalarType.Int64(), true);

    /** Columns of a writer, or of a reader. */
    private enum Columns {
        NARROW(TEXT),
        WIDE(TEXT, NUMBER);

        private final RelationDesc desc;

        Columns(RelationColumn... columns) {
            desc = RelationDesc.of(List.of(columns));
        }

        SourceData.Row row(String text, @Nullable Long number) {
            Datum a = new Datum.Text(text);
            Datum b = number == null ? new Datum.Null() : new Datum.Int64(number);
            return new SourceData.Row(this == NARROW ? List.of(a) : List.of(a, b));
        }
    }

    private record Change(long time, String text, @Nullable Long number, long diff) {}

    /** A shard with a writer of each schema, and a model of what it holds. */
    private static final class TwoWriters implements AutoCloseable {
        final TestClient test;
        final WriteHandle<SourceData, Unit> narrow;
        final WriteHandle<SourceData, Unit> wide;
        private final List<Change> model = new ArrayList<>();
        private long upper;

        TwoWriters(Profile profile) throws Exception {
            test = TestClient.inMemory(CompactionShard.config(profile).build());
            narrow = writer(Columns.NARROW);
            narrow.ensureSchema();
            wide = writer(Columns.WIDE);
            wide.ensureSchema();
        }

        private WriteHandle<SourceData, Unit> writer(Columns columns) throws Exception {
            return test.client()
                    .openWriter(
                            CompactionShard.SHARD,
                            RelationCodec.of(columns.desc),
                            Codecs.UNIT,
                            "test");
        }

        WriteHandle<SourceData, Unit> writerOf(Columns columns) {
            return columns == Columns.NARROW ? narrow : wide;
        }

        void append(Columns columns, Change... changes) throws Exception {
            List<Update<SourceData, Unit>> updates = new ArrayList<>();
            for (Change change : changes) {
                SourceData row = columns.row(change.text, change.number);
                updates.add(new Update<>(row, Unit.UNIT, upper, change.diff));
                model.add(new Change(upper, change.text, change.number, change.diff));
            }
            writerOf(columns)
                    .compareAndAppend(updates, Antichain.of(upper), Antichain.of(upper + 1))
                    .orThrow();
            upper++;
        }

        void narrow(long diff, String... texts) throws Exception {
            append(
                    Columns.NARROW,
                    Arrays.stream(texts)
                            .map(text -> new Change(0, text, null, diff))
                            .toArray(Change[]::new));
        }

        /** The largest request that was offered; nothing of what was offered stays. */
        MergeRequest request() {
            MergeRequest largest = null;
            for (TestClient.Pending pending : test.maintenance()) {
                if (pending.task() instanceof MaintenanceTask.Compact compact
                        && (largest == null
                                || compact.request().inputs().size() > largest.inputs().size())) {
                    largest = compact.request();
                }
            }
            test.maintenance().clear();
            if (largest == null) {
                throw new AssertionError("nothing was asked to be compacted");
            }
            return largest;
        }

        void assertReadByBoth(long since) throws Exception {
            for (long asOf = since; asOf < upper; asOf++) {
                for (Columns columns : Columns.values()) {
                    assertThat(read(columns, asOf))
                            .as("%s as of %s", columns, asOf)
                            .isEqualTo(expected(columns, asOf));
                }
            }
        }

        private Map<String, Long> expected(Columns columns, long asOf) {
            Map<String, Long> rows = new TreeMap<>();
            for (Change change : model) {
                if (change.time <= asOf) {
                    String row = columns.row(change.text, change.number).toString();
                    rows.merge(row, change.diff, Long::sum);
                }
            }
            rows.values().removeIf(diff -> diff == 0);
            return rows;
        }

        private Map<String, Long> read(Columns columns, long asOf) throws Exception {
            Map<String, Long> rows = new TreeMap<>();
            try (ReadHandle<SourceData, Unit> reader =
                    test.client()
                            .openReader(
                                    CompactionShard.SHARD,
                                    RelationCodec.of(columns.desc),
                                    Codecs.UNIT,
                                    "test")) {
                for (Update<SourceData, Unit> update :
                        reader.snapshotAndFetch(Antichain.of(asOf)).orThrow()) {
                    // Each row once: what is read is consolidated under the reader's schema.
                    assertThat(rows.put(String.valueOf(update.key()), update.diff())).isNull();
                }
                reader.expire();
            }
            return rows;
        }

        /** By a reader that stays for as long as its lease. */
        void downgradeSince(long since) throws Exception {
            ReadHandle<SourceData, Unit> reader =
                    test.client()
                            .openReader(
                                    CompactionShard.SHARD,
                                    RelationCodec.of(Columns.WIDE.desc),
                                    Codecs.UNIT,
                                    "test");
            reader.downgradeSince(Antichain.of(since)).orThrow();
            reader.close();
        }

        @Override
        public void close() {
            narrow.close();
            wide.close();
            test.close();
        }
    }

    static Stream<Arguments> profilesAndCompactors() {
        return Arrays.stream(Profile.values())
                .flatMap(
                        profile ->
                                Arrays.stream(Columns.values())
                                        .map(columns -> Arguments.of(profile, columns)));
    }

    private static Change wide(String text, @Nullable Long number, long diff) {
        return new Change(0, text, number, diff);
    }

    /** Batches of one schema, of the other, and of the first again by a writer left behind. */
    private static void write(TwoWriters shard) throws Exception {
        shard.narrow(1, "pear", "apple", "fig");
        shard.narrow(1, "apple", "plum");
        shard.append(
                Columns.WIDE,
                wide("apple", null, -1),
                wide("apple", 5L, 1),
                wide("", 0L, 1),
                wide("pear", 4L, 2));
        shard.append(Columns.WIDE, wide("fig", null, -1), wide("quince", null, 1));
        shard.narrow(1, "quince", "apple", "zebra");
        shard.append(Columns.WIDE, wide("pear", 4L, -1), wide("zebra", null, -1));
        shard.narrow(-1, "plum");
        shard.append(Columns.WIDE, wide("last", 1L, 1));
    }

    @ParameterizedTest(name = "{0}, compacted by a {1} writer")
    @MethodSource("profilesAndCompactors")
    void rowsStayTheSameForReadersOfBothSchemas(Profile profile, Columns compactor)
            throws Exception {
        try (TwoWriters shard = new TwoWriters(profile)) {
            write(shard);
            shard.assertReadByBoth(0);
            MergeRequest request = shard.request();
            assertThat(request.inputs()).hasSizeGreaterThan(3);
            WriteHandle<SourceData, Unit> writer = shard.writerOf(compactor);

            CompactionResult result = writer.compactor().run(writer.machine(), request);

            assertThat(result).isInstanceOf(CompactionResult.Applied.class);
            assertHasSchema(((CompactionResult.Applied) result).output(), shard);
            shard.assertReadByBoth(0);
        }
    }

    @ParameterizedTest(name = "{0}, compacted by a {1} writer")
    @MethodSource("profilesAndCompactors")
    void rowsOfBothSchemasCancelOnceTheirTimesAreForgotten(Profile profile, Columns compactor)
            throws Exception {
        try (TwoWriters shard = new TwoWriters(profile)) {
            write(shard);
            shard.downgradeSince(7);
            shard.test.maintenance().clear();
            write(shard);
            MergeRequest request = shard.request();
            WriteHandle<SourceData, Unit> writer = shard.writerOf(compactor);

            CompactionResult result = writer.compactor().run(writer.machine(), request);

            assertThat(result).isInstanceOf(CompactionResult.Applied.class);
            HollowBatch output = ((CompactionResult.Applied) result).output();
            assertHasSchema(output, shard);
            assertThat(output.len()).as("what cancels is not stored").isLessThan(request.len());
            shard.assertReadByBoth(7);

            assertThat(shard.test.client().compact(CompactionShard.SHARD, step -> {})).isPresent();
            assertThat(writer.machine().refresh().batches())
                    .anyMatch(batch -> batch.runs().size() == 1);
            shard.assertReadByBoth(7);
        }
    }

    private static void assertHasSchema(HollowBatch output, TwoWriters shard) {
        SchemaId newest = shard.wide.batchSchema().id();
        assertThat(newest).isNotEqualTo(shard.narrow.batchSchema().id());
        assertThat(output.runs()).isNotEmpty();
        output.runs()
                .forEach(run -> assertThat(run.meta().schema()).isEqualTo(Optional.of(newest)));
        output.parts()
                .forEach(part -> assertThat(((RunPart.Single) part).schema()).isEqualTo(newest));
    }
}
