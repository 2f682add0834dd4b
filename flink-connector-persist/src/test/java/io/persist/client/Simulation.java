package io.persist.client;

import static org.assertj.core.api.Assertions.assertThat;

import io.persist.batch.BatchConfig;
import io.persist.client.compaction.CompactionConfig;
import io.persist.client.critical.SinceHandle;
import io.persist.codec.Codecs;
import io.persist.codec.ShardId;
import io.persist.frontier.Antichain;
import io.persist.state.CriticalReaderId;
import io.persist.state.CriticalReaders.DowngradeOutcome;
import io.persist.state.CriticalReaders.Opaque;
import io.persist.store.Blob;
import io.persist.store.BlobKey;
import io.persist.store.Consensus;
import io.persist.store.StoreException;
import io.persist.store.mem.MemBlob;
import io.persist.store.mem.MemConsensus;
import io.persist.testing.Fate;
import io.persist.testing.FaultyBlob;
import io.persist.testing.FaultyConsensus;
import io.persist.testing.ManualTime;

import org.jspecify.annotations.Nullable;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.UUID;

/**
 * Clients that append, read, listen, hold, maintain, stop and come back, each step chosen by a coin
 * from a seed. The model is a sorted map of what was acknowledged.
 */
final class Simulation implements AutoCloseable {
    private static final ShardId SHARD = new ShardId(new UUID(8, 8));
    private static final CriticalReaderId HOLD = new CriticalReaderId(new UUID(8, 9));

    private final long seed;
    private final Random coins;
    private final MemBlob memBlob = new MemBlob();
    private final MemConsensus memConsensus = new MemConsensus();
    private final ManualTime time = new ManualTime(TestClient.START_MILLIS);
    private final Fate fate;
    private final Blob blob;
    private final Consensus consensus;
    private final List<Actor> actors = new ArrayList<>();

    /** Acknowledged diffs by time and key. */
    private final SortedMap<Long, SortedMap<String, Long>> model = new TreeMap<>();

    private long upper;
    private int nextClient;

    /** Where the shared hold is, by its last acknowledged move, and whose it is. */
    private long held;

    private long holder;
    private int refusals;

    private int appends;
    private int reads;
    private long collected;

    /** One client with a writer, and now and then a reader and a listen. */
    private final class Actor {
        private final TestClient test;
        private final long number = nextClient++;
        private final WriteHandle<String, String> writer;
        private final SinceHandle hold;
        private @Nullable ReadHandle<String, String> reader;
        private @Nullable Listen<String, String> listen;

        Actor() throws Exception {
            PersistConfig config =
                    TestClient.config()
                            .ioThreads(0)
                            .compaction(CompactionConfig.builder().minInputs(2).build())
                            .batch(
                                    BatchConfig.builder()
                                            .inlineSingleMaxBytes(coins.nextBoolean() ? 0 : 60)
                                            .inlineTotalMaxBytes(400)
                                            .targetBytes(64)
                                            .build())
                            .build();
            test = new TestClient(blob, consensus, time, config, 1000 * seed + number);
            writer = test.client().openWriter(SHARD, Codecs.STRING, Codecs.STRING, "simulation");
            hold =
                    test.client()
                            .openCriticalSinceAsStored(SHARD, HOLD, Opaque.u64(0), "simulation")
                            .orElseThrow();
        }

        ReadHandle<String, String> reader() throws Exception {
            ReadHandle<String, String> open = reader;
            if (open == null) {
                open = test.client().openReader(SHARD, Codecs.STRING, Codecs.STRING, "simulation");
                reader = open;
            }
            return open;
        }

        void forgetReader() {
            if (reader != null) {
                reader.close();
            }
            reader = null;
            listen = null;
        }

        void close() {
            forgetReader();
            writer.close();
            test.close();
        }
    }

    Simulation(long seed) throws Exception {
        this.seed = seed;
        this.coins = new Random(seed);
        this.fate = new Fate(seed, 15);
        this.blob = new FaultyBlob(memBlob, fate);
        this.consensus = new FaultyConsensus(memConsensus, fate);
        for (int i = 0; i < 3; i++) {
            actors.add(new Actor());
        }
    }

    int appends() {
        return appends;
    }

    /** Entries of the log that garbage collection has cut off. */
    long collected() {
        return collected;
    }

