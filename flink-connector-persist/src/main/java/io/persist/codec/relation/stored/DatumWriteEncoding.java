package io.persist.codec.relation.stored;

import io.persist.codec.Bytes;
import io.persist.codec.CorruptDataException;
import io.persist.codec.proto.ProtoAclItem;
import io.persist.codec.proto.ProtoAclMode;
import io.persist.codec.proto.ProtoArray;
import io.persist.codec.proto.ProtoArrayDimension;
import io.persist.codec.proto.ProtoDate;
import io.persist.codec.proto.ProtoDatum;
import io.persist.codec.proto.ProtoDatumOther;
import io.persist.codec.proto.ProtoDict;
import io.persist.codec.proto.ProtoDictElement;
import io.persist.codec.proto.ProtoInterval;
import io.persist.codec.proto.ProtoMzAclItem;
import io.persist.codec.proto.ProtoNaiveDateTime;
import io.persist.codec.proto.ProtoNaiveTime;
import io.persist.codec.proto.ProtoNumeric;
import io.persist.codec.proto.ProtoRoleId;
import io.persist.codec.proto.ProtoRow;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * Row bytes of values in cells. Written backwards, so each message is to be read here from its last
 * field to its first.
 */
final class DatumWriteEncoding {
    private static final int SIGN_PLUS = 0xc;
    private static final int SIGN_MINUS = 0xd;

    private final BackwardOutput out;
    private final byte[] numeric = new byte[PackedNumeric.WIDTH];

    DatumWriteEncoding(BackwardOutput out) {
        this.out = out;
    }

    /** The datum at a row of a cell, with {@code field} as its tag. */
    void field(int field, Cell cell, int row) {
        int end = out.written();
        datum(cell, row);
        out.endDelimited(field, end);
    }

    private void other(ProtoDatumOther other) {
        out.varint(ProtoDatum.OTHER_FIELD_NUMBER, other.getNumber());
    }

    /** The datum at a row of a cell, without a tag. */
    void datum(Cell cell, int row) {
        if (cell.isNull(row)) {
            other(ProtoDatumOther.NULL);
            return;
        }
        long number = cell.number(row);
        byte[] bytes = cell.bytes(row);
        int field = SourceDataEncoding.field(cell.kind());
        switch (cell.kind()) {
            case BOOL -> other(number == 0 ? ProtoDatumOther.FALSE : ProtoDatumOther.TRUE);
            case UINT8, UINT16, UINT32 -> out.varint(field, number & 0xffffffffL);
            case INT16, INT32, INT64, UINT64, MZ_TIMESTAMP -> out.varint(field, number);
            case FLOAT32 -> out.fixed32(field, (int) number);
            case FLOAT64 -> out.fixed64(field, number);
            case BYTES, STRING, UUID -> out.bytes(field, bytes, cell.length(row));
            case NUMERIC -> number(bytes);
            case RANGE -> out.raw(bytes, cell.length(row));
            case JSONB -> json(parsed(cell, row));
            default -> message(field, cell, row);
        }
    }

    private void message(int field, Cell cell, int row) {
        int end = out.written();
        switch (cell.kind()) {
            case DATE -> out.varintUnlessZero(ProtoDate.DAYS_FIELD_NUMBER, cell.number(row));
            case TIME -> time(cell.bytes(row));
            case TIMESTAMP, TIMESTAMP_TZ -> timestamp(cell.bytes(row));
            case INTERVAL -> interval(cell.bytes(row));
            case ACL_ITEM -> aclItem(cell.bytes(row));
            case MZ_ACL_ITEM -> mzAclItem(cell.bytes(row));
            case LIST -> elements(cell, row);
            case MAP -> members(cell, row);
            case ARRAY -> array(cell, row);
            case RECORD, EMPTY_RECORD -> {
                List<Cell> fields = cell.children();
                for (int i = fields.size() - 1; i >= 0; i--) {
                    field(ProtoRow.DATUMS_FIELD_NUMBER, fields.get(i), row);
                }
            }
            default -> throw new AssertionError(cell.kind());
        }
        out.endDelimited(field, end);
    }

    private void time(byte[] packed) {
        uint32(ProtoNaiveTime.FRAC_FIELD_NUMBER, BigEndian.getInt(packed, 4));
        uint32(ProtoNaiveTime.SECS_FIELD_NUMBER, BigEndian.getInt(packed, 0));
    }

