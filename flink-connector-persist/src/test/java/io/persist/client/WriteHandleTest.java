package io.persist.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.persist.batch.BatchConfig;
import io.persist.batch.BatchSchema;
import io.persist.batch.RunSettings;
import io.persist.batch.TransmittableBatch;
import io.persist.batch.TransmittableBatchEncoding;
import io.persist.batch.build.Batch;
import io.persist.batch.build.BatchBuilder;
import io.persist.batch.build.BatchRig;
import io.persist.codec.Bytes;
import io.persist.codec.Codecs;
import io.persist.codec.ShardId;
import io.persist.codec.Unit;
import io.persist.codec.relation.Datum;
import io.persist.codec.relation.RelationCodec;
import io.persist.codec.relation.RelationColumn;
import io.persist.codec.relation.RelationDesc;
import io.persist.codec.relation.ScalarType;
import io.persist.codec.relation.SourceData;
import io.persist.frontier.Antichain;
import io.persist.frontier.TimeDomain;
import io.persist.shard.IncompatibleShardException;
import io.persist.shard.Profile;
import io.persist.store.SeqNo;
import io.persist.store.mem.MemBlob;
import io.persist.store.mem.MemConsensus;
import io.persist.testing.CountingBlob;
import io.persist.testing.CountingConsensus;
import io.persist.testing.ManualTime;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import java.util.ArrayList;
import java.util.List;
import java.util.UUID;

/** Appending, one behaviour each. Parts are in blob unless a test says otherwise. */
final class WriteHandleTest {
    private static final ShardId SHARD = new ShardId(new UUID(3, 4));

    private final CountingBlob blob = new CountingBlob(new MemBlob());
    private final CountingConsensus consensus = new CountingConsensus(new MemConsensus());
    private TestClient test = open(batches(0, 1 << 20));

    private TestClient open(BatchConfig batch) {
        return new TestClient(
                blob,
                consensus,
                new ManualTime(TestClient.START_MILLIS),
                TestClient.config().batch(batch).build(),
                1);
    }

    private static BatchConfig batches(int inlineSingle, long inlineTotal) {
        return BatchConfig.builder()
                .inlineSingleMaxBytes(inlineSingle)
                .inlineTotalMaxBytes(inlineTotal)
                .build();
    }

    @AfterEach
    void close() {
        test.close();
    }

    private WriteHandle<String, String> writer() throws Exception {
        return test.client().openWriter(SHARD, Codecs.STRING, Codecs.STRING, "test");
    }

    private ReadHandle<String, String> reader() throws Exception {
        return test.client().openReader(SHARD, Codecs.STRING, Codecs.STRING, "test");
    }

    /** Every part is a run of its own until three of them wait for a fourth. */
    @ParameterizedTest
    @EnumSource
    void aBatchIsFlushedAppendedAndReadAsTheOriginalDoes_BT1(Profile profile) throws Exception {
        BatchConfig batches =
                BatchConfig.builder()
                        .inlineSingleMaxBytes(0)
                        .targetBytes(0)
                        .maxOutstandingParts(2)
                        .runs(RunSettings.DEFAULT.withMaxRuns(3))
                        .build();
        PersistConfig config = TestClient.config().newShards(profile).batch(batches).build();
        try (TestClient client = TestClient.inMemory(config);
                WriteHandle<String, String> writer =
                        client.client().openWriter(SHARD, Codecs.STRING, Codecs.STRING, "test");
                BatchBuilder<String, String> builder = writer.builder(Antichain.of(0))) {
            List<List<Boolean>> observed = new ArrayList<>(List.of(BatchRig.observed(builder)));
            for (long time = 1; time <= 4; time++) {
                assertThat(builder.add("" + time, "v", time, 1))
                        .isEqualTo(BatchBuilder.Added.PART_SENT);
                observed.add(BatchRig.observed(builder));
            }
            assertThat(observed)
                    .containsExactly(
                            List.of(),
                            List.of(false),
                            List.of(false, false),
                            List.of(true, false, false),
                            List.of(false, false));

            Batch batch = builder.finish(Antichain.of(5));
            assertThat(batch.hollow().runs()).hasSize(2);
            assertThat(batch.hollow().parts()).hasSize(4);
            writer.compareAndAppendBatch(List.of(batch), Antichain.of(0), Antichain.of(5))
                    .orThrow();

            try (ReadHandle<String, String> reader =
                    client.client().openReader(SHARD, Codecs.STRING, Codecs.STRING, "test")) {
                assertThat(reader.snapshotAndFetch(Antichain.of(4)).orThrow())
                        .containsExactly(
                                update("1", 4, 1),
                                update("2", 4, 1),
                                update("3", 4, 1),
                                update("4", 4, 1));
            }
        }
    }

