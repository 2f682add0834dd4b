package io.persist.codec.relation;

import io.persist.codec.CorruptDataException;
import io.persist.codec.relation.stored.BigEndian;
import io.persist.codec.relation.stored.Slots;

import org.jspecify.annotations.Nullable;

/** Columns of dates, times and timestamps. Stored forms sort as the values do. */
final class TemporalColumns {
    /** 2000-01-01, from which dates are counted, in days since 1970-01-01. */
    private static final int DATE_EPOCH = 10_957;

    private static final int SECONDS_PER_DAY = 86_400;
    private static final int NANOS_PER_SECOND = 1_000_000_000;

    /** Limits of the reference's calendar; its decoder stops at anything beyond. */
    private static final long MIN_DATE = -2_451_545;

    private static final long MAX_DATE = 95_015_279;
    private static final int MIN_YEAR = -4713;
    private static final int MAX_YEAR = 262_142;
    private static final long MIN_SECONDS =
            (firstDay(MIN_YEAR + 1L) - 1) * SECONDS_PER_DAY; // -4713-12-31
    private static final long MAX_SECONDS = firstDay(MAX_YEAR + 1L) * SECONDS_PER_DAY - 1;

    private TemporalColumns() {}

    /** Days from 1970-01-01 to January 1 of a year of the proleptic Gregorian calendar. */
    private static long firstDay(long year) {
        long leapDays =
                Math.floorDiv(year + 3, 4)
                        - Math.floorDiv(year + 99, 100)
                        + Math.floorDiv(year + 399, 400);
        return 365 * year + leapDays - 719_528;
    }

    /** The year in which a day lies. */
    private static int yearOf(long unixDays) {
        // The guess is the year at its mean length; it is off by one at most.
        long year = 1970 + Math.floorDiv(unixDays * 400, 146_097);
        if (firstDay(year) > unixDays) {
            year--;
        } else if (firstDay(year + 1) <= unixDays) {
            year++;
        }
        return (int) year;
    }

    /** Within a second of the day; beyond one second only as a leap second. */
    private static boolean nanosFit(int secondsOfDay, int nanos) {
        int limit = secondsOfDay % 60 == 59 ? 2 * NANOS_PER_SECOND : NANOS_PER_SECOND;
        return nanos >= 0 && nanos < limit;
    }

    /** Days since 2000-01-01. */
    static final class Dates extends Column {
        Dates(RelationColumn column, Slots slots) {
            super(column, slots, Integer.BYTES);
        }

        @Override
        public int setDate(int row, int unixDays) {
            long days = (long) unixDays - DATE_EPOCH;
            if (days < MIN_DATE || days > MAX_DATE) {
                throw illegal("day " + unixDays, "before -4713-11-24 or after 262142-12-31");
            }
            slots.putLong(row, days);
            return Integer.BYTES;
        }

        @Override
        public int unixDays(int row) throws CorruptDataException {
            long days = slots.getLong(row);
            if (days < MIN_DATE || days > MAX_DATE) {
                throw corrupt(row, days + " days since 2000-01-01, out of range");
            }
            return (int) days + DATE_EPOCH;
        }

        @Override
        Datum value(int row) throws CorruptDataException {
            return new Datum.Date(unixDays(row));
        }

        @Override
        int setValue(int row, Datum datum) {
            if (datum instanceof Datum.Date date) {
                return setDate(row, date.unixDays());
            }
            throw wrongDatum(datum);
        }
    }

    /** Seconds and nanoseconds, big endian. */
    static final class Times extends Column {
        static final int WIDTH = 8;

        private final byte[] scratch = new byte[WIDTH];

        Times(RelationColumn column, Slots slots) {
            super(column, slots, WIDTH);
        }

        @Override
        public int setTime(int row, int secondsOfDay, int nanos) {
            if (!valid(secondsOfDay, nanos)) {
                throw illegal(secondsOfDay + " s " + nanos + " ns", "no time of day");
            }
            BigEndian.putInt(scratch, 0, secondsOfDay);
            BigEndian.putInt(scratch, 4, nanos);
            slots.putBytes(row, scratch, 0, WIDTH);
            return WIDTH;
        }

        private static boolean valid(int secondsOfDay, int nanos) {
            return secondsOfDay >= 0
                    && secondsOfDay < SECONDS_PER_DAY
                    && nanosFit(secondsOfDay, nanos);
        }

