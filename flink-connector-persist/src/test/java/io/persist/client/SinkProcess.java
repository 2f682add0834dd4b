package io.persist.client;

import io.persist.batch.build.Batch;
import io.persist.batch.build.BatchBuilder;
import io.persist.codec.Bytes;
import io.persist.codec.Codecs;
import io.persist.codec.ShardId;
import io.persist.codec.Unit;
import io.persist.frontier.Antichain;
import io.persist.shard.Machine;
import io.persist.shard.MaintenanceTask;
import io.persist.shard.PartIds;
import io.persist.shard.Surroundings;
import io.persist.shard.WriterLine;
import io.persist.state.ChainPosition;
import io.persist.state.RegisterOutcome;
import io.persist.store.Blob;
import io.persist.store.Consensus;
import io.persist.store.Sleeper;
import io.persist.testing.ManualTime;
import io.persist.testing.SeededIds;

import org.jspecify.annotations.Nullable;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;

/** One start of a sink, in a process with a client of its own. Maintenance waits for the test. */
final class SinkProcess implements AutoCloseable {
    static final ShardId SHARD = new ShardId(new java.util.UUID(7, 7));

    final PersistClient client;
    final WriteHandle<String, Unit> writer;
    final SinkChain<String, Unit> chain;
    final Deque<Pending> maintenance = new ArrayDeque<>();

    record Pending(Machine machine, MaintenanceTask task) {}

    SinkProcess(long seed, Blob blob, Consensus consensus, ManualTime time) throws Exception {
        this(seed, blob, consensus, time, config());
    }

    SinkProcess(
            long seed,
            Blob blob,
            Consensus consensus,
            ManualTime time,
            PersistConfig.Builder config)
            throws Exception {
        this(seed, blob, consensus, time, time, config);
    }

    SinkProcess(
            long seed,
            Blob blob,
            Consensus consensus,
            ManualTime time,
            Sleeper sleeper,
            PersistConfig.Builder config)
            throws Exception {
        client =
                PersistClient.wired(
                        blob,
                        consensus,
                        config.build(),
                        new Surroundings(time, sleeper, new SeededIds(seed), new Random(seed)),
                        (machine, task) -> maintenance.add(new Pending(machine, task)));
        writer = client.openWriter(SHARD, Codecs.STRING, Codecs.UNIT, "test");
        chain = SinkChain.of(client, writer, SinkTime.COMMIT);
    }

    static PersistConfig.Builder config() {
        return PersistConfig.builder().hostname("test");
    }

    ChainPosition register(@Nullable ChainPosition restored) throws Exception {
        return ((RegisterOutcome.Registered) register(restored, OnRewind.FAIL)).start();
    }

    RegisterOutcome register(@Nullable ChainPosition restored, OnRewind onRewind) throws Exception {
        return chain.register(
                new SinkChain.Start("orders", writer.id(), restored, Duration.ofDays(1), onRewind),
                Duration.ZERO);
    }

    /** Appends rows at the next ordinal. */
    ChainPosition commit(ChainPosition after, String... rows) throws Exception {
        ChainPosition position = after.at(after.ordinal() + 1);
        chain.commit(new SinkChain.Sealed(position, List.of(stage(rows))), SinkChain.Origin.LIVE);
        return position;
    }

    Bytes stage(String... rows) throws Exception {
        try (BatchBuilder<String, Unit> builder = writer.builder(Antichain.minimum())) {
            return finish(builder, rows);
        }
    }

    /** Staged by a place on a line of writers. */
    Bytes stage(WriterLine line, String... rows) throws Exception {
        PartIds ids = new PartIds(line, client.surroundings().ids().get());
        try (BatchBuilder<String, Unit> builder = writer.builder(Antichain.minimum(), ids)) {
            return finish(builder, rows);
        }
    }

    private static Bytes finish(BatchBuilder<String, Unit> builder, String... rows)
            throws Exception {
        for (String row : rows) {
            builder.add(row, Unit.UNIT, 0, 1);
        }
        Batch batch = builder.finish(Antichain.of(1));
        return batch.toTransmittable();
    }

    void runMaintenance() throws Exception {
        while (!maintenance.isEmpty()) {
            Pending pending = maintenance.remove();
            pending.machine().perform(pending.task());
        }
    }

    long upper() throws Exception {
        return writer.fetchRecentUpper().element();
    }

    /** Every row and how often it is there, at the newest time. */
    Map<String, Long> contents() throws Exception {
        return contents(upper() - 1);
    }

    Map<String, Long> contents(long asOf) throws Exception {
        Map<String, Long> rows = new TreeMap<>();
        try (ReadHandle<String, Unit> reader =
                client.openReader(SHARD, Codecs.STRING, Codecs.UNIT, "test")) {
            for (Update<String, Unit> update :
                    reader.snapshotAndFetch(Antichain.of(asOf)).orThrow()) {
                rows.put(update.key(), update.diff());
            }
            reader.expire();
        }
        return rows;
    }

    @Override
    public void close() {
        writer.close();
        client.close();
    }
}
