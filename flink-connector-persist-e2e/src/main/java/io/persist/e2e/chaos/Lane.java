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
 * numbers, says so with a row of its own, whose number is negative; and so does a lane that is made
 * to begin once more at an old number.
 */
final class Lane {
    /** Numbers of a lane: more than any run gets through. */
    static final long LENGTH = 1L << 40;

    private static final int PERIOD = 7;
    private static final long LATER = 300 * PERIOD;
    private static final long SLOTS = 499;

    private Lane() {}

    /**
     * A row that says where a lane begins or ends.
     *
     * @param generation how often the job was made to go on from an old snapshot before
     * @param count numbers that lie before
     */
    record Mark(int generation, Kind kind, long count) {
        enum Kind {
            START,
            END
        }

        private static final int COUNT_BITS = 41;

        /** The number of its row. */
        long number() {
            long high = 2L * generation + (kind == Kind.END ? 1 : 0);
            return -1 - ((high << COUNT_BITS) | count);
        }

        static Mark of(long number) {
            long code = -1 - number;
            long high = code >>> COUNT_BITS;
            return new Mark(
                    (int) (high / 2),
                    high % 2 == 1 ? Kind.END : Kind.START,
                    code & ((1L << COUNT_BITS) - 1));
        }

        Row row(int lane) {
            return Lane.row(RowKind.INSERT, lane, number());
        }

        Row slotRow(int lane) {
            return Row.ofKind(RowKind.UPDATE_AFTER, lane, number(), number());
        }
    }

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

    /** The number that takes a row back; negative if none does. */
    static long takenBackBy(long number) {
        return switch ((int) (number % PERIOD)) {
            case 0 -> number + LATER;
            case 2 -> number + 1;
            default -> -1;
        };
    }

    /**
     * The same for a table with a key: a number takes over its slot; some also clear the slot of
     * the one before.
     */
    static List<Row> slotChanges(int lane, long number) {
        List<Row> changes = new ArrayList<>();
        changes.add(Row.ofKind(RowKind.UPDATE_AFTER, lane, number % SLOTS, number));
        if (number % PERIOD == 3) {
            changes.add(Row.ofKind(RowKind.DELETE, lane, (number - 1) % SLOTS, null));
        }
        return changes;
    }

    static boolean isMark(long number) {
        return number < 0;
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
