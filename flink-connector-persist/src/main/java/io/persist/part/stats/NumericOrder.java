package io.persist.part.stats;

import org.apache.arrow.memory.ArrowBuf;

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

    private final ArrowBuf data;

    NumericOrder(ArrowBuf data) {
        this.data = data;
    }

    /** Whether the 40 bytes are a numeric with as many digits as they say. */
    boolean isValid(long at) {
        int digits = data.getInt(at);
        if (digits < 1
                || digits > MAX_DIGITS
                || Math.abs((long) exponent(at)) > MAX_EXPONENT
                || (flags(at) & ~(NEGATIVE | INFINITE | NAN)) != 0) {
            return false;
        }
        int top = topUnit(at);
        for (int i = 0; i < top; i++) {
            if (unit(at, i) >= UNIT) {
                return false;
            }
        }
        return 3 * top + digitsOf(unit(at, top)) == digits;
    }

    /** A number whose order never contradicts that of the values. */
    long head(long at) {
        int flags = flags(at);
        if ((flags & NAN) != 0) {
            return Long.MAX_VALUE;
        }
        long size = (flags & INFINITE) != 0 ? Long.MAX_VALUE - 1 : finiteHead(at);
        return (flags & NEGATIVE) != 0 ? -size : size;
    }

    private long finiteHead(long at) {
        int top = topUnit(at);
        long digits = unit(at, top);
        if (digits == 0) {
            return 0;
        }
        int count = digitsOf((int) digits);
        for (int i = top - 1; count < HEAD_DIGITS; i--) {
            int unit = i < 0 ? 0 : unit(at, i);
            switch (HEAD_DIGITS - count) {
                case 1 -> digits = digits * 10 + unit / 100;
                case 2 -> digits = digits * 100 + unit / 10;
                default -> digits = digits * UNIT + unit;
            }
            count += Math.min(3, HEAD_DIGITS - count);
        }
        // At least 1, and far from the bits of infinity: digits and exponent are limited.
        long magnitude = data.getInt(at) + exponent(at) + MAX_EXPONENT + 1L;
        return magnitude << HEAD_BITS | digits;
    }

    /** Compares two valid numerics that have the same head. */
    int compare(long left, long right) {
        if ((flags(left) & (NAN | INFINITE)) != 0) {
            return 0;
        }
        int leftDigits = data.getInt(left);
        int rightDigits = data.getInt(right);
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

    private int exponent(long at) {
        return data.getInt(at + Integer.BYTES);
    }

    private int topUnit(long at) {
        return (data.getInt(at) - 1) / 3;
    }

    private int unit(long at, int index) {
        return data.getShort(at + UNITS_AT + 2L * index) & 0xffff;
    }

    private int flags(long at) {
        return data.getByte(at + FLAGS_AT) & 0xff;
    }

    /** Number of digits of a unit; 1 of zero, and too many of what is no unit. */
    private static int digitsOf(int unit) {
        return unit < 10 ? 1 : unit < 100 ? 2 : unit < UNIT ? 3 : MAX_DIGITS + 1;
    }
}
