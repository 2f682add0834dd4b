package io.persist.client;

import io.persist.batch.HollowBatch;
import io.persist.batch.MissingBlobException;
import io.persist.batch.Run;
import io.persist.batch.RunOrder;
import io.persist.batch.RunPart;
import io.persist.batch.build.Batch;
import io.persist.batch.build.BatchBuilder;
import io.persist.batch.merge.Filter;
import io.persist.batch.merge.UpdateCursor;
import io.persist.codec.CorruptDataException;
import io.persist.codec.SchemaId;
import io.persist.frontier.Antichain;
import io.persist.shard.IncompatibleShardException;
import io.persist.state.ChainPosition;
import io.persist.state.ChainRefusal;
import io.persist.state.CriticalReaderState;
import io.persist.state.CriticalReaders.Opaque;
import io.persist.state.EpochChain;
import io.persist.state.HistoryHold;
import io.persist.state.RegisterOutcome;
import io.persist.state.State;
import io.persist.store.StoreException;

import org.jspecify.annotations.Nullable;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Undoes what a shard is ahead of a restored snapshot: appends the negation of everything after a
 * time, together with the epoch that goes on from there. Reads and writes in memory bounded by a
 * few parts.
 */
final class Compensations<K, V> {
    /** Runs and unsorted parts that are read at once. */
    private static final int RUNS_AT_ONCE = 16;

    private static final int UPDATES_PER_HEARTBEAT = 4096;

    private static final Antichain STAGED_LOWER = Antichain.minimum();
    private static final Antichain STAGED_UPPER = Antichain.of(1);

    private final PersistClient client;
    private final WriteHandle<K, V> writer;
    private final SinkTime time;

    Compensations(PersistClient client, WriteHandle<K, V> writer, SinkTime time) {
        this.client = client;
        this.writer = writer;
        this.time = time;
    }

    /** The hold on what is being read was lost. */
    private static final class HoldLost extends Exception {
        private static final long serialVersionUID = 1L;
    }

    /**
     * @return {@link RegisterOutcome.ShardMoved} if it has to be tried again
     */
    RegisterOutcome compensate(
            EpochChain.Registration registration, ChainRefusal.Rewind rewind, long keepUpTo)
            throws StoreException,
                    CorruptDataException,
                    IncompatibleShardException,
                    InterruptedException {
        try (ReadHandle<K, V> reader =
                client.openReader(
                        writer.shard(),
                        writer.batchSchema().keys(),
                        writer.batchSchema().vals(),
                        "compensation of sink " + registration.sinkId())) {
            try {
                State state = writer.machine().refresh();
                String reason = reasonAgainst(rewind.position(), reader, state, keepUpTo);
                if (reason != null) {
                    return new ChainRefusal.NotCompensable(rewind.position(), keepUpTo, reason);
                }
                return append(registration, negation(reader, state, keepUpTo), state.upper());
            } catch (HoldLost e) {
                return new RegisterOutcome.ShardMoved(writer.machine().state().upper());
            } finally {
                reader.expire();
            }
        }
    }

    private @Nullable String reasonAgainst(
            ChainPosition restored, ReadHandle<K, V> reader, State state, long keepUpTo)
            throws StoreException,
                    CorruptDataException,
                    IncompatibleShardException,
                    InterruptedException {
        Antichain kept = Antichain.of(keepUpTo);
        if (state.upper().isEmpty()) {
            return "the shard was closed for good";
        }
        if (kept.lessThan(reader.since())) {
            return "the shard's since is "
                    + reader.since()
                    + ", beyond that time: what came after it is no longer told apart"
                    + forgetting(state, kept);
        }
        if (!Antichain.of(keepUpTo + 1).lessThan(state.upper())) {
            return "the shard's upper is " + state.upper() + ", so nothing came after that time";
        }
        CommitsAfter commits = new CommitsAfter(restored, Antichain.of(keepUpTo + 1));
        writer.machine().visitLiveStates(commits::visit);
        return commits.violation();
    }