    private static Update<String, String> update(String key, long time, long diff) {
        return new Update<>(key, "v", time, diff);
    }

    private static Antichain at(long time) {
        return Antichain.of(time);
    }

    private static Batch batch(
            WriteHandle<String, String> writer,
            long lower,
            long upper,
            List<Update<String, String>> updates)
            throws Exception {
        try (BatchBuilder<String, String> builder = writer.builder(at(lower))) {
            for (Update<String, String> u : updates) {
                builder.add(u.key(), u.val(), u.time(), u.diff());
            }
            return builder.finish(at(upper));
        }
    }

    private List<Update<String, String>> snapshot(long asOf) throws Exception {
        try (ReadHandle<String, String> reader = reader()) {
            return reader.snapshotAndFetch(at(asOf)).orThrow();
        }
    }

    private List<String> blobs(String kind) throws Exception {
        List<String> keys = new ArrayList<>();
        blob.list(
                "",
                (key, size) -> {
                    if (key.text().split("/")[1].startsWith(kind)) {
                        keys.add(key.text());
                    }
                });
        return keys;
    }

    @ParameterizedTest
    @EnumSource(Profile.class)
    void whatIsAppendedIsRead(Profile profile) throws Exception {
        test.close();
        test =
                new TestClient(
                        blob,
                        consensus,
                        test.time(),
                        TestClient.config().newShards(profile).build(),
                        2);
        WriteHandle<String, String> writer = writer();
        writer.compareAndAppend(
                        List.of(update("b", 0, 2), update("a", 1, 1), update("b", 1, -1)),
                        at(0),
                        at(2))
                .orThrow();
        assertThat(writer.upper()).isEqualTo(at(2));
        assertThat(writer.profile()).isEqualTo(profile);
        assertThat(snapshot(0)).containsExactly(update("b", 0, 2));
        assertThat(snapshot(1)).containsExactly(update("a", 1, 1), update("b", 1, 1));
    }

    @Test
    void anAppendIsItsPartsAndOneCompareAndSet() throws Exception {
        WriteHandle<String, String> writer = writer();
        writer.compareAndAppend(List.of(update("a", 0, 1)), at(0), at(1)).orThrow();
        long sets = blob.sets();
        long cas = consensus.compareAndSets();
        long reads = consensus.scans() + consensus.heads() + blob.gets();

        writer.compareAndAppend(List.of(update("b", 1, 1)), at(1), at(2)).orThrow();

        assertThat(blob.sets() - sets).isEqualTo(1);
        assertThat(consensus.compareAndSets() - cas).isEqualTo(1);
        assertThat(consensus.scans() + consensus.heads() + blob.gets()).isEqualTo(reads);
    }

    @Test
    void anEmptyAppendMovesTheUpperAndWritesNoBlob() throws Exception {
        WriteHandle<String, String> writer = writer();
        long sets = blob.sets();
        writer.compareAndAppendBatch(List.of(), at(0), at(10)).orThrow();
        assertThat(blob.sets()).isEqualTo(sets);
        assertThat(writer.fetchRecentUpper()).isEqualTo(at(10));
        assertThat(test.client().inspect(SHARD).orElseThrow().schemas()).isEmpty();
    }

    @Test
    void inlinePartsTravelInTheState() throws Exception {
        test.close();
        test = open(batches(4096, 1 << 20));
        long sets = blob.sets();
        WriteHandle<String, String> writer = writer();
        writer.compareAndAppend(List.of(update("a", 0, 1)), at(0), at(1)).orThrow();
        assertThat(blob.sets() - sets).as("only the shard's first rollup").isEqualTo(1);
        assertThat(snapshot(0)).containsExactly(update("a", 0, 1));
    }

