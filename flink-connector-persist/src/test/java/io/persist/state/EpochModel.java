package io.persist.state;

import org.jspecify.annotations.Nullable;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Supplier;
import java.util.stream.Collectors;

/**
 * A small world around the real transitions of {@link EpochChain}, explored exhaustively: starts of
 * a job that replays a deterministic source, restored from completed snapshots and overlapping;
 * checkpoints that complete, complete without the job being told, or are declined; crashes
 * anywhere; and the commit requests of the dead, which arrive later, once, in any order.
 */
final class EpochModel {
    /** The transitions under test; a test may break one on purpose. */
    interface Rules {
        default Transition<RegisterOutcome> register(
                State state, EpochChain.Registration registration) {
            return EpochChain.register(state, registration);
        }

        default Transition<CommitOutcome> commit(State state, EpochChain.Commit commit) {
            return EpochChain.commit(state, commit);
        }
    }

    /** Which snapshots starts are restored from. */
    enum Restores {
        /** Any completed one, at any moment. */
        ANY,
        /** The newest one, after the earlier start has died; nothing may be refused then. */
        NEWEST
    }

    /**
     * How much there is to explore.
     *
     * @param starts of the job
     * @param barriers of each start
     */
    record Size(int starts, int barriers) {}

    /** Rows of the source, half open. */
    record Rows(int from, int to) {}

    private record Sealed(ChainPosition position, Rows rows) {}

    private record Snapshot(@Nullable ChainPosition position, int offset, List<Sealed> pending) {}

    /**
     * @param position on the chain: inherited until registered
     * @param offset rows read
     * @param due commits that the job was told to make
     * @param pending commits whose checkpoint has not completed yet
     */
    private record Start(
            int number,
            @Nullable ChainPosition position,
            boolean registered,
            int offset,
            List<Sealed> due,
            List<Sealed> pending,
            int barriers,
            boolean alive) {
        Start with(List<Sealed> newDue, List<Sealed> newPending) {
            return new Start(
                    number, position, registered, offset, newDue, newPending, barriers, alive);
        }

        Start dead() {
            return new Start(number, null, false, 0, List.of(), List.of(), 0, false);
        }
    }

    private record World(
            State state,
            List<Rows> appended,
            List<Start> starts,
            Set<Snapshot> completed,
            Set<Sealed> late) {
        World with(State newState, Start changed) {
            List<Start> replaced = new ArrayList<>(starts);
            replaced.set(changed.number - 1, changed);
            return new World(newState, appended, List.copyOf(replaced), completed, late);
        }

        /** What distinguishes worlds; the order of the spine's batches, say, does not. */
        List<Object> key() {
            return List.of(state.writers(), appended, starts, completed, late);
        }
    }

    /** A world, and one way to reach it. */
    private record Reached(World world, @Nullable Reached before, Supplier<String> step) {
        String path() {
            Deque<String> steps = new ArrayDeque<>();
            for (Reached at = this; at != null; at = at.before) {
                steps.addFirst(at.step.get());
            }
            return String.join("\n", steps);
        }
    }

    /** What exploring came to: a violation with the steps to it, or how many worlds were seen. */
    record Result(@Nullable String violation, int worlds) {}

    private final Rules rules;
    private final Restores restores;
    private final Size size;
    private final Deque<Reached> open = new ArrayDeque<>();
    private final Set<List<Object>> seen = new HashSet<>();
    private @Nullable String violation;

    EpochModel(Rules rules, Restores restores, Size size) {
        this.rules = rules;
        this.restores = restores;
        this.size = size;
    }

    Result explore() {
        World empty = new World(ChainStates.empty(), List.of(), List.of(), Set.of(), Set.of());
        reach(new Reached(empty, null, () -> "empty shard"));
        while (violation == null && !open.isEmpty()) {
            Reached at = open.remove();
            start(at);
            for (Start start : at.world.starts) {
                if (start.alive) {
                    barrier(at, start);
                    commit(at, start);
                    crash(at, start, () -> "crash of start " + start.number);
                }
            }
            at.world.late.forEach(due -> deliver(at, due));
        }
        return new Result(violation, seen.size());
    }

    private void reach(Reached reached) {
        World world = relevant(reached.world);
        if (seen.add(world.key())) {
            open.add(new Reached(world, reached.before, reached.step));
        }
    }

    /** Drops what has no influence on anything that can still happen. */
    private World relevant(World world) {
        List<Start> starts =
                world.starts.stream()
                        .map(
                                start ->
                                        start.due.isEmpty() && start.barriers == size.barriers
                                                ? start.dead()
                                                : start)
                        .toList();
        return new World(
                world.state,
                world.appended,
                starts,
                world.starts.size() == size.starts ? Set.of() : world.completed,
                world.late.stream()
                        .filter(due -> !isFinal(apply(world.state, due).result()))
                        .collect(Collectors.toUnmodifiableSet()));
    }

    private static boolean isFinal(CommitOutcome outcome) {
        return outcome instanceof CommitOutcome.AlreadyAppended
                || outcome instanceof ChainRefusal.UnknownEpoch
                || outcome instanceof ChainRefusal.Fenced;
    }

    private void start(Reached at) {
        World world = at.world;
        if (world.starts.size() == size.starts) {
            return;
        }
        Set<Snapshot> from = world.completed;
        // Without a completed snapshot Flink starts over, and only once it has given the earlier
        // start up, none of whose snapshots can complete from then on.
        if (restores == Restores.NEWEST || from.isEmpty()) {
            if (world.starts.stream().anyMatch(Start::alive)) {
                return;
            }
        }
        if (from.isEmpty()) {
            from = Set.of(new Snapshot(null, 0, List.of()));
        }
        int number = world.starts.size() + 1;
        for (Snapshot snapshot : from) {
            Start start =
                    new Start(
                            number,
                            snapshot.position,
                            false,
                            snapshot.offset,
                            snapshot.pending,
                            List.of(),
                            0,
                            true);
            World next =
                    new World(
                            world.state,
                            world.appended,
                            plus(world.starts, start),
                            world.completed,
                            world.late);
            reach(new Reached(next, at, () -> "start " + number + " from " + snapshot));
        }
    }

