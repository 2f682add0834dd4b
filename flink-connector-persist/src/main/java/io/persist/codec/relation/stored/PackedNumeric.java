package io.persist.codec.relation.stored;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.Arrays;

/**
 * The packed form of a numeric, 40 bytes, little endian: number of digits, exponent, 13 units of
 * three digits each with the least significant first, and flags. There is one form per value: no
 * trailing zeros, no negative zero.
 */
public final class PackedNumeric {
    public static final int WIDTH = 40;
    public static final int MAX_DIGITS = 39;

    private static final int UNITS_AT = 8;
    private static final int MAX_UNITS = 13;
    private static final int FLAGS_AT = 34;
    private static final int NEGATIVE = 0x80;
    private static final int INFINITE = 0x40;
    private static final int NAN = 0x20;
    private static final int UNIT = 1000;
    private static final long CHUNK = 1_000_000_000_000_000_000L;
    private static final int UNITS_PER_CHUNK = 6;

    private static final int MAX_POWER = 80;
    private static final double[] POWERS = new double[2 * MAX_POWER + 1];

    static {
        for (int e = -MAX_POWER; e <= MAX_POWER; e++) {
            POWERS[e + MAX_POWER] = Double.parseDouble("1e" + e);
        }
        // The reference takes the C library's pow, which differs from the literal here only.
        POWERS[23 + MAX_POWER] = Math.nextUp(POWERS[23 + MAX_POWER]);
    }

    private PackedNumeric() {}

    /** Packs {@code unscaled * 10^-scale}; false if it has too many digits. */
    public static boolean pack(long unscaled, int scale, byte[] target) {
        if (unscaled == Long.MIN_VALUE) {
            return pack(BigDecimal.valueOf(unscaled, scale), target);
        }
        clear(target);
        if (unscaled == 0) {
            target[0] = 1;
            return true;
        }
        long exponent = -(long) scale;
        long rest = Math.abs(unscaled);
        while (rest % 10 == 0) {
            rest /= 10;
            exponent++;
        }
        int units = 0;
        while (rest >= UNIT) {
            putUnit(target, units++, (int) (rest % UNIT));
            rest /= UNIT;
        }
        putUnit(target, units, (int) rest);
        return finish(target, 3 * units + digits((int) rest), exponent, unscaled < 0);
    }

    /** False if the value has too many digits. */
    public static boolean pack(BigDecimal value, byte[] target) {
        BigDecimal stripped = value.stripTrailingZeros();
        if (stripped.precision() > MAX_DIGITS) {
            return false;
        }
        BigInteger magnitude = stripped.unscaledValue().abs();
        if (magnitude.bitLength() < Long.SIZE) {
            return pack(stripped.unscaledValue().longValue(), stripped.scale(), target);
        }
        clear(target);
        BigInteger chunk = BigInteger.valueOf(CHUNK);
        for (int unit = 0; magnitude.signum() != 0; unit += UNITS_PER_CHUNK) {
            BigInteger[] parts = magnitude.divideAndRemainder(chunk);
            long rest = parts[1].longValue();
            for (int i = 0; rest != 0; i++) {
                putUnit(target, unit + i, (int) (rest % UNIT));
                rest /= UNIT;
            }
            magnitude = parts[0];
        }
        return finish(
                target, stripped.precision(), -(long) stripped.scale(), stripped.signum() < 0);
    }

    public static void packNan(byte[] target) {
        packSpecial(NAN, target);
    }

    public static void packInfinity(boolean negative, byte[] target) {
        packSpecial(negative ? INFINITE | NEGATIVE : INFINITE, target);
    }

    private static void packSpecial(int flags, byte[] target) {
        clear(target);
        target[0] = 1;
        target[FLAGS_AT] = (byte) flags;
    }

    private static void clear(byte[] target) {
        Arrays.fill(target, 0, WIDTH, (byte) 0);
    }

    private static boolean finish(byte[] target, int digits, long exponent, boolean negative) {
        long width = exponent < 0 ? Math.max(digits, -exponent) : digits + exponent;
        if (width > MAX_DIGITS) {
            return false;
        }
        putInt(target, 0, digits);
        putInt(target, 4, (int) exponent);
        target[FLAGS_AT] = (byte) (negative ? NEGATIVE : 0);
        return true;
    }

