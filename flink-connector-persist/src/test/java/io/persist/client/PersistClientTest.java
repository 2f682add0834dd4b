package io.persist.client;

import static org.assertj.core.api.Assertions.assertThat;

import io.persist.codec.Bytes;
import io.persist.codec.Codecs;
import io.persist.codec.ShardId;
import io.persist.codec.Unit;
import io.persist.frontier.Antichain;
import io.persist.shard.Surroundings;
import io.persist.store.Blob;
import io.persist.store.BlobKey;
import io.persist.store.Consensus;
import io.persist.store.StoreException;
import io.persist.store.mem.MemBlob;
import io.persist.store.mem.MemConsensus;
import io.persist.testing.ForwardingBlob;
import io.persist.testing.Gate;
import io.persist.testing.ManualTime;
import io.persist.testing.SeededIds;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/** The client as users open it: real clock, real threads, real files. */
final class PersistClientTest {
    @Test
    void whatSeveralWritersAppendIsThereWhenTheDirectoryIsOpenedAgain(@TempDir Path directory)
            throws Exception {
        PersistLocation location = PersistLocation.parse(directory.toString());
        ShardId shard;
        try (PersistClient client = PersistClient.open(location)) {
            shard = client.newShardId();
            ExecutorService threads = Executors.newFixedThreadPool(3);
            try {
                List<Callable<Integer>> writers = new ArrayList<>();
                for (int i = 0; i < 3; i++) {
                    String name = "writer" + i;
                    writers.add(() -> write(client, shard, name));
                }
                for (Future<Integer> writer : threads.invokeAll(writers)) {
                    assertThat(writer.get()).isEqualTo(60);
                }
            } finally {
                threads.shutdownNow();
            }
        }
        try (PersistClient client = PersistClient.open(location);
                ReadHandle<String, Unit> reader =
                        client.openReader(shard, Codecs.STRING, Codecs.UNIT, "check")) {
            assertThat(client.listShards()).containsExactly(shard);
            assertThat(client.maintenanceFailures()).isZero();
            Antichain asOf = Antichain.of(reader.fetchRecentUpper().element() - 1);
            assertThat(reader.snapshotAndFetch(asOf).orThrow())
                    .hasSize(180)
                    .allMatch(update -> update.diff() == 1);
        }
    }

    /** Holds whoever writes a rollup. */
    private static final class HeldRollups extends ForwardingBlob {
        private final Gate gate;

        HeldRollups(Blob blob, Gate gate) {
            super(blob);
            this.gate = gate;
        }

        @Override
        public void set(BlobKey key, Bytes value) throws StoreException {
            if (key.text().contains("/v")) {
                try {
                    gate.pass();
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                    throw new StoreException.Determinate("interrupted", e);
                }
            }
            super.set(key, value);
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void closingWaitsForMaintenanceIfItIsToldTo(boolean told) throws Exception {
        Gate rollups = new Gate();
        rollups.open();
        Blob blob = new MemBlob();
        Consensus consensus = new MemConsensus();
        ManualTime time = new ManualTime(TestClient.START_MILLIS);
        PersistClient client =
                PersistClient.wired(
                        new HeldRollups(blob, rollups),
                        consensus,
                        TestClient.config().rollupThreshold(1).build(),
                        new Surroundings(time, time, new SeededIds(1), new Random(1)));
        ShardId shard = client.newShardId();
        Thread closing =
                new Thread(
                        told
                                ? () -> client.closeAfterMaintenance(Duration.ofMinutes(1))
                                : client::close);
        try (WriteHandle<String, Unit> writer =
                client.openWriter(shard, Codecs.STRING, Codecs.UNIT, "test")) {
            int created = rollups.arrivals();
            rollups.shut();
            for (long at = 0; at < 4; at++) {
                Antichain next = Antichain.of(at + 1);
                writer.compareAndAppend(List.of(), Antichain.of(at), next).orThrow();
            }
            rollups.awaitArrivals(created + 1);
        }
        closing.start();
        while (told && closing.isAlive() && closing.getState() != Thread.State.TIMED_WAITING) {
            Thread.onSpinWait();
        }
        if (told) {
            rollups.open();
        }
        closing.join();
        List<String> written = new ArrayList<>();
        blob.list(shard + "/v", (key, size) -> written.add(key.text()));
        assertThat(written).hasSize(told ? 2 : 1);
    }

    private static int write(PersistClient client, ShardId shard, String name) throws Exception {
        int appended = 0;
        try (WriteHandle<String, Unit> writer =
                client.openWriter(shard, Codecs.STRING, Codecs.UNIT, name)) {
            while (appended < 60) {
                Antichain upper = writer.fetchRecentUpper();
                long time = upper.element();
                Update<String, Unit> update =
                        new Update<>(name + "-" + appended, Unit.UNIT, time, 1);
                AppendResult result =
                        writer.compareAndAppend(List.of(update), upper, Antichain.of(time + 1));
                if (result instanceof AppendResult.Appended) {
                    appended++;
                }
            }
            writer.expire();
        }
        return appended;
    }
}
