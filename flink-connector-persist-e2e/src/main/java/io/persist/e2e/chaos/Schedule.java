package io.persist.e2e.chaos;

import org.jspecify.annotations.Nullable;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Deque;
import java.util.List;
import java.util.Random;

/** Which faults strike, and how long it is calm before each. One thread. */
final class Schedule {
    private static final int MAX_CALM_MILLIS = 3000;

    /** In runs that must be short. */
    private static final int LITTLE_CALM_MILLIS = 300;

    /** Common faults, which meet the job at more moments than one. */
    private static final List<Fault> OFTEN =
            List.of(
                    Fault.KILL_TASK_MANAGER,
                    Fault.PAUSE_TASK_MANAGER,
                    Fault.KILL_AT_CHECKPOINT,
                    Fault.SAVEPOINT);

    private final Random random;

    /** Of every round; none if there are no rounds. */
    private final List<Fault> kinds;

    /** Every second fault is one of these, if there are any. */
    private final List<Fault> focus;

    private final Deque<Fault> next;
    private final Deque<Fault> nextOfFocus = new ArrayDeque<>();
    private boolean focusIsNext;

    private Schedule(long seed, List<Fault> kinds, List<Fault> focus, List<Fault> first) {
        this.random = new Random(seed);
        this.kinds = kinds;
        this.focus = focus;
        this.next = new ArrayDeque<>(first);
        this.focusIsNext = !focus.isEmpty();
    }

    /**
     * @param calmMillis to wait before it
     * @param choice not negative, for whatever the fault has to choose
     */
    record Step(Fault fault, long calmMillis, int choice) {
        /** One of {@code count} things. */
        int choose(int count) {
            return choice % count;
        }
    }

    /**
     * These kinds again and again, in an order that differs each time.
     *
     * @param focus kinds of which every second fault is one; may be empty
     */
    static Schedule endless(long seed, List<Fault> kinds, List<Fault> focus) {
        if (kinds.isEmpty()) {
            throw new IllegalArgumentException("no kind of fault");
        }
        List<Fault> others = kinds.stream().filter(kind -> !focus.contains(kind)).toList();
        return others.isEmpty()
                ? new Schedule(seed, List.copyOf(kinds), List.of(), List.of())
                : new Schedule(seed, others, List.copyOf(focus), List.of());
    }

    /** These, and no more. */
    static Schedule of(long seed, List<Fault> faults) {
        return new Schedule(seed, List.of(), List.of(), faults);
    }

    /** Null if there are no more. */
    @Nullable Step next() {
        Fault fault = focusIsNext ? next(focus, nextOfFocus) : next(kinds, next);
        focusIsNext = !focusIsNext && !focus.isEmpty();
        return fault == null
                ? null
                : new Step(
                        fault,
                        random.nextInt(kinds.isEmpty() ? LITTLE_CALM_MILLIS : MAX_CALM_MILLIS),
                        random.nextInt(Integer.MAX_VALUE));
    }

    private @Nullable Fault next(List<Fault> of, Deque<Fault> left) {
        if (left.isEmpty() && !of.isEmpty()) {
            List<Fault> round = new ArrayList<>(of);
            OFTEN.stream().filter(of::contains).forEach(round::add);
            Collections.shuffle(round, random);
            left.addAll(round);
        }
        return left.poll();
    }
}
