package io.persist.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.persist.batch.BatchConfig;
import io.persist.batch.RunSettings;
import io.persist.client.compaction.CompactionConfig;
import io.persist.client.compaction.CompactionMetrics;
import io.persist.client.compaction.CompactionResult;
import io.persist.codec.Bytes;
import io.persist.codec.ShardId;
import io.persist.shard.Profile;
import io.persist.state.State;
import io.persist.state.spine.MergeRequest;
import io.persist.store.Blob;
import io.persist.store.BlobKey;
import io.persist.store.CasResult;
import io.persist.store.Consensus;
import io.persist.store.SeqNo;
import io.persist.store.StoreException;
import io.persist.store.Versioned;
import io.persist.store.mem.MemBlob;
import io.persist.store.mem.MemConsensus;
import io.persist.testing.ForwardingBlob;
import io.persist.testing.ManualTime;

import org.junit.jupiter.api.Test;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;

/** Compaction against other compactors, collection, lost answers, time, and a short memory. */
final class CompactionRacesTest {
    /** What happens to the requests of a store; by default nothing. */
    private static final class Network {
        boolean loseReplies;
        boolean loseRequests;
        boolean interruptBefore;
        boolean interruptAfter;
        boolean down;
        int sets;
        int failSetsFrom = Integer.MAX_VALUE;
        Runnable onGet = () -> {};
    }

    private record NetworkConsensus(Consensus delegate, Network network) implements Consensus {
        private void requireUp() throws StoreException {
            if (network.down) {
                throw new StoreException.Determinate("down");
            }
        }

        @Override
        public Optional<Versioned> head(ShardId shard) throws StoreException {
            requireUp();
            return delegate.head(shard);
        }

        @Override
        public CasResult compareAndSet(ShardId shard, SeqNo expected, Versioned next)
                throws StoreException {
            requireUp();
            if (network.loseRequests) {
                network.down = true;
                throw new StoreException.Indeterminate("request lost");
            }
            if (network.interruptBefore) {
                network.interruptBefore = false;
                throw interrupted();
            }
            CasResult result = delegate.compareAndSet(shard, expected, next);
            if (network.loseReplies) {
                network.down = true;
                throw new StoreException.Indeterminate("reply lost");
            }
            if (network.interruptAfter) {
                network.interruptAfter = false;
                throw interrupted();
            }
            return result;
        }

        /** As files do it, which are closed by an interrupt. */
        private static StoreException interrupted() {
            Thread.currentThread().interrupt();
            return new StoreException.Indeterminate("interrupted");
        }

        @Override
        public List<Versioned> scan(ShardId shard, SeqNo from, int limit) throws StoreException {
            requireUp();
            return delegate.scan(shard, from, limit);
        }

        @Override
        public void truncate(ShardId shard, SeqNo seqno) throws StoreException {
            requireUp();
            delegate.truncate(shard, seqno);
        }

        @Override
        public CasResult importLog(ShardId shard, List<Versioned> entries) throws StoreException {
            return delegate.importLog(shard, entries);
        }

        @Override
        public List<ShardId> listShards() throws StoreException {
            return delegate.listShards();
        }

        @Override
        public void close() {}
    }

    private static final class NetworkBlob extends ForwardingBlob {
        private final Network network;

        NetworkBlob(Blob delegate, Network network) {
            super(delegate);
            this.network = network;
        }

        @Override
        public Optional<Bytes> get(BlobKey key) throws StoreException {
            network.onGet.run();
            return super.get(key);
        }

        @Override
        public void set(BlobKey key, Bytes value) throws StoreException {
            if (network.sets++ >= network.failSetsFrom) {
                throw new StoreException.Indeterminate("set failed");
            }
            super.set(key, value);
        }

        @Override
        public void close() {}
    }

    private final Network network = new Network();
    private final ManualTime time = new ManualTime(TestClient.START_MILLIS);

    private CompactionShard shard(PersistConfig config) throws Exception {
        return new CompactionShard(
                new TestClient(
                        new NetworkBlob(new MemBlob(), network),
                        new NetworkConsensus(new MemConsensus(), network),
                        time,
                        config,
                        1));
    }