    @Test
    void tooManyInlineBytesAreMovedToBlob() throws Exception {
        test.close();
        test = open(batches(4096, 0));
        WriteHandle<String, String> writer = writer();
        writer.compareAndAppend(List.of(update("a", 0, 1)), at(0), at(1)).orThrow();
        assertThat(blobs("n")).hasSize(1);
        assertThat(snapshot(0)).containsExactly(update("a", 0, 1));
    }

    @Test
    void anAppendAtAnotherUpperChangesNothingAndDeletesItsParts() throws Exception {
        WriteHandle<String, String> writer = writer();
        writer.compareAndAppend(List.of(update("a", 0, 1)), at(0), at(5)).orThrow();
        SeqNo seqno = test.client().inspect(SHARD).orElseThrow().seqno();

        assertThat(writer.compareAndAppend(List.of(update("b", 2, 1)), at(1), at(3)))
                .isEqualTo(new AppendResult.UpperMismatch(at(5)));

        assertThat(blobs("n")).hasSize(1);
        assertThat(test.client().inspect(SHARD).orElseThrow().seqno()).isEqualTo(seqno);
    }

    @Test
    void misuseIsSaidAndChangesNothing() throws Exception {
        WriteHandle<String, String> writer = writer();
        SeqNo seqno = test.client().inspect(SHARD).orElseThrow().seqno();
        List<Update<String, String>> one = List.of(update("a", 3, 1));
        assertThat(writer.compareAndAppend(one, at(0), at(3)))
                .isInstanceOfSatisfying(
                        AppendResult.InvalidUsage.class,
                        invalid -> assertThat(invalid.reason()).contains("3", "[0]", "[3]"));
        assertThat(writer.compareAndAppend(one, at(4), at(5)))
                .isInstanceOf(AppendResult.InvalidUsage.class);
        assertThat(writer.compareAndAppend(List.of(), at(4), at(3)))
                .isInstanceOf(AppendResult.InvalidUsage.class);
        Batch narrow = batch(writer, 1, 3, List.of(update("a", 1, 1)));
        assertThat(writer.compareAndAppendBatch(List.of(narrow), at(0), at(5)))
                .isInstanceOfSatisfying(
                        AppendResult.InvalidUsage.class,
                        invalid ->
                                assertThat(invalid.reason()).contains("[1]", "[3]", "[0]", "[5]"));
        narrow.delete();
        assertThat(blobs("n")).isEmpty();
        assertThat(test.client().inspect(SHARD).orElseThrow().seqno()).isEqualTo(seqno);
    }

    @Test
    void severalBatchesBecomeVisibleAtOnce() throws Exception {
        WriteHandle<String, String> writer = writer();
        Batch first = batch(writer, 0, 2, List.of(update("a", 0, 1), update("b", 1, 1)));
        Batch second = batch(writer, 0, 2, List.of(update("a", 0, 4)));
        writer.compareAndAppendBatch(List.of(first, second), at(0), at(2)).orThrow();
        assertThat(snapshot(1)).containsExactly(update("a", 1, 5), update("b", 1, 1));
        assertThat(test.client().inspect(SHARD).orElseThrow().batches()).hasSize(1);
    }

    @Test
    void aBatchThatReachesBeyondTheBoundsIsWrittenAnew() throws Exception {
        WriteHandle<String, String> writer = writer();
        writer.compareAndAppend(List.of(), at(0), at(1)).orThrow();
        Batch wide =
                batch(
                        writer,
                        0,
                        5,
                        List.of(update("a", 0, 1), update("b", 1, 1), update("c", 4, 1)));
        writer.compareAndAppendBatch(List.of(wide), at(1), at(4)).orThrow();

        assertThat(snapshot(3)).containsExactly(update("b", 3, 1));
        assertThat(blobs("n")).hasSize(1);
        ShardReport report = test.client().inspect(SHARD).orElseThrow();
        assertThat(report.updateCount()).isEqualTo(1);
        assertThat(report.batches().get(1).runs().get(0).parts().get(0).diffsSum()).isEqualTo(1);
    }