        private void load(int row) throws CorruptDataException {
            slots.copyBytes(row, scratch);
            if (!valid(BigEndian.getInt(scratch, 0), BigEndian.getInt(scratch, 4))) {
                throw corrupt(row, "no time of day: " + slots.getBytes(row));
            }
        }

        @Override
        public int secondsOfDay(int row) throws CorruptDataException {
            load(row);
            return BigEndian.getInt(scratch, 0);
        }

        @Override
        public int nanosOfSecond(int row) throws CorruptDataException {
            load(row);
            return BigEndian.getInt(scratch, 4);
        }

        @Override
        Datum value(int row) throws CorruptDataException {
            return new Datum.Time(secondsOfDay(row), nanosOfSecond(row));
        }

        @Override
        int setValue(int row, Datum datum) {
            if (datum instanceof Datum.Time time) {
                return setTime(row, time.secondsOfDay(), time.nanos());
            }
            throw wrongDatum(datum);
        }
    }

    /** Year (sign bit flipped), day of the year from 1, seconds, nanoseconds, big endian. */
    static final class Timestamps extends Column {
        static final int WIDTH = 16;

        private final byte[] scratch = new byte[WIDTH];
        private final boolean isInstant;
        private final int unit;

        /**
         * @param precision fractional digits; null: any
         * @param isInstant timestamptz rather than timestamp
         */
        Timestamps(
                RelationColumn column,
                Slots slots,
                @Nullable Integer precision,
                boolean isInstant) {
            super(column, slots, WIDTH);
            this.isInstant = isInstant;
            this.unit = precision == null || precision > 9 ? 1 : (int) Math.pow(10, 9 - precision);
        }

        @Override
        public int setTimestamp(int row, long epochSeconds, int nanos) {
            if (epochSeconds < MIN_SECONDS || epochSeconds > MAX_SECONDS) {
                throw illegal("second " + epochSeconds, "before -4713-12-31 or after 262142-12-31");
            }
            long unixDays = Math.floorDiv(epochSeconds, SECONDS_PER_DAY);
            int seconds = Math.floorMod(epochSeconds, SECONDS_PER_DAY);
            if (!nanosFit(seconds, nanos)) {
                throw illegal(nanos + " ns", "not within a second");
            }
            if (nanos % unit != 0) {
                throw illegal(nanos + " ns", "more fractional digits than the type has");
            }
            int year = yearOf(unixDays);
            BigEndian.putInt(scratch, 0, year ^ Integer.MIN_VALUE);
            BigEndian.putInt(scratch, 4, (int) (unixDays - firstDay(year)) + 1);
            BigEndian.putInt(scratch, 8, seconds);
            BigEndian.putInt(scratch, 12, nanos);
            slots.putBytes(row, scratch, 0, WIDTH);
            return WIDTH;
        }

        @Override
        public long epochSeconds(int row) throws CorruptDataException {
            slots.copyBytes(row, scratch);
            long year = BigEndian.getInt(scratch, 0) ^ Integer.MIN_VALUE;
            int ordinal = BigEndian.getInt(scratch, 4);
            int seconds = BigEndian.getInt(scratch, 8);
            long days = firstDay(year) + ordinal - 1;
            long epochSeconds = days * SECONDS_PER_DAY + seconds;
            if (ordinal < 1
                    || days >= firstDay(year + 1)
                    || seconds < 0
                    || seconds >= SECONDS_PER_DAY
                    || !nanosFit(seconds, BigEndian.getInt(scratch, 12))
                    || epochSeconds < MIN_SECONDS
                    || epochSeconds > MAX_SECONDS) {
                throw corrupt(row, "no timestamp: " + slots.getBytes(row));
            }
            return epochSeconds;
        }

        @Override
        public int nanos(int row) throws CorruptDataException {
            epochSeconds(row);
            return BigEndian.getInt(scratch, 12);
        }

        @Override
        Datum value(int row) throws CorruptDataException {
            long epochSeconds = epochSeconds(row);
            int nanos = nanos(row);
            return isInstant
                    ? new Datum.TimestampTz(epochSeconds, nanos)
                    : new Datum.Timestamp(epochSeconds, nanos);
        }

        @Override
        int setValue(int row, Datum datum) {
            if (isInstant && datum instanceof Datum.TimestampTz instant) {
                return setTimestamp(row, instant.epochSeconds(), instant.nanos());
            }
            if (!isInstant && datum instanceof Datum.Timestamp local) {
                return setTimestamp(row, local.epochSeconds(), local.nanos());
            }
            throw wrongDatum(datum);
        }
    }
}
