package io.persist.flink.sink;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.persist.client.PersistClient;
import io.persist.client.ReadHandle;
import io.persist.codec.Bytes;
import io.persist.codec.Codec;
import io.persist.codec.Codecs;
import io.persist.codec.Unit;
import io.persist.codec.relation.Datum;
import io.persist.codec.relation.RelationCodec;
import io.persist.codec.relation.RelationColumn;
import io.persist.codec.relation.RelationDesc;
import io.persist.codec.relation.ScalarType;
import io.persist.codec.relation.SourceData;
import io.persist.flink.sink.SinkHarness.Snapshot;
import io.persist.shard.IncompatibleShardException;

import org.junit.jupiter.api.Test;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** Jobs that are restored with another serializer than they were stopped with. */
class ChangedSerializerTest {
    private final Site site = new Site();

    private PersistSink<String> sink(PersistRecordSerializer<String, ?, ?> serializer) {
        return site.sink().serializer(serializer).build().with(site.process());
    }

    private static PersistRecordSerializer<String, String, Unit> strings() {
        return PersistRecordSerializer.ofKeys(() -> Codecs.STRING);
    }

    /** The first row is there; the second is pending in the snapshot. */
    private Snapshot stopped(
            PersistRecordSerializer<String, ?, ?> serializer, String committed, String pending)
            throws Exception {
        try (SinkHarness job = SinkHarness.start(sink(serializer), null)) {
            job.write(committed).checkpoint(1);
            return job.write(pending).barrier(2);
        }
    }

    /** The same codecs. */
    private record UpperCase() implements SinkJobs.StringKeys<String> {
        private static final long serialVersionUID = 1L;

        @Override
        public void serialize(String record, UpdateCollector<String, Unit> updates)
                throws IOException, InterruptedException {
            updates.collect(record.toUpperCase(Locale.ROOT), Unit.UNIT, 1);
        }
    }

    /** Another codec. */
    private record Utf8() implements PersistRecordSerializer<String, Bytes, Unit> {
        private static final long serialVersionUID = 1L;

        @Override
        public Codec<Bytes> keyCodec() {
            return Codecs.BYTES;
        }

        @Override
        public Codec<Unit> valCodec() {
            return Codecs.UNIT;
        }

        @Override
        public void serialize(String record, UpdateCollector<Bytes, Unit> updates)
                throws IOException, InterruptedException {
            byte[] utf8 = record.getBytes(StandardCharsets.UTF_8);
            updates.collect(Bytes.takeArray(utf8), Unit.UNIT, 1);
        }
    }

    enum Columns {
        /** Text. */
        NARROW(column("a", new ScalarType.Text())),
        /** Text, and its length; no length for a row that is taken away by a leading minus. */
        WIDE(column("a", new ScalarType.Text()), column("b", new ScalarType.Int64())),
        /** A length under the name of the text. */
        OTHER(column("a", new ScalarType.Int64()));

        private final RelationDesc desc;

        Columns(RelationColumn... columns) {
            desc = RelationDesc.of(List.of(columns));
        }

        private static RelationColumn column(String name, ScalarType type) {
            return new RelationColumn(name, type, true);
        }
    }

    /** Rows of a relation. */
    record Rows(Columns columns) implements PersistRecordSerializer<String, SourceData, Unit> {
        private static final long serialVersionUID = 1L;

        @Override
        public Codec<SourceData> keyCodec() {
            return RelationCodec.of(columns.desc);
        }

        @Override
        public Codec<Unit> valCodec() {
            return Codecs.UNIT;
        }

        @Override
        public void serialize(String record, UpdateCollector<SourceData, Unit> updates)
                throws IOException, InterruptedException {
            boolean retracted = record.startsWith("-");
            String text = retracted ? record.substring(1) : record;
            List<Datum> datums = new ArrayList<>();
            if (columns != Columns.OTHER) {
                datums.add(new Datum.Text(text));
            }
            if (columns != Columns.NARROW) {
                datums.add(retracted ? new Datum.Null() : new Datum.Int64(text.length()));
            }
            updates.collect(new SourceData.Row(datums), Unit.UNIT, retracted ? -1 : 1);
        }
    }

    static String row(Datum... datums) {
        return new SourceData.Row(List.of(datums)).toString();
    }

    private Map<String, Long> rows() throws Exception {
        return site.contentsAsStored();
    }