    /** Whose doing it is, if it is that of the sinks. */
    private static String forgetting(State state, Antichain kept) {
        CriticalReaderState hold = state.criticalReaders().get(HistoryHold.ID);
        Long retention = hold == null ? null : HistoryHold.retentionMillis(Opaque.of(hold));
        return hold == null || retention == null || hold.since().lessEqual(kept)
                ? ""
                : ". The sinks' history.retention keeps "
                        + Duration.ofMillis(retention)
                        + " only; a longer one lets older snapshots be restored";
    }

    /** Everything after {@code keepUpTo}, negated; times are those of a staged batch. */
    private Batch negation(ReadHandle<K, V> reader, State state, long keepUpTo)
            throws StoreException,
                    CorruptDataException,
                    IncompatibleShardException,
                    InterruptedException,
                    HoldLost {
        writer.ensureSchema();
        Filter change = new Filter.Change(Antichain.of(keepUpTo), keepUpTo + 1);
        try (BatchBuilder<K, V> builder = writer.builder(STAGED_LOWER)) {
            List<HollowBatch> runs = runsAfter(state, keepUpTo);
            for (int i = 0; i < runs.size(); i += RUNS_AT_ONCE) {
                List<HollowBatch> some = runs.subList(i, Math.min(i + RUNS_AT_ONCE, runs.size()));
                try (UpdateCursor<K, V> updates = reader.openUpdates(some, change)) {
                    negate(reader, updates, builder);
                } catch (MissingBlobException e) {
                    // Throws, unless our hold was lost.
                    reader.missing(e);
                    throw new HoldLost();
                }
            }
            return builder.finish(STAGED_UPPER);
        }
    }

    private void negate(
            ReadHandle<K, V> reader, UpdateCursor<K, V> updates, BatchBuilder<K, V> builder)
            throws StoreException,
                    MissingBlobException,
                    CorruptDataException,
                    IncompatibleShardException,
                    InterruptedException,
                    HoldLost {
        for (long count = 1; updates.next(); count++) {
            builder.add(updates.key(), updates.val(), 0, Math.negateExact(updates.diff()));
            if (count % UPDATES_PER_HEARTBEAT == 0
                    && !(reader.heartbeat() instanceof ReadResult.Data)) {
                throw new HoldLost();
            }
        }
    }

    /** Batches of one run, or one unsorted part, each. */
    private static List<HollowBatch> runsAfter(State state, long keepUpTo) {
        List<HollowBatch> runs = new ArrayList<>();
        for (HollowBatch batch : state.batches()) {
            if (!Antichain.of(keepUpTo + 1).lessThan(batch.upper())) {
                continue;
            }
            for (Run run : batch.runs()) {
                if (run.meta().order().equals(Optional.of(RunOrder.STRUCTURED))) {
                    runs.add(withRun(batch, run));
                } else {
                    for (RunPart part : run.parts()) {
                        runs.add(withRun(batch, new Run(run.meta(), List.of(part))));
                    }
                }
            }
        }
        return runs;
    }

    private static HollowBatch withRun(HollowBatch batch, Run run) {
        return new HollowBatch(batch.desc(), batch.len(), List.of(run), batch.unknown());
    }

    private RegisterOutcome append(
            EpochChain.Registration registration, Batch negation, Antichain shardUpper)
            throws StoreException,
                    CorruptDataException,
                    IncompatibleShardException,
                    InterruptedException {
        negation.flushToBlob();
        SchemaId schema = writer.ensureSchema().orElse(null);
        List<HollowBatch> staged =
                negation.hollow().runs().isEmpty() ? List.of() : List.of(negation.hollow());
        HollowBatch batch =
                time.retimed(
                        staged, shardUpper, writer.machine().nowMillis(), Long.MIN_VALUE, schema);
        // Not deleted whatever comes of it: it may have been appended by an attempt whose answer
        // was lost, and the epoch closed since.
        negation.markConsumed();
        return writer.machine()
                .applyAppend(
                        state ->
                                EpochChain.compensate(
                                        state, registration, new EpochChain.Compensation(batch)));
    }
}
