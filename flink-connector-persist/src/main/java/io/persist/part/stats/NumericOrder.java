package io.persist.part.stats;

import org.apache.arrow.memory.ArrowBuf;
import org.apache.arrow.memory.util.MemoryUtil;

import java.util.ArrayList;
import java.util.List;

/**
 * Order of packed numerics where they lie: number of digits, exponent, units of three digits with
 * the least significant first, flags. Allocates nothing.
 */
final class NumericOrder {
    static final int WIDTH = 40;
    static final int FLAGS_AT = 34;

    private static final int UNITS_AT = 8;
    private static final int UNIT = 1000;
    private static final int MAX_DIGITS = 39;
    private static final int MAX_EXPONENT = 999;
    private static final int NEGATIVE = 0x80;
    private static final int INFINITE = 0x40;
    private static final int NAN = 0x20;

    /** Digits that take part in {@link #head}, and the bits that hold them. */
    private static final int HEAD_DIGITS = 15;

    private static final int HEAD_BITS = 51;
    private static final long[] POWERS = new long[HEAD_DIGITS];

    static {
        POWERS[0] = 1;
        for (int i = 1; i < HEAD_DIGITS; i++) {
            POWERS[i] = 10 * POWERS[i - 1];
        }
    }

    /** Head of what is no numeric, or has not as many digits as it says. */
    static final long INVALID = Long.MIN_VALUE;

    private final long address;
    private final long capacity;

    NumericOrder(ArrowBuf data) {
        this.address = data.memoryAddress();
        this.capacity = data.capacity();
    }

    /** A number whose order never contradicts that of the values, for 40 bytes at {@code at}. */
    long head(long at) {
        if (at < 0 || at > capacity - WIDTH) {
            return INVALID;
        }
        int digits = digits(at);
        int exponent = exponent(at);
        int flags = flags(at);
        if (digits < 1
                || digits > MAX_DIGITS
                || exponent < -MAX_EXPONENT
                || exponent > MAX_EXPONENT
                || (flags & ~(NEGATIVE | INFINITE | NAN)) != 0) {
            return INVALID;
        }
        if ((flags & (INFINITE | NAN)) != 0) {
            long size = (flags & NAN) != 0 ? Long.MAX_VALUE : Long.MAX_VALUE - 1;
            return size == Long.MAX_VALUE || (flags & NEGATIVE) == 0 ? size : -size;
        }
        long size = finiteHead(at, digits, exponent);
        return size == INVALID || (flags & NEGATIVE) == 0 ? size : -size;
    }

    private long finiteHead(long at, int digits, int exponent) {
        int top = (digits - 1) / 3;
        int topUnit = unit(at, top);
        int count = digitsOf(topUnit);
        if (3 * top + count != digits) {
            return INVALID;
        }
        long head = topUnit;
        for (int i = top - 1; i >= 0; i--) {
            int unit = unit(at, i);
            if (unit >= UNIT) {
                return INVALID;
            }
            switch (HEAD_DIGITS - count) {
                case 0 -> {}
                case 1 -> head = head * 10 + unit / 100;
                case 2 -> head = head * 100 + unit / 10;
                default -> head = head * UNIT + unit;
            }
            count = Math.min(HEAD_DIGITS, count + 3);
        }
        if (topUnit == 0) {
            return top == 0 ? 0 : INVALID;
        }
        // At least 1, and far from the bits of infinity: digits and exponent are limited.
        long magnitude = (long) digits + exponent + MAX_EXPONENT + 1;
        return magnitude << HEAD_BITS | head * POWERS[HEAD_DIGITS - count];
    }

    /**
     * What the order of a valid numeric depends on, apart from where it lies.
     *
     * @param head as of {@link NumericOrder#head}
     * @param rest of the digits, negated for negative numbers
     */
    record Key(long head, List<Integer> rest) implements Comparable<Key> {
        Key {
            rest = List.copyOf(rest);
        }

        @Override
        public int compareTo(Key other) {
            int compared = Long.compare(head, other.head);
            for (int i = 0; compared == 0 && i < rest.size(); i++) {
                compared = rest.get(i).compareTo(other.rest.get(i));
            }
            return compared;
        }
    }

    Key key(long at) {
        int flags = flags(at);
        List<Integer> rest = new ArrayList<>();
        for (int i = HEAD_DIGITS; i < MAX_DIGITS; i++) {
            int digit = (flags & (NAN | INFINITE)) != 0 ? 0 : digit(at, digits(at) - 1 - i);
            rest.add((flags & NEGATIVE) != 0 ? -digit : digit);
        }
        return new Key(head(at), rest);
    }

    /** Compares two valid numerics that have the same head. */
    int compare(long left, long right) {
        if ((flags(left) & (NAN | INFINITE)) != 0) {
            return 0;
        }
        int leftDigits = digits(left);
        int rightDigits = digits(right);
        for (int i = HEAD_DIGITS; i < Math.max(leftDigits, rightDigits); i++) {
            int compared =
                    Integer.compare(
                            digit(left, leftDigits - 1 - i), digit(right, rightDigits - 1 - i));
            if (compared != 0) {
                return (flags(left) & NEGATIVE) != 0 ? -compared : compared;
            }
        }
        return 0;
    }

    private int digit(long at, int index) {
        if (index < 0) {
            return 0;
        }
        int unit = unit(at, index / 3);
        return switch (index % 3) {
            case 0 -> unit % 10;
            case 1 -> unit / 10 % 10;
            default -> unit / 100;
        };
    }

    private int digits(long at) {
        return MemoryUtil.getInt(address + at);
    }

    private int exponent(long at) {
        return MemoryUtil.getInt(address + at + Integer.BYTES);
    }

    private int unit(long at, int index) {
        return MemoryUtil.getShort(address + at + UNITS_AT + 2L * index) & 0xffff;
    }

    private int flags(long at) {
        return MemoryUtil.getByte(address + at + FLAGS_AT) & 0xff;
    }

    /** Number of digits of a unit; 1 of zero, and too many of what is no unit. */
    private static int digitsOf(int unit) {
        return unit < 10 ? 1 : unit < 100 ? 2 : unit < UNIT ? 3 : MAX_DIGITS + 1;
    }
}
