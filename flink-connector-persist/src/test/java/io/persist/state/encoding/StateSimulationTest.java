package io.persist.state.encoding;

import static io.persist.state.spine.Batches.batch;

import static org.assertj.core.api.Assertions.assertThat;

import io.persist.batch.HollowBatch;
import io.persist.codec.Bytes;
import io.persist.codec.CorruptDataException;
import io.persist.codec.SchemaId;
import io.persist.frontier.Antichain;
import io.persist.state.AppendOutcome;
import io.persist.state.Appends;
import io.persist.state.CriticalReaders;
import io.persist.state.EncodedSchemas;
import io.persist.state.HollowRollup;
import io.persist.state.LeasedReaderId;
import io.persist.state.Readers;
import io.persist.state.Schemas;
import io.persist.state.State;
import io.persist.state.StateDiff;
import io.persist.state.States;
import io.persist.state.Transition;
import io.persist.state.maintenance.CommandKind;
import io.persist.state.maintenance.Compactions;
import io.persist.state.maintenance.Garbage;
import io.persist.state.maintenance.Maintenance;
import io.persist.state.maintenance.Rollups;
import io.persist.state.spine.MergeRequest;
import io.persist.store.SeqNo;
import io.persist.store.Versioned;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.TreeMap;

/**
 * Random commands on one shard. After each: the state equals what its diff makes of the
 * predecessor, through the bytes; a rollup gives it back; since and upper did not go back; nothing
 * that is held became garbage.
 */
class StateSimulationTest {
    private static final int COMMITS = 400;

    private final TreeMap<SeqNo, Versioned> log = new TreeMap<>();
    private final List<MergeRequest> merges = new ArrayList<>();
    private final List<StateDiff> sinceRollup = new ArrayList<>();
    private Random coins = new Random(0);
    private State state = States.p26();
    private long now = 1_000;
    private long appendedUpdates;

    @ParameterizedTest(name = "seed {0}")
    @ValueSource(longs = {1, 2, 3, 4, 5})
    void randomCommands26(long seed) throws Exception {
        run(States.p26(), seed);
    }

    @ParameterizedTest(name = "seed {0}")
    @ValueSource(longs = {1, 2, 3, 4, 5})
    void randomCommands128(long seed) throws Exception {
        run(States.p128(), seed);
    }

    private void run(State first, long seed) throws Exception {
        coins = new Random(seed);
        state = first;
        for (int i = 0; i < COMMITS; i++) {
            now += coins.nextInt(40);
            step();
        }
        long held = state.batches().stream().mapToLong(HollowBatch::len).sum();
        assertThat(held).isLessThanOrEqualTo(appendedUpdates);
        assertThat(state.rollups()).isNotEmpty();
    }

    private void step() throws Exception {
        State next = state.successor("host " + coins.nextInt(2), now);
        switch (coins.nextInt(12)) {
            case 0 ->
                    commit(
                            CommandKind.OTHER,
                            Readers.register(next, someReader(), States.DEBUG, 500, now));
            case 1, 2 ->
                    commit(
                            CommandKind.OTHER,
                            Readers.downgrade(next, someReader(), null, someSince(), now));
            case 3 -> commit(CommandKind.OTHER, Readers.expire(next, someReader()));
            case 4 -> critical(next);
            case 5 -> schemas(next);
            case 6 -> compact(next);
            default -> append(next);
        }
    }

    private void append(State next) throws Exception {
        long lower = next.upper().element();
        long len = coins.nextInt(3) == 0 ? 0 : 1 + coins.nextInt(coins.nextInt(100) + 1);
        HollowBatch batch =
                batch(lower, lower + coins.nextInt(3) + 1, len, 0, "n0012800/p" + next.seqno());
        Appends.Writer writer = States.append(coins.nextInt(3), next.seqno().value(), now);
        Transition<AppendOutcome> transition =
                Appends.compareAndAppend(next, batch, writer, 1 << 20);
        if (transition.result() instanceof AppendOutcome.Appended appended) {
            merges.addAll(appended.merges());
            appendedUpdates += len;
        }
        commit(CommandKind.APPEND, transition);
    }