    @Test
    void overlappingAppendsOfDefiniteDataCountOnce() throws Exception {
        WriteHandle<String, String> one = writer();
        WriteHandle<String, String> two = writer();
        List<Update<String, String>> data = new ArrayList<>();
        for (int i = 1; i <= 5; i++) {
            data.add(update("k" + i, i, 1));
        }
        one.append(data.subList(0, 2), at(0), at(3)).orThrow();
        assertThat(one.upper()).isEqualTo(at(3));
        two.append(batch(two, 0, 5, data.subList(0, 4)), at(0), at(5)).orThrow();
        assertThat(two.upper()).isEqualTo(at(5));
        one.append(data.subList(2, 5), at(3), at(6)).orThrow();
        assertThat(one.upper()).isEqualTo(at(6));
        one.append(data.subList(2, 3), at(3), at(4)).orThrow();

        assertThat(snapshot(5))
                .extracting(Update::key)
                .containsExactly("k1", "k2", "k3", "k4", "k5");
        assertThat(snapshot(5)).allMatch(update -> update.diff() == 1);
        assertThat(one.append(List.of(), at(9), at(10)))
                .isEqualTo(new AppendResult.UpperMismatch(at(6)));
    }

    @Test
    void aTransmittedBatchWithRewrittenTimesIsAppendedInAnotherClient() throws Exception {
        WriteHandle<String, String> writer = writer();
        Bytes message = batch(writer, 0, 1, List.of(update("foo", 0, 1))).toTransmittable();
        try (TestClient other = test.another(9)) {
            WriteHandle<String, String> appender =
                    other.client().openWriter(SHARD, Codecs.STRING, Codecs.STRING, "other");
            Batch batch = appender.batchFromTransmittable(message);
            batch.rewriteTs(at(2), at(3)).orThrow();
            appender.compareAndAppendBatch(List.of(batch), at(0), at(3)).orThrow();
        }
        ReadHandle<String, String> reader = reader();
        ListenStep<String, String> step =
                reader.listen(at(0)).orThrow().next(java.time.Duration.ZERO).orThrow();
        assertThat(step.updates()).containsExactly(update("foo", 2, 1));
        assertThat(step.progress()).isEqualTo(at(3));
    }

    @Test
    void aBatchOfANewerBuildIsRefusedAndOneOfAnOlderAccepted_B9() throws Exception {
        WriteHandle<String, String> writer = writer();
        Bytes message = batch(writer, 0, 1, List.of(update("a", 0, 1))).toTransmittable();
        TransmittableBatch sent = TransmittableBatchEncoding.decode(message);

        assertThatThrownBy(() -> writer.batchFromTransmittable(of("26.99.0", sent)))
                .isInstanceOf(IncompatibleShardException.class)
                .hasMessageContaining("26.99.0");
        try (Batch older = writer.batchFromTransmittable(of("0.100.3", sent))) {
            writer.compareAndAppendBatch(List.of(older), at(0), at(1)).orThrow();
        }
    }

    private static Bytes of(String version, TransmittableBatch sent) {
        return TransmittableBatchEncoding.encode(
                new TransmittableBatch(
                        sent.shard(),
                        version,
                        sent.batch(),
                        sent.keySchema(),
                        sent.valSchema(),
                        sent.unknown()));
    }

    @Test
    void aBatchOfAnotherShardIsRefused() throws Exception {
        WriteHandle<String, String> writer = writer();
        ShardId elsewhere = test.client().newShardId();
        WriteHandle<String, String> other =
                test.client().openWriter(elsewhere, Codecs.STRING, Codecs.STRING, "test");
        Batch batch = batch(other, 0, 1, List.of(update("a", 0, 1)));
        assertThat(writer.compareAndAppendBatch(List.of(batch), at(0), at(1)))
                .isInstanceOfSatisfying(
                        AppendResult.InvalidUsage.class,
                        invalid ->
                                assertThat(invalid.reason())
                                        .contains(SHARD.toString(), elsewhere.toString()));
        batch.delete();
    }