    @Test
    void anotherSerializerOfTheSameCodecsGoesOn() throws Exception {
        Snapshot snapshot = stopped(strings(), "a", "b");

        try (SinkHarness job = SinkHarness.start(sink(new UpperCase()), snapshot)) {
            assertThat(site.contents()).isEqualTo(Map.of("a", 1L, "b", 1L));
            job.write("c").checkpoint(3);
        }

        assertThat(site.contents()).isEqualTo(Map.of("a", 1L, "b", 1L, "C", 1L));
    }

    @Test
    void otherCodecsAreRefusedAndLoseNothing() throws Exception {
        Snapshot snapshot = stopped(strings(), "a", "b");

        assertThatThrownBy(() -> SinkHarness.start(sink(new Utf8()), snapshot))
                .hasStackTraceContaining("shard " + Site.SHARD + " cannot be written")
                .hasStackTraceContaining("String")
                .hasStackTraceContaining("Vec<u8>");

        assertThat(site.contents()).isEqualTo(Map.of("a", 1L));
        try (SinkHarness job = SinkHarness.start(sink(strings()), snapshot)) {
            job.write("c").checkpoint(3);
        }
        assertThat(site.contents()).isEqualTo(Map.of("a", 1L, "b", 1L, "c", 1L));
    }

    @Test
    void schemaWithMoreColumnsGoesOn() throws Exception {
        Snapshot snapshot = stopped(new Rows(Columns.NARROW), "a", "b");

        try (SinkHarness job = SinkHarness.start(sink(new Rows(Columns.WIDE)), snapshot)) {
            job.write("cc", "-a").checkpoint(3);
        }

        assertThat(rows())
                .as("what was staged before has no length, and is taken away so")
                .isEqualTo(
                        Map.of(
                                row(new Datum.Text("b"), new Datum.Null()),
                                1L,
                                row(new Datum.Text("cc"), new Datum.Int64(2)),
                                1L));
    }

    @Test
    void jobMayGoBackToTheSchemaThatItHadBefore() throws Exception {
        Snapshot snapshot = stopped(new Rows(Columns.NARROW), "a", "b");
        try (SinkHarness job = SinkHarness.start(sink(new Rows(Columns.WIDE)), snapshot)) {
            snapshot = job.write("cc").barrier(3);
        }

        try (SinkHarness job = SinkHarness.start(sink(new Rows(Columns.NARROW)), snapshot)) {
            job.write("d").checkpoint(4);
        }

        assertThat(rows().keySet())
                .containsExactlyInAnyOrder(
                        row(new Datum.Text("a"), new Datum.Null()),
                        row(new Datum.Text("b"), new Datum.Null()),
                        row(new Datum.Text("cc"), new Datum.Int64(2)),
                        row(new Datum.Text("d"), new Datum.Null()));
    }

    @Test
    void readerOfTheEarlierSchemaSeesItsOwnColumns() throws Exception {
        Snapshot snapshot = stopped(new Rows(Columns.NARROW), "a", "b");
        try (PersistClient client = site.client();
                ReadHandle<SourceData, Unit> reader =
                        client.openReader(
                                Site.SHARD,
                                RelationCodec.of(Columns.NARROW.desc),
                                Codecs.UNIT,
                                "test")) {
            try (SinkHarness job = SinkHarness.start(sink(new Rows(Columns.WIDE)), snapshot)) {
                job.write("cc", "-a", "b").checkpoint(3);
            }

            assertThat(Site.rows(reader))
                    .as("rows that differ in the new column only are the same row twice")
                    .isEqualTo(Map.of(row(new Datum.Text("b")), 2L, row(new Datum.Text("cc")), 1L));
            reader.expire();
        }
    }

    @Test
    void schemaThatDoesNotFitIsRefusedAndLosesNothing() throws Exception {
        Snapshot snapshot = stopped(new Rows(Columns.NARROW), "a", "b");

        assertThatThrownBy(() -> SinkHarness.start(sink(new Rows(Columns.OTHER)), snapshot))
                .hasRootCauseInstanceOf(IncompatibleShardException.class)
                .hasStackTraceContaining("shard " + Site.SHARD + " cannot be written")
                .hasStackTraceContaining("adds nullable columns at the end");

        assertThat(rows()).isEqualTo(Map.of(row(new Datum.Text("a")), 1L));
        try (SinkHarness job = SinkHarness.start(sink(new Rows(Columns.NARROW)), snapshot)) {
            job.write("c").checkpoint(3);
        }
        assertThat(rows())
                .isEqualTo(
                        Map.of(
                                row(new Datum.Text("a")),
                                1L,
                                row(new Datum.Text("b")),
                                1L,
                                row(new Datum.Text("c")),
                                1L));
    }
}