    private void compact(State next) throws Exception {
        if (merges.isEmpty()) {
            return;
        }
        MergeRequest request = merges.remove(coins.nextInt(merges.size()));
        long len = request.inputs().stream().mapToLong(input -> input.batch().len()).sum();
        long kept = len == 0 ? 0 : coins.nextLong(len + 1);
        HollowBatch output =
                batch(
                                request.desc().lower().element(),
                                request.desc().upper().element(),
                                kept,
                                0,
                                "n0012800/c" + next.seqno())
                        .withDesc(request.desc());
        commit(CommandKind.OTHER, Compactions.apply(next, output));
    }

    private void critical(State next) throws Exception {
        CriticalReaders.Opaque zero = new CriticalReaders.Opaque("u64", 0);
        if (coins.nextBoolean()) {
            commit(
                    CommandKind.OTHER,
                    CriticalReaders.register(next, States.critical(1), zero, States.DEBUG));
        } else {
            commit(
                    CommandKind.OTHER,
                    CriticalReaders.compareAndDowngrade(
                            next, States.critical(1), zero, zero, someSince()));
        }
    }

    private void schemas(State next) throws Exception {
        EncodedSchemas schemas =
                new EncodedSchemas(
                        Bytes.utf8("schema " + coins.nextInt(3)),
                        Bytes.EMPTY,
                        Bytes.EMPTY,
                        Bytes.EMPTY,
                        Bytes.EMPTY);
        if (next.schemas().isEmpty()) {
            commit(CommandKind.OTHER, Schemas.register(next, schemas, schemas::equals));
        } else {
            SchemaId latest = next.schemas().lastKey();
            commit(
                    CommandKind.OTHER,
                    Schemas.compareAndEvolve(
                            next,
                            latest,
                            schemas,
                            (old, added) ->
                                    old.equals(added)
                                            ? Schemas.Evolution.SAME
                                            : Schemas.Evolution.COMPATIBLE));
        }
    }

    private void commit(CommandKind kind, Transition<?> transition) throws Exception {
        if (!(transition instanceof Transition.Changed<?> changed)) {
            return;
        }
        Maintenance.Assigned assigned = Maintenance.assign(changed.next(), kind, now, 128);
        State next = assigned.state();
        StateDiff diff = StateDiff.between(state, next);
        Bytes entry = StateDiffEncoding.encode(diff);
        StateDiff decoded = StateDiffEncoding.decode(entry);
        assertThat(decoded).isEqualTo(diff);
        State applied = state.apply(decoded);
        assertThat(applied).isEqualTo(next);
        assertThat(state.since().lessEqual(next.since())).isTrue();
        assertThat(state.upper().lessEqual(next.upper())).isTrue();
        log.put(next.seqno(), new Versioned(next.seqno(), entry));
        sinceRollup.add(diff);
        state = next;
        rollupRoundTrip();
        if (assigned.writeRollup()) {
            linkRollup();
        }
        if (assigned.collectUpTo() != null) {
            assertThat(assigned.collectUpTo()).isLessThanOrEqualTo(next.seqnoSince());
        }
    }

    private void rollupRoundTrip() throws CorruptDataException {
        Rollup rollup =
                Rollup.of(
                        state, List.copyOf(log.tailMap(state.latestRollupSeqno().next()).values()));
        Bytes blob = RollupEncoding.encode(rollup);
        Rollup decoded = RollupEncoding.decode(blob);
        assertThat(decoded).isEqualTo(rollup);
        assertThat(RollupEncoding.encode(decoded)).isEqualTo(blob);
    }

    private void linkRollup() throws Exception {
        assertThat(Garbage.of(sinceRollup, state)).isNotNull();
        sinceRollup.clear();
        SeqNo seqno = state.seqno();
        HollowRollup rollup = new HollowRollup(States.rollup(seqno.value()), 1L, Bytes.EMPTY);
        commit(CommandKind.ADD_ROLLUP, Rollups.add(state.successor("host", now), seqno, rollup));
        List<HollowRollup> passed =
                List.copyOf(state.rollups().headMap(state.latestRollupSeqno()).values());
        commit(CommandKind.OTHER, Rollups.remove(state.successor("host", now), passed));
    }

    private LeasedReaderId someReader() {
        return States.reader(coins.nextInt(3));
    }

    private Antichain someSince() {
        return Antichain.of(coins.nextLong(state.upper().element() + 2));
    }
}
