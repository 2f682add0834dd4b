package io.persist.shard;

import io.persist.batch.CallingThread;
import io.persist.batch.HollowBatch;
import io.persist.batch.Run;
import io.persist.batch.RunMeta;
import io.persist.batch.RunPart;
import io.persist.codec.Bytes;
import io.persist.codec.ShardId;
import io.persist.frontier.Antichain;
import io.persist.frontier.Description;
import io.persist.state.Appends;
import io.persist.state.CodecNames;
import io.persist.state.HandleDebug;
import io.persist.state.IdempotencyToken;
import io.persist.state.WriterId;
import io.persist.state.maintenance.Claims;
import io.persist.store.Blob;
import io.persist.store.Consensus;
import io.persist.store.PartKey;
import io.persist.store.Retry;
import io.persist.testing.ManualTime;
import io.persist.testing.SeededIds;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Random;
import java.util.UUID;

/** One client of one shard, at the level of states: batches name parts that no blob is behind. */
final class TestShard {
    static final ShardId SHARD = new ShardId(new UUID(7, 7));
    static final CodecNames CODECS = new CodecNames("String", "()", "u64", "i64");
    static final long START_MILLIS = 1_800_000_000_000L;

    final ManualTime time;
    final SeededIds ids;
    final Shards shards;
    final Deque<MaintenanceTask> tasks = new ArrayDeque<>();
    final WriterId writer;

    TestShard(Blob blob, Consensus consensus, ManualTime time, long seed) {
        this.time = time;
        this.ids = new SeededIds(seed);
        Random random = new Random(seed);
        Retry.Policy policy =
                new Retry.Policy(
                        Duration.ofMillis(4), Duration.ofSeconds(16), Duration.ofMinutes(5));
        this.shards =
                new Shards(
                        new ShardAccess(
                                blob,
                                consensus,
                                new Retry(policy, time, time, random),
                                new Surroundings(time, time, ids, random),
                                new ShardAccess.Settings("test", 300_000, 128, 32, Claims.NONE),
                                (machine, task) -> tasks.add(task),
                                new CallingThread()));
        this.writer = new WriterId(ids.get());
    }

    Machine open(Profile profile) throws Exception {
        return shards.open(SHARD, CODECS, profile);
    }

    /** A writer with a fresh token. */
    Appends.Writer append() {
        return append(new IdempotencyToken(ids.get()));
    }

    Appends.Writer append(IdempotencyToken token) {
        return new Appends.Writer(
                writer, token, new HandleDebug("test", "test"), time.millis(), 3_600_000);
    }

    /** Runs what was offered, and what that calls for. */
    void runMaintenance(Machine machine) throws Exception {
        while (!tasks.isEmpty()) {
            machine.perform(tasks.remove());
        }
    }

    static HollowBatch batch(long lower, long upper, PartKey part) {
        RunPart hollow =
                new RunPart.Hollow(
                        part,
                        100,
                        Bytes.EMPTY,
                        null,
                        null,
                        1L,
                        new RunPart.FormatHint.Structured(),
                        null,
                        null,
                        null,
                        Bytes.EMPTY);
        return new HollowBatch(
                desc(lower, upper),
                1,
                List.of(new Run(RunMeta.NONE, List.of(hollow))),
                Bytes.EMPTY);
    }

    static HollowBatch empty(long lower, long upper) {
        return HollowBatch.empty(desc(lower, upper));
    }

    private static Description desc(long lower, long upper) {
        return new Description(Antichain.of(lower), Antichain.of(upper), Antichain.minimum());
    }

    static PartKey part(long number) {
        return new PartKey("n2600000/p00000000-0000-4000-8000-" + "%012x".formatted(number));
    }

    /** Part keys of all batches, and how many there are of each. */
    static List<String> parts(Machine machine) {
        return machine.state().batches().stream()
                .flatMap(HollowBatch::parts)
                .map(p -> ((RunPart.Hollow) p).key().text())
                .sorted()
                .toList();
    }
}
