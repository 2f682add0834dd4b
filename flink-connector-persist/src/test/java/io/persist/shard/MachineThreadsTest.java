package io.persist.shard;

import static org.assertj.core.api.Assertions.assertThat;

import io.persist.batch.HollowBatch;
import io.persist.frontier.Antichain;
import io.persist.state.AppendOutcome;
import io.persist.state.Appends;
import io.persist.state.HandleDebug;
import io.persist.state.IdempotencyToken;
import io.persist.state.WriterId;
import io.persist.store.PartKey;
import io.persist.store.mem.MemBlob;
import io.persist.store.mem.MemConsensus;
import io.persist.testing.Fate;
import io.persist.testing.FaultyBlob;
import io.persist.testing.FaultyConsensus;
import io.persist.testing.ManualTime;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/** Writers on several threads and in several clients, on a bad network. */
final class MachineThreadsTest {
    private static final int WRITERS = 6;
    private static final int APPENDS = 40;

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4})
    void everyAcknowledgedAppendIsThereOnceAndNothingElse(long seed) throws Exception {
        MemBlob blob = new MemBlob();
        MemConsensus log = new MemConsensus();
        Fate fate = new Fate(seed, 10);
        ManualTime time = new ManualTime(TestShard.START_MILLIS);
        List<Callable<List<String>>> writers = new ArrayList<>();
        for (int client = 0; client < 2; client++) {
            TestShard shard =
                    new TestShard(
                            new FaultyBlob(blob, fate),
                            new FaultyConsensus(log, fate),
                            time,
                            10 * seed + client);
            Machine machine = shard.open(Profile.P26);
            for (int i = 0; i < WRITERS / 2; i++) {
                WriterId id = new WriterId(shard.ids.get());
                int first = 1000 * (client * WRITERS + i);
                writers.add(() -> write(machine, shard, id, first));
            }
        }

        List<String> acknowledged = new ArrayList<>();
        ExecutorService threads = Executors.newFixedThreadPool(WRITERS);
        try {
            for (Future<List<String>> writer : threads.invokeAll(writers)) {
                acknowledged.addAll(writer.get());
            }
        } finally {
            threads.shutdownNow();
        }
        fate.deliverAll();

        Machine newcomer = new TestShard(blob, log, time, 99).open(Profile.P26);
        acknowledged.sort(null);
        assertThat(acknowledged).hasSize(WRITERS * APPENDS);
        assertThat(TestShard.parts(newcomer)).isEqualTo(acknowledged);
        assertThat(newcomer.state().upper()).isEqualTo(Antichain.of(WRITERS * APPENDS));
    }

    /** Appends at whatever the upper is, until all are acknowledged. */
    private static List<String> write(Machine machine, TestShard shard, WriterId id, int first)
            throws Exception {
        List<String> acknowledged = new ArrayList<>();
        while (acknowledged.size() < APPENDS) {
            long upper = machine.state().upper().element();
            PartKey part = TestShard.part(first + acknowledged.size());
            HollowBatch batch = TestShard.batch(upper, upper + 1, part);
            Appends.Writer writer =
                    new Appends.Writer(
                            id,
                            new IdempotencyToken(shard.ids.get()),
                            HandleDebug.NONE,
                            machine.nowMillis(),
                            3_600_000_000L);
            AppendOutcome outcome = machine.compareAndAppend(batch, writer, 1 << 20);
            if (outcome instanceof AppendOutcome.Appended
                    || outcome instanceof AppendOutcome.AlreadyCommitted) {
                acknowledged.add(part.text());
            } else {
                assertThat(outcome).isInstanceOf(AppendOutcome.UpperMismatch.class);
            }
        }
        return acknowledged;
    }
}