    @Test
    void otherCodecsAreRefusedByName() throws Exception {
        writer().compareAndAppend(List.of(update("a", 0, 1)), at(0), at(1)).orThrow();
        SeqNo seqno = test.client().inspect(SHARD).orElseThrow().seqno();
        assertThatThrownBy(() -> test.client().openWriter(SHARD, Codecs.BYTES, Codecs.UNIT, "test"))
                .isInstanceOf(IncompatibleShardException.class)
                .hasMessageContaining("Vec<u8>")
                .hasMessageContaining("String")
                .hasMessageContaining("()");
        assertThat(test.client().inspect(SHARD).orElseThrow().seqno()).isEqualTo(seqno);
    }

    private static RelationCodec<SourceData> rows(ScalarType type) {
        return RelationCodec.of(RelationDesc.of(List.of(new RelationColumn("amount", type, true))));
    }

    @Test
    void anotherSchemaIsRefusedNamingBoth() throws Exception {
        RelationCodec<SourceData> first = rows(new ScalarType.Int64());
        RelationCodec<SourceData> second = rows(new ScalarType.Text());
        SourceData row = new SourceData.Row(List.of(new Datum.Int64(5)));
        test.client()
                .openWriter(SHARD, first, Codecs.UNIT, "test")
                .compareAndAppend(List.of(new Update<>(row, Unit.UNIT, 0, 1)), at(0), at(1))
                .orThrow();
        SeqNo seqno = test.client().inspect(SHARD).orElseThrow().seqno();

        assertThatThrownBy(() -> test.client().openWriter(SHARD, second, Codecs.UNIT, "test"))
                .isInstanceOf(IncompatibleShardException.class)
                .hasMessageContaining("schema mismatch")
                .hasMessageContaining(first.schema().toString())
                .hasMessageContaining(second.schema().toString());

        assertThat(test.client().inspect(SHARD).orElseThrow().seqno()).isEqualTo(seqno);
        test.client().openWriter(SHARD, first, Codecs.UNIT, "again").close();
    }

    @Test
    void partsAndRunsCarryTheRegisteredSchema() throws Exception {
        writer().compareAndAppend(List.of(update("a", 0, 1)), at(0), at(1)).orThrow();
        ShardReport report = test.client().inspect(SHARD).orElseThrow();
        assertThat(report.schemas()).hasSize(1);
        ShardReport.RunReport run = report.batches().get(0).runs().get(0);
        assertThat(run.schema()).isEqualTo(report.schemas().get(0).id());
        assertThat(run.parts().get(0).schema()).isEqualTo(report.schemas().get(0).id());
    }

    @Test
    void expiringRemovesTheWritersEntry() throws Exception {
        WriteHandle<String, String> writer = writer();
        writer.compareAndAppend(List.of(), at(0), at(1)).orThrow();
        assertThat(test.client().inspect(SHARD).orElseThrow().writers()).hasSize(1);
        writer.expire();
        assertThat(test.client().inspect(SHARD).orElseThrow().writers()).isEmpty();
    }

    @Test
    void anEmptyUpperClosesTheShardForWriting() throws Exception {
        WriteHandle<String, String> writer = writer();
        writer.compareAndAppend(List.of(update("a", 0, 1)), at(0), Antichain.empty()).orThrow();
        assertThat(writer.compareAndAppend(List.of(), at(1), at(2)))
                .isEqualTo(new AppendResult.UpperMismatch(Antichain.empty()));
        assertThat(snapshot(7)).containsExactly(update("a", 7, 1));
    }

    @Test
    void batchesOfPairsOfTimesAreRefused() throws Exception {
        WriteHandle<String, String> writer = writer();
        BatchSchema<String, String> pairs =
                new BatchSchema<>(Codecs.STRING, Codecs.STRING, null, TimeDomain.PAIR_OF_U32);
        long time = TimeDomain.pair(1, 2);
        try (BatchBuilder<String, String> builder =
                new BatchBuilder<>(
                        writer.batchStore(), writer.batchConfig(), pairs, Antichain.minimum())) {
            builder.add("a", "v", time, 1);
            Batch batch =
                    builder.finish(Antichain.of(TimeDomain.PAIR_OF_U32, TimeDomain.pair(2, 3)));
            assertThat(writer.compareAndAppendBatch(List.of(batch), at(0), at(10)))
                    .isInstanceOf(AppendResult.InvalidUsage.class)
                    .asString()
                    .contains("[(2, 3)]", "other than u64");
            batch.delete();
        }
    }
}
