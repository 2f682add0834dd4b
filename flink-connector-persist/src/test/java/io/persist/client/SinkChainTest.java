package io.persist.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.persist.batch.BatchConfig;
import io.persist.batch.HollowBatch;
import io.persist.batch.MissingBlobException;
import io.persist.batch.Run;
import io.persist.batch.RunMeta;
import io.persist.batch.RunOrder;
import io.persist.batch.TransmittableBatch;
import io.persist.batch.TransmittableBatchEncoding;
import io.persist.batch.build.BatchBuilder;
import io.persist.client.SinkChain.Origin;
import io.persist.codec.Bytes;
import io.persist.codec.Codecs;
import io.persist.codec.SchemaId;
import io.persist.codec.ShardId;
import io.persist.codec.Unit;
import io.persist.frontier.Antichain;
import io.persist.shard.IncompatibleShardException;
import io.persist.state.ChainPosition;
import io.persist.state.ChainRefusal;
import io.persist.state.CommitOutcome;
import io.persist.state.EncodedSchemas;
import io.persist.state.RegisterOutcome;
import io.persist.state.Schemas;
import io.persist.state.WriterId;
import io.persist.store.BlobKey;
import io.persist.store.Sleeper;
import io.persist.store.StoreException;
import io.persist.store.mem.MemBlob;
import io.persist.store.mem.MemConsensus;
import io.persist.testing.CountingBlob;
import io.persist.testing.CountingConsensus;
import io.persist.testing.Fate;
import io.persist.testing.FaultyConsensus;
import io.persist.testing.ManualTime;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;

class SinkChainTest {
    private static final ShardId SHARD = SinkProcess.SHARD;
    private static final long START_MILLIS = 1_800_000_000_000L;

    /** Larger than what travels inside the metadata. */
    private static final String LARGE = "x".repeat(10_000);

    private final ManualTime time = new ManualTime(START_MILLIS);
    private final CountingBlob blob = new CountingBlob(new MemBlob());
    private final CountingConsensus consensus = new CountingConsensus(new MemConsensus());

    private SinkProcess process(long seed) throws Exception {
        return new SinkProcess(seed, blob, consensus, time);
    }

    @Test
    void commitIsOneCompareAndSetAtOneTimeWhateverItHolds() throws Exception {
        try (SinkProcess sink = process(1)) {
            ChainPosition start = sink.register(null);
            sink.chain.commit(
                    new SinkChain.Sealed(start.at(1), List.of(sink.stage("a"))), Origin.LIVE);
            List<Bytes> batches = List.of(sink.stage("a", "b"), sink.stage(LARGE));
            time.advance(5);
            long commits = consensus.compareAndSets();
            long parts = blob.sets();
            CommitOutcome outcome =
                    sink.chain.commit(new SinkChain.Sealed(start.at(2), batches), Origin.LIVE);
            assertThat(outcome)
                    .isEqualTo(
                            new CommitOutcome.Appended(Antichain.of(START_MILLIS + 6), List.of()));
            assertThat(consensus.compareAndSets() - commits).isEqualTo(1);
            assertThat(blob.sets() - parts).isZero();
            assertThat(sink.contents()).isEqualTo(Map.of("a", 2L, "b", 1L, LARGE, 1L));
        }
    }

    @Test
    void commitTimeIsTheShardsUpperIfTheClockIsBehindIt() throws Exception {
        try (SinkProcess sink = process(1);
                SinkProcess other = process(2)) {
            ChainPosition start = sink.register(null);
            Antichain ahead = Antichain.of(START_MILLIS + 1000);
            other.writer.compareAndAppend(List.of(), Antichain.minimum(), ahead).orThrow();
            assertThat(
                            sink.chain.commit(
                                    new SinkChain.Sealed(start.at(1), List.of(sink.stage("a"))),
                                    Origin.LIVE))
                    .isEqualTo(
                            new CommitOutcome.Appended(
                                    Antichain.of(START_MILLIS + 1001), List.of()));
            assertThat(sink.contents()).isEqualTo(Map.of("a", 1L));
        }
    }