    private void uint32(int field, int value) {
        out.varintUnlessZero(field, value & 0xffffffffL);
    }

    private void timestamp(byte[] packed) {
        uint32(ProtoNaiveDateTime.FRAC_FIELD_NUMBER, BigEndian.getInt(packed, 12));
        uint32(ProtoNaiveDateTime.SECS_FIELD_NUMBER, BigEndian.getInt(packed, 8));
        uint32(ProtoNaiveDateTime.ORDINAL_FIELD_NUMBER, BigEndian.getInt(packed, 4));
        int year = BigEndian.getInt(packed, 0) ^ Integer.MIN_VALUE;
        out.varintUnlessZero(ProtoNaiveDateTime.YEAR_FIELD_NUMBER, year);
    }

    private void interval(byte[] packed) {
        long micros = BigEndian.getLong(packed, 8) ^ Long.MIN_VALUE;
        out.varintUnlessZero(ProtoInterval.MICROS_FIELD_NUMBER, micros);
        int days = BigEndian.getInt(packed, 4) ^ Integer.MIN_VALUE;
        out.varintUnlessZero(ProtoInterval.DAYS_FIELD_NUMBER, days);
        int months = BigEndian.getInt(packed, 0) ^ Integer.MIN_VALUE;
        out.varintUnlessZero(ProtoInterval.MONTHS_FIELD_NUMBER, months);
    }

    private void aclItem(byte[] packed) {
        aclMode(ProtoAclItem.ACL_MODE_FIELD_NUMBER, BigEndian.getLong(packed, 8));
        uint32(ProtoAclItem.GRANTOR_FIELD_NUMBER, BigEndian.getInt(packed, 4));
        uint32(ProtoAclItem.GRANTEE_FIELD_NUMBER, BigEndian.getInt(packed, 0));
    }

    private void mzAclItem(byte[] packed) {
        aclMode(ProtoMzAclItem.ACL_MODE_FIELD_NUMBER, BigEndian.getLong(packed, 24));
        role(ProtoMzAclItem.GRANTOR_FIELD_NUMBER, packed, 12);
        role(ProtoMzAclItem.GRANTEE_FIELD_NUMBER, packed, 0);
    }

    private void aclMode(int field, long bits) {
        int end = out.written();
        out.varintUnlessZero(ProtoAclMode.ACL_MODE_FIELD_NUMBER, bits);
        out.endDelimited(field, end);
    }

    private void role(int field, byte[] packed, int offset) {
        int end = out.written();
        int tag = BigEndian.getInt(packed, offset);
        if (tag == RoleTags.PUBLIC) {
            out.endDelimited(ProtoRoleId.PUBLIC_FIELD_NUMBER, end);
        } else {
            int kind =
                    switch (tag) {
                        case RoleTags.SYSTEM -> ProtoRoleId.SYSTEM_FIELD_NUMBER;
                        case RoleTags.PREDEFINED -> ProtoRoleId.PREDEFINED_FIELD_NUMBER;
                        case RoleTags.USER -> ProtoRoleId.USER_FIELD_NUMBER;
                        default -> throw new AssertionError("columns check roles");
                    };
            out.varint(kind, BigEndian.getLong(packed, offset + Integer.BYTES));
        }
        out.endDelimited(field, end);
    }

    /** Of a list. */
    private void elements(Cell cell, int row) {
        for (int i = cell.listEnd(row) - 1; i >= cell.listStart(row); i--) {
            field(ProtoRow.DATUMS_FIELD_NUMBER, cell.child(0), i);
        }
    }

    private void members(Cell cell, int row) {
        Cell keys = cell.child(0).child(0);
        Cell vals = cell.child(0).child(1);
        for (int i = cell.listEnd(row) - 1; i >= cell.listStart(row); i--) {
            int end = out.written();
            field(ProtoDictElement.VAL_FIELD_NUMBER, vals, i);
            if (keys.length(i) > 0) {
                out.bytes(ProtoDictElement.KEY_FIELD_NUMBER, keys.bytes(i), keys.length(i));
            }
            out.endDelimited(ProtoDict.ELEMENTS_FIELD_NUMBER, end);
        }
    }

