package io.persist.e2e.chaos;

import org.apache.flink.types.Row;
import org.apache.flink.types.RowKind;

import java.util.ArrayList;
import java.util.List;

/**
 * What the job writes: pure functions, so that whoever reads the shard knows what must be there.
 *
 * <p>The generator counts in lanes, one for each subtask it began with. Number {@code n} of a lane
 * inserts row {@code n}; some numbers also take back an earlier row, either of the same checkpoint
 * mostly or of one that was committed a while ago. A lane that has ended, after {@code count}
 * numbers, says so with a row of its own, whose number is negative.
 */
final class Lane {
    /** Numbers of a lane: more than any run gets through. */
    static final long LENGTH = 1L << 40;

    private static final int PERIOD = 7;
    private static final long LATER = 300 * PERIOD;

    private Lane() {}

    /** What a number changes. */
    static List<Row> changes(int lane, long number) {
        List<Row> changes = new ArrayList<>();
        changes.add(row(RowKind.INSERT, lane, number));
        if (number % PERIOD == 0 && number >= LATER) {
            changes.add(row(RowKind.DELETE, lane, number - LATER));
        }
        if (number % PERIOD == 3) {
            changes.add(row(RowKind.DELETE, lane, number - 1));
        }
        return changes;
    }

    /** Whether a row below {@code count} has been taken back when the lane ends there. */
    static boolean isTakenBack(long number, long count) {
        return (number % PERIOD == 0 && number + LATER < count)
                || (number % PERIOD == 2 && number + 1 < count);
    }

    /** Says that a lane has come to {@code count} numbers when the input ended. */
    static Row end(int lane, long count) {
        return row(RowKind.INSERT, lane, -1 - count);
    }

    static boolean isEnd(long number) {
        return number < 0;
    }

    /** Of the number of an end. */
    static long countOfEnd(long number) {
        return -1 - number;
    }

    private static Row row(RowKind kind, int lane, long number) {
        return Row.ofKind(kind, lane, number, payload(lane, number));
    }

    /** What else is in a row, so that it has some weight, and damage shows. */
    static String payload(int lane, long number) {
        long first = mixed(number * 64 + lane);
        return Long.toHexString(first) + "-" + Long.toHexString(mixed(first));
    }

    /** The finalizer of SplitMix64. */
    private static long mixed(long value) {
        long z = value + 0x9e3779b97f4a7c15L;
        z = (z ^ (z >>> 30)) * 0xbf58476d1ce4e5b9L;
        z = (z ^ (z >>> 27)) * 0x94d049bb133111ebL;
        return z ^ (z >>> 31);
    }
}