    @Test
    void emptyCommitMovesTheUpperWithoutABlob() throws Exception {
        try (SinkProcess sink = process(1)) {
            ChainPosition start = sink.register(null);
            long blobs = blob.sets();
            sink.chain.commit(new SinkChain.Sealed(start.at(1), List.of()), Origin.LIVE);
            assertThat(sink.writer.fetchRecentUpper()).isEqualTo(Antichain.of(START_MILLIS + 1));
            assertThat(blob.sets()).isEqualTo(blobs);
        }
    }

    @Test
    void repeatedCommitWritesNothing() throws Exception {
        try (SinkProcess sink = process(1)) {
            ChainPosition start = sink.register(null);
            List<Bytes> batches = List.of(sink.stage("a"));
            sink.chain.commit(new SinkChain.Sealed(start.at(1), batches), Origin.LIVE);
            long commits = consensus.compareAndSets();
            try (SinkProcess again = process(2)) {
                assertThat(
                                again.chain.commit(
                                        new SinkChain.Sealed(start.at(1), batches),
                                        Origin.RESTORED))
                        .isEqualTo(new CommitOutcome.AlreadyAppended(1));
                assertThat(consensus.compareAndSets()).isEqualTo(commits);
                assertThat(again.contents()).isEqualTo(Map.of("a", 1L));
            }
        }
    }

    @Test
    void triesAreCountedAndThoseThatOthersMadeNecessary() throws Exception {
        try (SinkProcess sink = process(1);
                SinkProcess other = process(2)) {
            ChainPosition start = sink.register(null);
            sink.chain.commit(new SinkChain.Sealed(start.at(1), List.of()), Origin.LIVE);
            assertThat(sink.chain.tries()).isEqualTo(1);
            assertThat(sink.chain.overtaken()).isZero();
            Antichain upper = other.writer.fetchRecentUpper();
            other.writer
                    .compareAndAppend(List.of(), upper, Antichain.of(upper.element() + 1))
                    .orThrow();
            sink.chain.commit(new SinkChain.Sealed(start.at(2), List.of()), Origin.LIVE);
            assertThat(sink.chain.tries()).isEqualTo(3);
            assertThat(sink.chain.overtaken()).isEqualTo(1);
            assertThat(sink.chain.upper()).isEqualTo(other.writer.fetchRecentUpper());
        }
    }

    @Test
    void refusalIsJudgedByTheNewestState() throws Exception {
        try (SinkProcess committer = process(1);
                SinkProcess sealer = process(2)) {
            // The committer opened the shard before the epoch was registered.
            ChainPosition start = sealer.register(null);
            assertThat(
                            committer.chain.commit(
                                    new SinkChain.Sealed(start.at(1), List.of()), Origin.LIVE))
                    .isInstanceOf(CommitOutcome.Appended.class);
        }
    }

    @Test
    void commitOfAnUnknownEpochIsRefused() throws Exception {
        try (SinkProcess sink = process(1)) {
            ChainPosition unknown = new ChainPosition("orders", new WriterId(new UUID(1, 1)), 1, 1);
            List<Bytes> batches = List.of(sink.stage("a"));
            assertThat(sink.chain.commit(new SinkChain.Sealed(unknown, batches), Origin.LIVE))
                    .isEqualTo(new ChainRefusal.UnknownEpoch(unknown, null));
            assertThat(sink.writer.fetchRecentUpper()).isEqualTo(Antichain.minimum());
        }
    }

    @Test
    void registrationWaitsForRestoredCommitsOnTheirWay() throws Exception {
        try (SinkProcess committer = process(1)) {
            ChainPosition start = committer.register(null);
            List<Bytes> batches = List.of(committer.stage("a"));
            Sleeper commitArrives =
                    millis -> {
                        time.advance(millis);
                        try {
                            committer.chain.commit(
                                    new SinkChain.Sealed(start.at(1), batches), Origin.RESTORED);
                        } catch (Exception e) {
                            throw new AssertionError(e);
                        }
                    };
            try (SinkProcess sealer =
                    new SinkProcess(
                            2, blob, consensus, time, commitArrives, SinkProcess.config())) {
                RegisterOutcome outcome =
                        sealer.chain.register(
                                new SinkChain.Start(
                                        "orders",
                                        sealer.writer.id(),
                                        start.at(1),
                                        Duration.ofDays(1),
                                        OnRewind.FAIL),
                                Duration.ofMinutes(1));
                assertThat(outcome)
                        .isEqualTo(
                                new RegisterOutcome.Registered(
                                        new ChainPosition("orders", sealer.writer.id(), 2, 0)));
            }
        }
    }