    /** Moves of the shared hold by those who had lost it. */
    int refusals() {
        return refusals;
    }

    long held() {
        return held;
    }

    int reads() {
        return reads;
    }

    void step() throws Exception {
        int index = coins.nextInt(actors.size());
        Actor actor = actors.get(index);
        time.advance(coins.nextInt(20_000));
        switch (coins.nextInt(21)) {
            case 0, 1, 2, 3, 4, 5, 6 -> append(actor);
            case 7, 8, 9 -> snapshot(actor);
            case 10, 11, 12, 13 -> listen(actor);
            case 14 -> downgrade(actor);
            case 15, 16, 17 -> maintain(actor);
            case 18 -> time.advance(coins.nextInt(5) == 0 ? 16 * 60_000 : 60_000);
            case 19 -> hold(actor);
            default -> {
                if (coins.nextInt(4) == 0) {
                    actor.close();
                    actors.set(index, new Actor());
                } else {
                    leave(actor);
                }
            }
        }
    }

    private void append(Actor actor) throws Exception {
        Antichain expected =
                coins.nextInt(3) == 0 ? actor.writer.upper() : actor.writer.fetchRecentUpper();
        long lower = expected.element();
        long next = lower + 1 + coins.nextInt(3);
        List<Update<String, String>> updates = new ArrayList<>();
        for (int i = coins.nextInt(6); i > 0; i--) {
            updates.add(
                    new Update<>(
                            "k" + coins.nextInt(8),
                            "v",
                            lower + coins.nextInt((int) (next - lower)),
                            coins.nextInt(4) == 0 ? -1 : 1 + coins.nextInt(2)));
        }
        AppendResult result = actor.writer.compareAndAppend(updates, expected, Antichain.of(next));
        if (result instanceof AppendResult.Appended) {
            assertThat(lower).as("acknowledged at the upper").isEqualTo(upper);
            upper = next;
            appends++;
            for (Update<String, String> update : updates) {
                model.computeIfAbsent(update.time(), absent -> new TreeMap<>())
                        .merge(update.key(), update.diff(), Long::sum);
            }
        } else {
            assertThat(result).isEqualTo(new AppendResult.UpperMismatch(Antichain.of(upper)));
        }
    }

    private void snapshot(Actor actor) throws Exception {
        ReadHandle<String, String> reader = actor.reader();
        long since = reader.since().element();
        if (since >= upper) {
            return;
        }
        long asOf = since + coins.nextInt((int) (upper - since));
        ReadResult<List<Update<String, String>>> result =
                reader.snapshotAndFetch(Antichain.of(asOf));
        if (lost(actor, result)) {
            return;
        }
        assertThat(sums(result.orThrow())).as("snapshot as of %s", asOf).isEqualTo(at(asOf));
        reads++;
    }

    private void listen(Actor actor) throws Exception {
        ReadHandle<String, String> reader = actor.reader();
        Listen<String, String> listen = actor.listen;
        if (listen == null) {
            ReadResult<Listen<String, String>> opened = reader.listen(reader.since());
            if (lost(actor, opened)) {
                return;
            }
            listen = opened.orThrow();
            actor.listen = listen;
        }
        long from = listen.frontier().element();
        boolean first = listen.frontier().equals(reader.since());
        ReadResult<ListenStep<String, String>> result = listen.next(Duration.ZERO);
        if (lost(actor, result)) {
            return;
        }
        if (result instanceof ReadResult.NotYetAvailable<?> notYet) {
            assertThat(notYet.upper()).isEqualTo(Antichain.of(upper));
            return;
        }
        ListenStep<String, String> step = result.orThrow();
        Map<String, Long> wanted = new TreeMap<>();
        model.subMap(first ? from + 1 : from, Math.max(step.progress().element(), from + 1))
                .values()
                .forEach(diffs -> diffs.forEach((key, diff) -> wanted.merge(key, diff, Long::sum)));
        wanted.values().removeIf(diff -> diff == 0);
        assertThat(sums(step.updates()))
                .as("changes from %s to %s", from, step.progress())
                .isEqualTo(wanted);
        reads++;
    }

    private boolean lost(Actor actor, ReadResult<?> result) {
        if (result instanceof ReadResult.LeaseLost) {
            actor.forgetReader();
            return true;
        }
        return false;
    }