    private CompactionShard shard() throws Exception {
        return shard(CompactionShard.config(Profile.P26).build());
    }

    private static MergeRequest request(CompactionShard shard) throws Exception {
        shard.append("a", "b", "c");
        shard.append("c", "d", "e");
        shard.append("e", "f", "a");
        return shard.request();
    }

    @Test
    void anotherClientCompactsFirstAndCollects_C14() throws Exception {
        try (CompactionShard shard = shard();
                CompactionShard other = new CompactionShard(shard.test.another(2))) {
            MergeRequest request = request(shard);
            other.machine().refresh();
            assertThat(other.writer.compactor().run(other.machine(), request))
                    .isInstanceOf(CompactionResult.Applied.class);
            for (int i = 0; i < 400; i++) {
                shard.append();
                for (TestClient.Pending pending;
                        (pending = shard.test.maintenance().poll()) != null; ) {
                    pending.machine().perform(pending.task());
                }
            }
            List<BlobKey> before = shard.blobs();

            assertThat(shard.writer.compactor().run(shard.machine(), request))
                    .isInstanceOf(CompactionResult.Lost.class);

            assertThat(shard.blobs()).isEqualTo(before);
            assertThat(shard.read(2)).isEqualTo(shard.expected(2));
        }
    }

    @Test
    void anOutputWhoseReplyWasLostStays_C13() throws Exception {
        try (CompactionShard shard = shard()) {
            MergeRequest request = request(shard);
            List<BlobKey> before = shard.blobs();
            network.loseReplies = true;

            assertThatThrownBy(() -> shard.writer.compactor().run(shard.machine(), request))
                    .isInstanceOf(StoreException.Indeterminate.class);
            network.loseReplies = false;
            network.down = false;

            assertThat(shard.blobs()).containsAll(before).hasSizeGreaterThan(before.size());
            shard.machine().refresh();
            assertThat(shard.batch(0, request.desc().upper().element()).runs()).hasSize(1);
            assertThat(shard.read(2)).isEqualTo(shard.expected(2));
        }
    }

    @Test
    void anOutputWhoseRequestMayArriveLateStays_C13() throws Exception {
        try (CompactionShard shard = shard()) {
            MergeRequest request = request(shard);
            List<BlobKey> before = shard.blobs();
            network.loseRequests = true;

            assertThatThrownBy(() -> shard.writer.compactor().run(shard.machine(), request))
                    .isInstanceOf(StoreException.Indeterminate.class);
            network.loseRequests = false;
            network.down = false;

            assertThat(shard.blobs()).hasSizeGreaterThan(before.size());
            assertThat(shard.read(2)).isEqualTo(shard.expected(2));
        }
    }

    @Test
    void aCompactorThatFailsLeavesNothingBehind_C13() throws Exception {
        try (CompactionShard shard = shard()) {
            MergeRequest request = request(shard);
            List<BlobKey> before = shard.blobs();
            State state = shard.machine().state();
            network.failSetsFrom = network.sets + 1;

            assertThatThrownBy(() -> shard.writer.compactor().run(shard.machine(), request))
                    .isInstanceOf(StoreException.class);

            assertThat(shard.blobs()).isEqualTo(before);
            assertThat(shard.machine().state()).isEqualTo(state);
            assertThat(shard.read(2)).isEqualTo(shard.expected(2));
        }
    }

    @Test
    void aCompactorThatIsInterruptedLeavesTheInputs_C12() throws Exception {
        PersistConfig config =
                CompactionShard.config(Profile.P26)
                        .compaction(
                                CompactionConfig.builder()
                                        .minInputs(2)
                                        .yieldAfterUpdates(1)
                                        .build())
                        .build();
        try (CompactionShard shard = shard(config)) {
            MergeRequest request = request(shard);
            List<BlobKey> before = shard.blobs();
            network.onGet = () -> Thread.currentThread().interrupt();

            assertThatThrownBy(() -> shard.writer.compactor().run(shard.machine(), request))
                    .isInstanceOf(InterruptedException.class);
            Thread.interrupted();
            network.onGet = () -> {};

            assertThat(shard.blobs()).containsAll(before);
            assertThat(shard.read(2)).isEqualTo(shard.expected(2));
        }
    }