    @Test
    void registrationGivesUpWaitingForACommitThatIsLost() throws Exception {
        try (SinkProcess sink = process(1);
                SinkProcess restored = process(2)) {
            ChainPosition start = sink.register(null);
            RegisterOutcome outcome =
                    restored.chain.register(
                            new SinkChain.Start(
                                    "orders",
                                    restored.writer.id(),
                                    start.at(1),
                                    Duration.ofDays(1),
                                    OnRewind.FAIL),
                            Duration.ofMinutes(1));
            assertThat(outcome).isEqualTo(new ChainRefusal.MissingCommit(start.at(1), 0));
            assertThat(time.millis()).isEqualTo(START_MILLIS + 60_000);
        }
    }

    @Test
    void inlinePartsGoToBlobWhenTheStateIsFull() throws Exception {
        BatchConfig little = BatchConfig.builder().inlineTotalMaxBytes(1).build();
        try (SinkProcess sink =
                new SinkProcess(1, blob, consensus, time, SinkProcess.config().batch(little))) {
            ChainPosition start = sink.register(null);
            List<Bytes> batches = List.of(sink.stage("a"), sink.stage("b"));
            long blobs = blob.sets();
            assertThat(sink.chain.commit(new SinkChain.Sealed(start.at(1), batches), Origin.LIVE))
                    .isInstanceOf(CommitOutcome.Appended.class);
            assertThat(blob.sets() - blobs).isEqualTo(2);
            assertThat(sink.contents()).isEqualTo(Map.of("a", 1L, "b", 1L));
        }
    }

    @Test
    void window22_commitStagedUnderASchemaThatTheShardDoesNotHaveIsRefused() throws Exception {
        try (SinkProcess sink = process(1)) {
            ChainPosition start = sink.register(null);
            List<Bytes> batches = List.of(withSchema(sink.stage("a"), new SchemaId(5)));
            assertThatThrownBy(
                            () ->
                                    sink.chain.commit(
                                            new SinkChain.Sealed(start.at(1), batches),
                                            Origin.LIVE))
                    .isInstanceOf(IncompatibleShardException.class)
                    .hasMessageContainingAll("'orders'", "schema h5");
            assertThat(sink.writer.fetchRecentUpper()).isEqualTo(Antichain.minimum());
        }
    }

    @Test
    void window22_commitStagedUnderAnEarlierSchemaOfTheShardIsAppended() throws Exception {
        try (SinkProcess sink = process(1)) {
            ChainPosition start = sink.register(null);
            Bytes staged = withSchema(sink.stage("a"), new SchemaId(1));
            sink.writer.ensureSchema();
            EncodedSchemas first = sink.writer.machine().state().schemas().get(new SchemaId(0));
            // As a peer evolves the shard.
            sink.writer
                    .machine()
                    .apply(
                            state ->
                                    Schemas.compareAndEvolve(
                                            state,
                                            new SchemaId(0),
                                            first,
                                            (from, to) -> Schemas.Evolution.COMPATIBLE));
            assertThat(sink.writer.machine().state().schemas()).hasSize(2);
            assertThat(
                            sink.chain.commit(
                                    new SinkChain.Sealed(start.at(1), List.of(staged)),
                                    Origin.RESTORED))
                    .isInstanceOf(CommitOutcome.Appended.class);
            assertThat(sink.contents()).isEqualTo(Map.of("a", 1L));
        }
    }