    /** Registers if need be, seals one row, and takes a snapshot, whose fate is open. */
    private void barrier(Reached at, Start start) {
        if (start.barriers == size.barriers) {
            return;
        }
        State state = at.world.state;
        ChainPosition position = start.position;
        if (!start.registered) {
            Transition<RegisterOutcome> transition = register(state, start);
            if (transition.result() instanceof ChainRefusal refusal) {
                boolean replaying =
                        refusal instanceof ChainRefusal.MissingCommit && !start.due.isEmpty();
                if (!replaying) {
                    refused(at, start, refusal);
                }
                return;
            }
            state = ChainStates.next(state, transition);
            position = ((RegisterOutcome.Registered) transition.result()).start();
        }
        ChainPosition sealedAt = position.at(position.ordinal() + 1);
        int offset = start.offset + 1;
        List<Sealed> pending =
                plus(start.pending, new Sealed(sealedAt, new Rows(start.offset, offset)));
        Start sealed =
                new Start(
                        start.number,
                        sealedAt,
                        true,
                        offset,
                        start.due,
                        pending,
                        start.barriers + 1,
                        true);
        Snapshot snapshot = new Snapshot(sealedAt, offset, concat(start.due, pending));
        World declined = at.world.with(state, sealed);
        World untold = completing(declined, snapshot);
        World told = untold.with(state, sealed.with(concat(start.due, pending), List.of()));
        String which = " of start " + start.number + ": ";
        reach(new Reached(declined, at, () -> "declined snapshot" + which + snapshot));
        reach(new Reached(untold, at, () -> "untold snapshot" + which + snapshot));
        reach(new Reached(told, at, () -> "snapshot" + which + snapshot));
    }

    private Transition<RegisterOutcome> register(State state, Start start) {
        return rules.register(
                state,
                new EpochChain.Registration(
                        ChainStates.SINK,
                        ChainStates.epoch(start.number),
                        start.position,
                        "host",
                        0,
                        ChainStates.LEASE_MILLIS));
    }

    private World completing(World world, Snapshot snapshot) {
        // Only the newest one matters where starts are restored from that.
        Set<Snapshot> completed = new HashSet<>();
        completed.add(snapshot);
        if (restores == Restores.ANY) {
            completed.addAll(world.completed);
        }
        return new World(
                world.state, world.appended, world.starts, Set.copyOf(completed), world.late);
    }

    /** The first commit that is due. */
    private void commit(Reached at, Start start) {
        if (start.due.isEmpty()) {
            return;
        }
        Sealed sealed = start.due.get(0);
        Transition<CommitOutcome> transition = apply(at.world.state, sealed);
        if (transition.result() instanceof ChainRefusal refusal) {
            refused(at, start, refusal);
            return;
        }
        Start after = start.with(start.due.subList(1, start.due.size()), start.pending);
        World next = at.world.with(at.world.state, after);
        applied(at, next, sealed, transition);
    }

    private void deliver(Reached at, Sealed sealed) {
        World world = at.world;
        Set<Sealed> late = new HashSet<>(world.late);
        late.remove(sealed);
        World next =
                new World(
                        world.state,
                        world.appended,
                        world.starts,
                        world.completed,
                        Set.copyOf(late));
        applied(at, next, sealed, apply(world.state, sealed));
    }

    private void applied(
            Reached at, World next, Sealed sealed, Transition<CommitOutcome> transition) {
        boolean changed = transition instanceof Transition.Changed;
        int end = next.appended.isEmpty() ? 0 : next.appended.get(next.appended.size() - 1).to;
        World world =
                new World(
                        ChainStates.next(next.state, transition),
                        changed ? plus(next.appended, sealed.rows) : next.appended,
                        next.starts,
                        next.completed,
                        next.late);
        Reached reached = new Reached(world, at, () -> sealed + " " + transition.result());
        if (changed && sealed.rows.from != end) {
            violation = "appended rows do not join: " + world.appended + "\n" + reached.path();
        }
        reach(reached);
    }

    private void refused(Reached at, Start start, ChainRefusal refusal) {
        Supplier<String> step = () -> "start " + start.number + " fails: " + refusal.message();
        if (restores == Restores.NEWEST) {
            violation = "refused\n" + new Reached(at.world, at, step).path();
        }
        crash(at, start, step);
    }

    private void crash(Reached at, Start start, Supplier<String> step) {
        World world = at.world;
        Set<Sealed> late = new HashSet<>(world.late);
        late.addAll(start.due);
        World dead = world.with(world.state, start.dead());
        World next =
                new World(dead.state, dead.appended, dead.starts, dead.completed, Set.copyOf(late));
        reach(new Reached(next, at, step));
    }

    private Transition<CommitOutcome> apply(State state, Sealed sealed) {
        return rules.commit(
                state, new EpochChain.Commit(sealed.position, ChainStates::emptyBatch, 0, 1));
    }

    private static <T> List<T> plus(List<T> list, T last) {
        return concat(list, List.of(last));
    }

    private static <T> List<T> concat(List<T> first, List<T> second) {
        List<T> all = new ArrayList<>(first);
        all.addAll(second);
        return List.copyOf(all);
    }
}