    /** A client that is closed must not leave what it has compacted for nobody to delete. */
    @Test
    void aCompactorThatIsInterruptedWhenAllIsWrittenLeavesNothingBehind() throws Exception {
        try (CompactionShard shard = shard()) {
            MergeRequest request = request(shard);
            network.interruptBefore = true;

            CompactionResult result = shard.writer.compactor().run(shard.machine(), request);

            assertThat(Thread.interrupted()).isTrue();
            assertThat(result).isInstanceOf(CompactionResult.Applied.class);
            assertThat(shard.machine().fetchOrphans()).isEmpty();
            assertThat(shard.batch(0, request.desc().upper().element()).runs()).hasSize(1);
            assertThat(shard.read(2)).isEqualTo(shard.expected(2));
        }
    }

    /** The second try finds no place for the output, because the first one has put it there. */
    @Test
    void anOutputThatIsInPlaceIsNotDeletedByTheTryAfterAnInterrupt() throws Exception {
        try (CompactionShard shard = shard()) {
            MergeRequest request = request(shard);
            network.interruptAfter = true;

            CompactionResult result = shard.writer.compactor().run(shard.machine(), request);

            assertThat(Thread.interrupted()).isTrue();
            assertThat(result).isInstanceOf(CompactionResult.Applied.class);
            assertThat(shard.batch(0, request.desc().upper().element()).runs()).hasSize(1);
            assertThat(shard.read(2)).isEqualTo(shard.expected(2));
        }
    }

    @Test
    void timeIsUpAfterTheMinimumTimeout() throws Exception {
        AtomicInteger timedOut = new AtomicInteger();
        CompactionMetrics metrics =
                new CompactionMetrics() {
                    @Override
                    public void timedOut() {
                        timedOut.incrementAndGet();
                    }
                };
        PersistConfig config =
                CompactionShard.config(Profile.P26)
                        .compaction(
                                CompactionConfig.builder()
                                        .minInputs(2)
                                        .minimumTimeout(Duration.ofSeconds(3))
                                        .yieldAfterUpdates(1)
                                        .metrics(metrics)
                                        .build())
                        .build();
        try (CompactionShard shard = shard(config)) {
            MergeRequest request = request(shard);
            List<BlobKey> before = shard.blobs();
            network.onGet = () -> time.advance(2_000);

            assertThat(shard.writer.compactor().run(shard.machine(), request))
                    .isEqualTo(new CompactionResult.TimedOut(3_000));

            assertThat(timedOut).hasValue(1);
            assertThat(shard.blobs()).isEqualTo(before);
        }
    }

    @Test
    void memoryBoundsWhatIsMergedAtOnce() throws Exception {
        int target = 64 << 10;
        PersistConfig config =
                CompactionShard.config(Profile.P26)
                        // Many times less than all inputs take.
                        .offHeapLimitBytes(3 << 20)
                        .batch(
                                BatchConfig.builder()
                                        .inlineSingleMaxBytes(0)
                                        .targetBytes(target)
                                        .runs(RunSettings.DEFAULT.withMergeMemoryBytes(0))
                                        .build())
                        .build();
        try (CompactionShard shard = shard(config)) {
            String[] keys = new String[600];
            for (int batch = 0; batch < 40; batch++) {
                for (int i = 0; i < keys.length; i++) {
                    keys[i] = "%0100d".formatted((long) i * 40 + batch);
                }
                shard.append(keys);
            }
            MergeRequest whole = shard.machine().state().trace().readyMerges().get(0);
            assertThat(whole.encodedBytes()).isGreaterThan(1 << 18);

            CompactionResult result = shard.writer.compactor().run(shard.machine(), whole);

            assertThat(result).isInstanceOf(CompactionResult.Applied.class);
            int runs = ((CompactionResult.Applied) result).output().runs().size();
            assertThat(runs).isGreaterThan(1).isLessThan(whole.inputs().size());
        }
    }
}
