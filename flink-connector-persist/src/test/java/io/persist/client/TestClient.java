package io.persist.client;

import io.persist.shard.Machine;
import io.persist.shard.MaintenanceTask;
import io.persist.shard.Surroundings;
import io.persist.store.Blob;
import io.persist.store.Consensus;
import io.persist.store.mem.MemBlob;
import io.persist.store.mem.MemConsensus;
import io.persist.testing.ManualTime;
import io.persist.testing.SeededIds;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Random;

/**
 * A client whose time stands still, whose chance is seeded, and whose maintenance waits until the
 * test runs it. One thread. Closing it closes the client; a leak of off-heap memory then fails the
 * test.
 */
final class TestClient implements AutoCloseable {
    /** Later than everything in the golden shards. */
    static final long START_MILLIS = 1_800_000_000_000L;

    private final Blob blob;
    private final Consensus consensus;
    private final ManualTime time;
    private final Deque<Pending> maintenance = new ArrayDeque<>();
    private final PersistClient client;

    /** Maintenance that was offered and not run yet. */
    record Pending(Machine machine, MaintenanceTask task) {}

    TestClient(Blob blob, Consensus consensus, ManualTime time, PersistConfig config, long seed) {
        this.blob = blob;
        this.consensus = consensus;
        this.time = time;
        this.client =
                PersistClient.wired(
                        blob,
                        consensus,
                        config,
                        new Surroundings(time, time, new SeededIds(seed), new Random(seed)),
                        (machine, task) -> maintenance.add(new Pending(machine, task)));
    }

    static TestClient inMemory() {
        return inMemory(config().build());
    }

    static TestClient inMemory(PersistConfig config) {
        return new TestClient(
                new MemBlob(), new MemConsensus(), new ManualTime(START_MILLIS), config, 1);
    }

    static PersistConfig.Builder config() {
        return PersistConfig.builder().hostname("test").ioThreads(2);
    }

    /** Another client of the same stores, with its own state and ids. */
    TestClient another(long seed) {
        return new TestClient(blob, consensus, time, client.config(), seed);
    }

    PersistClient client() {
        return client;
    }

    Blob blob() {
        return blob;
    }

    Consensus consensus() {
        return consensus;
    }

    ManualTime time() {
        return time;
    }

    Deque<Pending> maintenance() {
        return maintenance;
    }

    /** Runs what was offered, and what that calls for. */
    void runMaintenance() throws Exception {
        while (!maintenance.isEmpty()) {
            Pending pending = maintenance.remove();
            pending.machine().perform(pending.task());
        }
    }

    @Override
    public void close() {
        client.close();
    }
}