    private static Bytes withSchema(Bytes message, SchemaId schema) throws Exception {
        TransmittableBatch batch = TransmittableBatchEncoding.decode(message);
        List<Run> runs =
                batch.batch().runs().stream()
                        .map(run -> new Run(RunMeta.of(RunOrder.UNORDERED, schema), run.parts()))
                        .toList();
        HollowBatch hollow =
                new HollowBatch(batch.batch().desc(), batch.batch().len(), runs, Bytes.EMPTY);
        return TransmittableBatchEncoding.encode(
                new TransmittableBatch(
                        batch.shard(),
                        batch.version(),
                        hollow,
                        batch.keySchema(),
                        batch.valSchema(),
                        batch.unknown()));
    }

    @Test
    void commitOfAnotherShardIsAnError() throws Exception {
        try (SinkProcess sink = process(1)) {
            ChainPosition start = sink.register(null);
            WriteHandle<String, Unit> other =
                    sink.client.openWriter(
                            new ShardId(new UUID(8, 8)), Codecs.STRING, Codecs.UNIT, "test");
            Bytes message;
            try (BatchBuilder<String, Unit> builder = other.builder(Antichain.minimum())) {
                builder.add("a", Unit.UNIT, 0, 1);
                message = builder.finish(Antichain.of(1)).toTransmittable();
            }
            assertThatThrownBy(
                            () ->
                                    sink.chain.commit(
                                            new SinkChain.Sealed(start.at(1), List.of(message)),
                                            Origin.LIVE))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("s00000000-0000-0008-0000-000000000008");
        }
    }

    @Test
    void restoredCommitWhoseBlobIsGoneIsNotAppended() throws Exception {
        try (SinkProcess sink = process(1)) {
            ChainPosition start = sink.register(null);
            List<Bytes> batches = List.of(sink.stage("a"), sink.stage(LARGE));
            List<BlobKey> parts = parts();
            blob.delete(parts.get(0));
            assertThatThrownBy(
                            () ->
                                    sink.chain.commit(
                                            new SinkChain.Sealed(start.at(1), batches),
                                            Origin.RESTORED))
                    .isInstanceOf(MissingBlobException.class)
                    .hasMessageContaining(parts.get(0).text());
            assertThat(sink.writer.fetchRecentUpper()).isEqualTo(Antichain.minimum());
        }
    }

    @Test
    void restoredCommitThatIsInTheShardDoesNotNeedItsBlobs() throws Exception {
        try (SinkProcess sink = process(1)) {
            ChainPosition start = sink.register(null);
            List<Bytes> batches = List.of(sink.stage(LARGE));
            sink.chain.commit(new SinkChain.Sealed(start.at(1), batches), Origin.LIVE);
            blob.delete(parts().get(0));
            assertThat(
                            sink.chain.commit(
                                    new SinkChain.Sealed(start.at(1), batches), Origin.RESTORED))
                    .isEqualTo(new CommitOutcome.AlreadyAppended(1));
        }
    }

    private List<BlobKey> parts() throws StoreException {
        List<BlobKey> keys = new ArrayList<>();
        blob.list(
                SHARD.toString(),
                (key, size) -> {
                    if (key.text().contains("/p")) {
                        keys.add(key);
                    }
                });
        return keys;
    }

    /** Requests and replies are lost, delayed and doubled; starts fail and take over. */
    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
    void everyRowIsThereOnceOverABadNetwork(long seed) throws Exception {
        Map<String, Long> expected = new TreeMap<>();
        @Nullable ChainPosition last = null;
        Fate fate = new Fate(seed, 5);
        for (int start = 0; start < 4; start++) {
            try (SinkProcess sink =
                    new SinkProcess(
                            10 * seed + start, blob, new FaultyConsensus(consensus, fate), time)) {
                last = sink.register(last);
                for (int commit = 1; commit <= 5; commit++) {
                    String row = "row-" + start + "-" + commit;
                    last = last.at(commit);
                    assertThat(
                                    sink.chain.commit(
                                            new SinkChain.Sealed(last, List.of(sink.stage(row))),
                                            Origin.LIVE))
                            .isNotInstanceOf(ChainRefusal.class);
                    expected.put(row, 1L);
                }
            }
        }
        fate.deliverAll();
        try (SinkProcess reader = process(99)) {
            assertThat(reader.contents()).isEqualTo(expected);
        }
    }
}