    private void array(Cell cell, int row) {
        Cell dims = cell.child(0);
        for (int i = dims.listEnd(row) - 1; i >= dims.listStart(row); i--) {
            int end = out.written();
            byte[] packed = dims.child(0).bytes(i);
            long length = BigEndian.getLong(packed, 8);
            out.varintUnlessZero(ProtoArrayDimension.LENGTH_FIELD_NUMBER, length);
            long lower = BigEndian.getLong(packed, 0) ^ Long.MIN_VALUE;
            out.varintUnlessZero(ProtoArrayDimension.LOWER_BOUND_FIELD_NUMBER, lower);
            out.endDelimited(ProtoArray.DIMS_FIELD_NUMBER, end);
        }
        int end = out.written();
        elements(cell.child(1), row);
        out.endDelimited(ProtoArray.ELEMENTS_FIELD_NUMBER, end);
    }

    /** A datum. */
    private void number(byte[] packed) {
        if (!PackedNumeric.isFinite(packed)) {
            other(
                    PackedNumeric.isNan(packed)
                            ? ProtoDatumOther.NUMERIC_NA_N
                            : PackedNumeric.isNegative(packed)
                                    ? ProtoDatumOther.NUMERIC_NEG_INF
                                    : ProtoDatumOther.NUMERIC_POS_INF);
            return;
        }
        int end = out.written();
        out.varintUnlessZero(ProtoNumeric.SCALE_FIELD_NUMBER, -PackedNumeric.exponent(packed));
        int beforeDigits = out.written();
        int digits = PackedNumeric.digits(packed);
        // Pairs of digits, each at an odd position and the even one below it, the sign standing
        // below digit 0; with an even count the first pair begins with a nibble that pads.
        for (int i = 0; i <= digits / 2 * 2; i += 2) {
            int high = i < digits ? PackedNumeric.digit(packed, i) : 0;
            int low =
                    i > 0
                            ? PackedNumeric.digit(packed, i - 1)
                            : PackedNumeric.isNegative(packed) ? SIGN_MINUS : SIGN_PLUS;
            out.raw((byte) (high << 4 | low));
        }
        out.endDelimited(ProtoNumeric.BCD_FIELD_NUMBER, beforeDigits);
        out.endDelimited(ProtoDatum.NUMERIC_FIELD_NUMBER, end);
    }

    private static Json parsed(Cell cell, int row) {
        try {
            return Json.parse(cell.bytes(row), 0, cell.length(row));
        } catch (CorruptDataException e) {
            throw new AssertionError("columns check JSON", e);
        }
    }

    /** A datum. */
    private void json(Json json) {
        if (json instanceof Json.Literal literal) {
            other(
                    switch (literal) {
                        case NULL -> ProtoDatumOther.JSON_NULL;
                        case TRUE -> ProtoDatumOther.TRUE;
                        case FALSE -> ProtoDatumOther.FALSE;
                    });
        } else if (json instanceof Json.Number value) {
            if (!PackedNumeric.pack(value.value(), numeric)) {
                throw new AssertionError(value);
            }
            number(numeric);
        } else if (json instanceof Json.Text text) {
            byte[] utf8 = text.utf8().toArray();
            out.bytes(ProtoDatum.STRING_FIELD_NUMBER, utf8, utf8.length);
        } else if (json instanceof Json.Array array) {
            int end = out.written();
            for (int i = array.elements().size() - 1; i >= 0; i--) {
                int elementEnd = out.written();
                json(array.elements().get(i));
                out.endDelimited(ProtoRow.DATUMS_FIELD_NUMBER, elementEnd);
            }
            out.endDelimited(ProtoDatum.LIST_FIELD_NUMBER, end);
        } else if (json instanceof Json.Object object) {
            int end = out.written();
            jsonMembers(new ArrayList<>(object.members().entrySet()));
            out.endDelimited(ProtoDatum.DICT_FIELD_NUMBER, end);
        } else {
            throw new AssertionError(json);
        }
    }

    private void jsonMembers(List<Map.Entry<Bytes, Json>> members) {
        for (int i = members.size() - 1; i >= 0; i--) {
            int end = out.written();
            json(members.get(i).getValue());
            out.endDelimited(ProtoDictElement.VAL_FIELD_NUMBER, end);
            byte[] key = members.get(i).getKey().toArray();
            if (key.length > 0) {
                out.bytes(ProtoDictElement.KEY_FIELD_NUMBER, key, key.length);
            }
            out.endDelimited(ProtoDict.ELEMENTS_FIELD_NUMBER, end);
        }
    }
}