    private static int digits(int unit) {
        return unit < 10 ? 1 : unit < 100 ? 2 : 3;
    }

    /** Number of digits; 1 for zero. Only of a decimal. */
    static int digits(byte[] packed) {
        return getInt(packed, 0);
    }

    public static int exponent(byte[] packed) {
        return getInt(packed, 4);
    }

    public static boolean isNegative(byte[] packed) {
        return (packed[FLAGS_AT] & NEGATIVE) != 0;
    }

    /** Whether it is a decimal, rather than a special value. */
    public static boolean isFinite(byte[] packed) {
        return (packed[FLAGS_AT] & (INFINITE | NAN)) == 0;
    }

    public static boolean isNan(byte[] packed) {
        return (packed[FLAGS_AT] & NAN) != 0;
    }

    /** Digit {@code index} of a decimal, 0 being the least significant. */
    static int digit(byte[] packed, int index) {
        int unit = unit(packed, index / 3);
        return switch (index % 3) {
            case 0 -> unit % 10;
            case 1 -> unit / 10 % 10;
            default -> unit / 100;
        };
    }

    /**
     * The double that stands beside the packed form, for sorting. It is not the nearest one: it has
     * to be computed as the reference does.
     */
    public static double approximation(byte[] packed) {
        if (!isFinite(packed)) {
            return isNan(packed)
                    ? Double.NaN
                    : isNegative(packed) ? Double.NEGATIVE_INFINITY : Double.POSITIVE_INFINITY;
        }
        double sum = 0;
        int power = exponent(packed) + MAX_POWER;
        for (int i = 0; i < (digits(packed) + 2) / 3; i++) {
            sum += unit(packed, i) * POWERS[power];
            power += 3;
        }
        return isNegative(packed) ? -sum : sum;
    }

    /** Whether the bytes can be a packed form; its digits are not looked at. */
    public static boolean isValid(byte[] packed, int length) {
        if (length != WIDTH || (packed[FLAGS_AT] & 0xff & ~(NEGATIVE | INFINITE | NAN)) != 0) {
            return false;
        }
        int digits = digits(packed);
        for (int i = 0; i < MAX_UNITS; i++) {
            if (unit(packed, i) >= UNIT) {
                return false;
            }
        }
        return digits >= 1 && digits <= MAX_DIGITS && Math.abs((long) exponent(packed)) < UNIT;
    }

    /** The value of a valid packed form that is finite, with as many digits as are packed. */
    public static BigDecimal decimal(byte[] packed) {
        int units = (digits(packed) + 2) / 3;
        BigInteger unscaled = BigInteger.ZERO;
        for (int high = units; high > 0; high -= UNITS_PER_CHUNK) {
            int low = Math.max(0, high - UNITS_PER_CHUNK);
            long chunk = 0;
            long factor = 1;
            for (int i = high - 1; i >= low; i--) {
                chunk = chunk * UNIT + unit(packed, i);
                factor *= UNIT;
            }
            if (high == units && low == 0) {
                long signed = isNegative(packed) ? -chunk : chunk;
                return BigDecimal.valueOf(signed, -exponent(packed));
            }
            unscaled = unscaled.multiply(BigInteger.valueOf(factor)).add(BigInteger.valueOf(chunk));
        }
        BigInteger signed = isNegative(packed) ? unscaled.negate() : unscaled;
        return new BigDecimal(signed, -exponent(packed));
    }

    private static int unit(byte[] packed, int index) {
        int at = UNITS_AT + 2 * index;
        return (packed[at] & 0xff) | (packed[at + 1] & 0xff) << 8;
    }

    private static void putUnit(byte[] target, int index, int unit) {
        int at = UNITS_AT + 2 * index;
        target[at] = (byte) unit;
        target[at + 1] = (byte) (unit >> 8);
    }

    private static void putInt(byte[] target, int at, int value) {
        for (int i = 0; i < Integer.BYTES; i++) {
            target[at + i] = (byte) (value >> (8 * i));
        }
    }

    private static int getInt(byte[] source, int at) {
        return (source[at] & 0xff)
                | (source[at + 1] & 0xff) << 8
                | (source[at + 2] & 0xff) << 16
                | source[at + 3] << 24;
    }
}