    private void downgrade(Actor actor) throws Exception {
        ReadHandle<String, String> reader = actor.reader();
        if (actor.listen != null || upper == 0) {
            return;
        }
        long since = reader.since().element();
        long to = Math.min(upper - 1, since + coins.nextInt(60));
        lost(actor, reader.downgradeSince(Antichain.of(Math.max(to, since))));
    }

    /** Moves the shared hold, taking it over first or trusting to have it still. */
    private void hold(Actor actor) throws Exception {
        Opaque expected = coins.nextBoolean() ? actor.hold.opaque() : Opaque.u64(holder);
        long to = Math.max(0, Math.min(upper - 1, held + coins.nextInt(40) - 10));
        DowngradeOutcome outcome =
                actor.hold.compareAndDowngrade(
                        expected, Opaque.u64(1 + actor.number), Antichain.of(to));
        if (expected.bits() == holder) {
            holder = 1 + actor.number;
            held = Math.max(held, to);
            assertThat(outcome).isEqualTo(new DowngradeOutcome.Downgraded(Antichain.of(held)));
        } else {
            assertThat(outcome)
                    .isEqualTo(
                            new DowngradeOutcome.OpaqueMismatch(
                                    Opaque.u64(holder), Antichain.of(held)));
            refusals++;
        }
    }

    /** In order, or leaving the entry to its lease. */
    private void leave(Actor actor) throws Exception {
        if (actor.reader != null && coins.nextBoolean()) {
            actor.reader.expire();
        }
        actor.forgetReader();
    }

    /** Tasks are run, lost, or run twice. */
    private void maintain(Actor actor) throws Exception {
        TestClient.Pending pending = actor.test.maintenance().poll();
        if (pending == null) {
            return;
        }
        int times = coins.nextInt(3);
        for (int i = 0; i < times; i++) {
            pending.machine().perform(pending.task());
        }
    }

    private static Map<String, Long> sums(List<Update<String, String>> updates) {
        Map<String, Long> sums = new TreeMap<>();
        updates.forEach(update -> sums.merge(update.key(), update.diff(), Long::sum));
        sums.values().removeIf(diff -> diff == 0);
        return sums;
    }

    private Map<String, Long> at(long asOf) {
        Map<String, Long> sums = new TreeMap<>();
        model.headMap(asOf + 1)
                .values()
                .forEach(diffs -> diffs.forEach((key, diff) -> sums.merge(key, diff, Long::sum)));
        sums.values().removeIf(diff -> diff == 0);
        return sums;
    }

    /** The network heals and everything late arrives; then a newcomer sees what the model holds. */
    void finish() throws Exception {
        fate.deliverAll();
        try (TestClient newcomer =
                new TestClient(
                        memBlob,
                        memConsensus,
                        time,
                        TestClient.config().ioThreads(0).build(),
                        1000 * seed + 999)) {
            ReadHandle<String, String> reader =
                    newcomer.client().openReader(SHARD, Codecs.STRING, Codecs.STRING, "newcomer");
            assertThat(reader.fetchRecentUpper()).isEqualTo(Antichain.of(upper));
            assertThat(sums(reader.snapshotAndFetch(Antichain.of(upper - 1)).orThrow()))
                    .isEqualTo(at(upper - 1));
            assertThat(sums(reader.snapshotAndFetch(Antichain.of(held)).orThrow()))
                    .as("as of %s, which is held", held)
                    .isEqualTo(at(held));
            ShardReport report = newcomer.client().inspect(SHARD).orElseThrow();
            collected = report.seqno().value() + 1 - report.liveDiffs();
            assertEveryBlobIsThere(report);
            reader.close();
        }
    }

    private void assertEveryBlobIsThere(ShardReport report) throws StoreException {
        List<String> keys = new ArrayList<>();
        report.rollups().forEach(rollup -> keys.add(rollup.key()));
        report.batches().stream()
                .flatMap(batch -> batch.runs().stream())
                .flatMap(run -> run.parts().stream())
                .filter(part -> part.key() != null)
                .forEach(part -> keys.add(part.key()));
        assertThat(keys).doesNotHaveDuplicates();
        for (String key : keys) {
            assertThat(memBlob.get(new BlobKey(SHARD + "/" + key))).as(key).isPresent();
        }
    }

    @Override
    public void close() {
        actors.forEach(Actor::close);
    }
}
