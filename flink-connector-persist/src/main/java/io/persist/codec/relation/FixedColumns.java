package io.persist.codec.relation;

import io.persist.codec.CorruptDataException;
import io.persist.codec.relation.stored.BigEndian;
import io.persist.codec.relation.stored.RoleTags;
import io.persist.codec.relation.stored.Slots;

import java.util.UUID;

/** Columns of values that are stored as a fixed number of bytes, which sort as the values do. */
final class FixedColumns {
    /** Privileges that there are. */
    private static final long PRIVILEGES = 0b1_1110L << 28 | 0b11_0000_1111L | 1L << 32;

    private static final long MAX_UINT32 = 0xffffffffL;

    private FixedColumns() {}

    /** Months, days and microseconds, the sign bit of each flipped. */
    static final class Intervals extends Column {
        private static final int WIDTH = 16;

        private final byte[] scratch = new byte[WIDTH];

        Intervals(RelationColumn column, Slots slots) {
            super(column, slots, WIDTH);
        }

        @Override
        public int setInterval(int row, int months, int days, long micros) {
            BigEndian.putInt(scratch, 0, months ^ Integer.MIN_VALUE);
            BigEndian.putInt(scratch, 4, days ^ Integer.MIN_VALUE);
            BigEndian.putLong(scratch, 8, micros ^ Long.MIN_VALUE);
            slots.putBytes(row, scratch, 0, WIDTH);
            return WIDTH;
        }

        @Override
        public int months(int row) {
            slots.copyBytes(row, scratch);
            return BigEndian.getInt(scratch, 0) ^ Integer.MIN_VALUE;
        }

        @Override
        public int days(int row) {
            slots.copyBytes(row, scratch);
            return BigEndian.getInt(scratch, 4) ^ Integer.MIN_VALUE;
        }

        @Override
        public long micros(int row) {
            slots.copyBytes(row, scratch);
            return BigEndian.getLong(scratch, 8) ^ Long.MIN_VALUE;
        }

        @Override
        Datum value(int row) {
            return new Datum.Interval(months(row), days(row), micros(row));
        }

        @Override
        int setValue(int row, Datum datum) {
            if (datum instanceof Datum.Interval interval) {
                return setInterval(row, interval.months(), interval.days(), interval.micros());
            }
            throw wrongDatum(datum);
        }
    }

    static final class Uuids extends Column {
        private static final int WIDTH = 16;

        private final byte[] scratch = new byte[WIDTH];

        Uuids(RelationColumn column, Slots slots) {
            super(column, slots, WIDTH);
        }

        @Override
        public int setUuid(int row, long high, long low) {
            BigEndian.putLong(scratch, 0, high);
            BigEndian.putLong(scratch, Long.BYTES, low);
            slots.putBytes(row, scratch, 0, WIDTH);
            return WIDTH;
        }

        @Override
        public long uuidHigh(int row) {
            slots.copyBytes(row, scratch);
            return BigEndian.getLong(scratch, 0);
        }

        @Override
        public long uuidLow(int row) {
            slots.copyBytes(row, scratch);
            return BigEndian.getLong(scratch, Long.BYTES);
        }

        @Override
        Datum value(int row) {
            return new Datum.Uuid(new UUID(uuidHigh(row), uuidLow(row)));
        }

        @Override
        int setValue(int row, Datum datum) {
            if (datum instanceof Datum.Uuid uuid) {
                long high = uuid.value().getMostSignificantBits();
                return setUuid(row, high, uuid.value().getLeastSignificantBits());
            }
            throw wrongDatum(datum);
        }
    }

    /** Grantee, grantor, privileges. */
    static final class AclItems extends Column {
        private static final int WIDTH = 16;

        private final byte[] scratch = new byte[WIDTH];

        AclItems(RelationColumn column, Slots slots) {
            super(column, slots, WIDTH);
        }

        @Override
        Datum value(int row) throws CorruptDataException {
            slots.copyBytes(row, scratch);
            long privileges = BigEndian.getLong(scratch, 8);
            if ((privileges & ~PRIVILEGES) != 0) {
                throw corrupt(row, "unknown privileges: " + slots.getBytes(row));
            }
            return new Datum.AclItem(
                    BigEndian.getInt(scratch, 0) & MAX_UINT32,
                    BigEndian.getInt(scratch, 4) & MAX_UINT32,
                    privileges);
        }

        @Override
        int setValue(int row, Datum datum) {
            if (!(datum instanceof Datum.AclItem item)) {
                throw wrongDatum(datum);
            }
            if (((item.grantee() | item.grantor()) & ~MAX_UINT32) != 0) {
                throw illegal(item, "oids have 32 bits");
            }
            if ((item.privileges() & ~PRIVILEGES) != 0) {
                throw illegal(item, "unknown privileges");
            }
            BigEndian.putInt(scratch, 0, (int) item.grantee());
            BigEndian.putInt(scratch, 4, (int) item.grantor());
            BigEndian.putLong(scratch, 8, item.privileges());
            slots.putBytes(row, scratch, 0, WIDTH);
            return WIDTH;
        }
    }

    /** Grantee and grantor, each a number for the kind of role and an id, and privileges. */
    static final class MzAclItems extends Column {
        private static final int WIDTH = 32;
        private static final int GRANTOR_AT = 12;
        private static final int PRIVILEGES_AT = 24;

        private final byte[] scratch = new byte[WIDTH];

        /** Of variable width to Arrow, so a null has no payload. */
        MzAclItems(RelationColumn column, Slots slots) {
            super(column, slots, 0);
        }

        @Override
        Datum value(int row) throws CorruptDataException {
            int length = slots.copyBytes(row, scratch);
            long privileges = BigEndian.getLong(scratch, PRIVILEGES_AT);
            if (length != WIDTH || (privileges & ~PRIVILEGES) != 0) {
                throw corrupt(row, "no privileges: " + slots.getBytes(row));
            }
            return new Datum.MzAclItem(role(row, 0), role(row, GRANTOR_AT), privileges);
        }

        private Datum.Role role(int row, int at) throws CorruptDataException {
            long id = BigEndian.getLong(scratch, at + Integer.BYTES);
            Datum.Role.Kind kind =
                    switch (BigEndian.getInt(scratch, at)) {
                        case RoleTags.SYSTEM -> Datum.Role.Kind.SYSTEM;
                        case RoleTags.PREDEFINED -> Datum.Role.Kind.PREDEFINED;
                        case RoleTags.USER -> Datum.Role.Kind.USER;
                        case RoleTags.PUBLIC -> Datum.Role.Kind.PUBLIC;
                        default -> throw corrupt(row, "no role: " + slots.getBytes(row));
                    };
            return new Datum.Role(kind, id);
        }

        @Override
        int setValue(int row, Datum datum) {
            if (!(datum instanceof Datum.MzAclItem item)) {
                throw wrongDatum(datum);
            }
            if ((item.privileges() & ~PRIVILEGES) != 0) {
                throw illegal(item, "unknown privileges");
            }
            put(item.grantee(), 0);
            put(item.grantor(), GRANTOR_AT);
            BigEndian.putLong(scratch, PRIVILEGES_AT, item.privileges());
            slots.putBytes(row, scratch, 0, WIDTH);
            return WIDTH;
        }

        private void put(Datum.Role role, int at) {
            if (role.kind() == Datum.Role.Kind.PUBLIC && role.id() != 0) {
                throw illegal(role, "the public has no id");
            }
            BigEndian.putInt(scratch, at, role.kind().tag);
            BigEndian.putLong(scratch, at + Integer.BYTES, role.id());
        }
    }
}
