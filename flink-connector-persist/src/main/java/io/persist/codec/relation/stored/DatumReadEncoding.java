package io.persist.codec.relation.stored;

import com.google.protobuf.ByteString;

import io.persist.codec.Bytes;
import io.persist.codec.CorruptDataException;
import io.persist.codec.proto.ProtoAclItem;
import io.persist.codec.proto.ProtoArray;
import io.persist.codec.proto.ProtoArrayDimension;
import io.persist.codec.proto.ProtoDatum;
import io.persist.codec.proto.ProtoDatum.DatumTypeCase;
import io.persist.codec.proto.ProtoDatumOther;
import io.persist.codec.proto.ProtoDictElement;
import io.persist.codec.proto.ProtoInterval;
import io.persist.codec.proto.ProtoMzAclItem;
import io.persist.codec.proto.ProtoNaiveDateTime;
import io.persist.codec.proto.ProtoNaiveTime;
import io.persist.codec.proto.ProtoNumeric;
import io.persist.codec.proto.ProtoRoleId;
import io.persist.codec.relation.stored.Cell.Kind;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;

/** Fills cells from row bytes. Takes spellings that are not canonical, where they are legal. */
final class DatumReadEncoding {
    private DatumReadEncoding() {}

    /**
     * @throws CorruptDataException if the datum is none of the cell's kind
     */
    static void load(ProtoDatum datum, Cell cell, int row) throws CorruptDataException {
        if (datum.getDatumTypeCase() == DatumTypeCase.OTHER
                && datum.getOther() == ProtoDatumOther.NULL) {
            cell.setNull(row);
        } else if (cell.kind() == Kind.JSONB) {
            byte[] text;
            try {
                text = json(datum, 0).text();
            } catch (CorruptDataException e) {
                throw e.in(cell.description());
            }
            cell.putBytes(row, text, 0, text.length);
        } else if (datum.getDatumTypeCase() == DatumTypeCase.OTHER) {
            loadOther(datum.getOther(), cell, row);
        } else if (datum.getDatumTypeCase().getNumber() != SourceDataEncoding.field(cell.kind())) {
            throw wrong(cell, datum.getDatumTypeCase().toString());
        } else {
            loadLeaf(datum, cell, row);
        }
    }

    private static CorruptDataException wrong(Cell cell, String found) {
        return new CorruptDataException(cell.description() + " holds " + found);
    }

    private static void loadOther(ProtoDatumOther other, Cell cell, int row)
            throws CorruptDataException {
        byte[] packed = new byte[PackedNumeric.WIDTH];
        Kind kind = Kind.NUMERIC;
        switch (other) {
            case FALSE, TRUE -> kind = Kind.BOOL;
            case NUMERIC_NA_N -> PackedNumeric.packNan(packed);
            case NUMERIC_POS_INF -> PackedNumeric.packInfinity(false, packed);
            case NUMERIC_NEG_INF -> PackedNumeric.packInfinity(true, packed);
            default -> throw wrong(cell, other.toString());
        }
        if (kind != cell.kind()) {
            throw wrong(cell, other.toString());
        }
        if (kind == Kind.BOOL) {
            cell.putLong(row, other == ProtoDatumOther.TRUE ? 1 : 0);
        } else {
            cell.putBytes(row, packed, 0, packed.length);
        }
    }

    private static void loadLeaf(ProtoDatum datum, Cell cell, int row) throws CorruptDataException {
        switch (cell.kind()) {
            case INT16 -> {
                if (datum.getInt16() != (short) datum.getInt16()) {
                    throw wrong(cell, "INT16 " + datum.getInt16());
                }
                cell.putLong(row, datum.getInt16());
            }
            case INT32 -> cell.putLong(row, datum.getInt32());
            case INT64 -> cell.putLong(row, datum.getInt64());
            case UINT8 -> putUnsigned(datum.getUint8(), 0xff, cell, row);
            case UINT16 -> putUnsigned(datum.getUint16(), 0xffff, cell, row);
            case UINT32 -> cell.putLong(row, datum.getUint32());
            case UINT64 -> cell.putLong(row, datum.getUint64());
            case MZ_TIMESTAMP -> cell.putLong(row, datum.getMzTimestamp());
            case FLOAT32 -> cell.putLong(row, Float.floatToRawIntBits(datum.getFloat32()));
            case FLOAT64 -> cell.putLong(row, Double.doubleToRawLongBits(datum.getFloat64()));
            case BYTES -> putBytes(cell, row, datum.getBytes());
            case STRING -> putBytes(cell, row, datum.getString());
            case UUID -> {
                if (datum.getUuid().size() != 16) {
                    throw wrong(cell, "UUID of " + datum.getUuid().size() + " bytes");
                }
                putBytes(cell, row, datum.getUuid());
            }
            case DATE -> cell.putLong(row, datum.getDate().getDays());
            case NUMERIC -> putNumeric(cell, row, datum.getNumeric());
            case RANGE -> {
                ProtoDatum only = ProtoDatum.newBuilder().setRange(datum.getRange()).build();
                putBytes(cell, row, only.toByteString());
            }
            default -> loadMessage(datum, cell, row);
        }
    }

    private static void loadMessage(ProtoDatum datum, Cell cell, int row)
            throws CorruptDataException {
        switch (cell.kind()) {
            case TIME -> {
                ProtoNaiveTime time = datum.getTime();
                putInts(cell, row, time.getSecs(), time.getFrac());
            }
            case TIMESTAMP -> putTimestamp(cell, row, datum.getTimestamp());
            case TIMESTAMP_TZ -> putTimestamp(cell, row, datum.getTimestampTz());
            case INTERVAL -> putInterval(cell, row, datum.getInterval());
            case ACL_ITEM -> putAclItem(cell, row, datum.getAclItem());
            case MZ_ACL_ITEM -> putMzAclItem(cell, row, datum.getMzAclItem());
            case LIST -> loadElements(datum.getList().getDatumsList(), cell, row);
            case MAP -> loadMembers(datum.getDict().getElementsList(), cell, row);
            case ARRAY -> loadArray(datum.getArray(), cell, row);
            case RECORD, EMPTY_RECORD -> loadRecord(datum.getList().getDatumsList(), cell, row);
            default -> throw new AssertionError(cell.kind());
        }
    }

    private static void putUnsigned(int value, int max, Cell cell, int row)
            throws CorruptDataException {
        if (value < 0 || value > max) {
            throw wrong(cell, Integer.toUnsignedString(value) + ", beyond " + max);
        }
        cell.putLong(row, value);
    }

    private static void putBytes(Cell cell, int row, ByteString source) {
        byte[] bytes = source.toByteArray();
        cell.putBytes(row, bytes, 0, bytes.length);
    }

    private static void putTimestamp(Cell cell, int row, ProtoNaiveDateTime timestamp) {
        putInts(
                cell,
                row,
                timestamp.getYear() ^ Integer.MIN_VALUE,
                timestamp.getOrdinal(),
                timestamp.getSecs(),
                timestamp.getFrac());
    }

    private static void putInts(Cell cell, int row, int... values) {
        byte[] bytes = new byte[Integer.BYTES * values.length];
        for (int i = 0; i < values.length; i++) {
            BigEndian.putInt(bytes, Integer.BYTES * i, values[i]);
        }
        cell.putBytes(row, bytes, 0, bytes.length);
    }

    private static void putInterval(Cell cell, int row, ProtoInterval interval) {
        byte[] bytes = new byte[16];
        BigEndian.putInt(bytes, 0, interval.getMonths() ^ Integer.MIN_VALUE);
        BigEndian.putInt(bytes, 4, interval.getDays() ^ Integer.MIN_VALUE);
        BigEndian.putLong(bytes, 8, interval.getMicros() ^ Long.MIN_VALUE);
        cell.putBytes(row, bytes, 0, bytes.length);
    }

    private static void putAclItem(Cell cell, int row, ProtoAclItem item)
            throws CorruptDataException {
        if (!item.hasAclMode()) {
            throw wrong(cell, "an item without privileges");
        }
        byte[] bytes = new byte[16];
        BigEndian.putInt(bytes, 0, item.getGrantee());
        BigEndian.putInt(bytes, 4, item.getGrantor());
        BigEndian.putLong(bytes, 8, item.getAclMode().getAclMode());
        cell.putBytes(row, bytes, 0, bytes.length);
    }

    private static void putMzAclItem(Cell cell, int row, ProtoMzAclItem item)
            throws CorruptDataException {
        if (!item.hasGrantee() || !item.hasGrantor() || !item.hasAclMode()) {
            throw wrong(cell, "an item without grantee, grantor or privileges");
        }
        byte[] bytes = new byte[32];
        putRole(cell, item.getGrantee(), bytes, 0);
        putRole(cell, item.getGrantor(), bytes, 12);
        BigEndian.putLong(bytes, 24, item.getAclMode().getAclMode());
        cell.putBytes(row, bytes, 0, bytes.length);
    }

    private static void putRole(Cell cell, ProtoRoleId role, byte[] target, int offset)
            throws CorruptDataException {
        int tag;
        long id = 0;
        switch (role.getKindCase()) {
            case SYSTEM -> {
                tag = RoleTags.SYSTEM;
                id = role.getSystem();
            }
            case USER -> {
                tag = RoleTags.USER;
                id = role.getUser();
            }
            case PREDEFINED -> {
                tag = RoleTags.PREDEFINED;
                id = role.getPredefined();
            }
            case PUBLIC -> tag = RoleTags.PUBLIC;
            default -> throw wrong(cell, "a role of an unknown kind");
        }
        BigEndian.putInt(target, offset, tag);
        BigEndian.putLong(target, offset + Integer.BYTES, id);
    }

    private static void loadElements(List<ProtoDatum> elements, Cell cell, int row)
            throws CorruptDataException {
        int start = cell.beginList(row);
        for (int i = 0; i < elements.size(); i++) {
            load(elements.get(i), cell.child(0), start + i);
        }
        cell.endList(row, elements.size());
    }

    private static void loadMembers(List<ProtoDictElement> members, Cell cell, int row)
            throws CorruptDataException {
        int start = cell.beginList(row);
        Cell entries = cell.child(0);
        for (int i = 0; i < members.size(); i++) {
            ProtoDictElement member = members.get(i);
            if (!member.hasVal()) {
                throw wrong(cell, "a key without a value");
            }
            entries.putStruct(start + i);
            putBytes(entries.child(0), start + i, member.getKey());
            load(member.getVal(), entries.child(1), start + i);
        }
        cell.endList(row, members.size());
    }

    private static void loadArray(ProtoArray array, Cell cell, int row)
            throws CorruptDataException {
        Cell dims = cell.child(0);
        int start = dims.beginList(row);
        for (int i = 0; i < array.getDimsCount(); i++) {
            ProtoArrayDimension dim = array.getDims(i);
            byte[] packed = new byte[16];
            BigEndian.putLong(packed, 0, dim.getLowerBound() ^ Long.MIN_VALUE);
            BigEndian.putLong(packed, 8, dim.getLength());
            dims.child(0).putBytes(start + i, packed, 0, packed.length);
        }
        dims.endList(row, array.getDimsCount());
        loadElements(array.getElements().getDatumsList(), cell.child(1), row);
        cell.putStruct(row);
    }

    private static void loadRecord(List<ProtoDatum> values, Cell cell, int row)
            throws CorruptDataException {
        List<Cell> fields = cell.children();
        if (values.size() != fields.size()) {
            throw wrong(cell, values.size() + " fields, expected " + fields.size());
        }
        for (int i = 0; i < fields.size(); i++) {
            load(values.get(i), fields.get(i), row);
        }
        cell.putLong(row, 1);
    }

    private static void putNumeric(Cell cell, int row, ProtoNumeric proto)
            throws CorruptDataException {
        byte[] packed = new byte[PackedNumeric.WIDTH];
        if (!PackedNumeric.pack(decimal(proto, cell.description()), packed)) {
            throw wrong(cell, "NUMERIC of more than " + PackedNumeric.MAX_DIGITS + " digits");
        }
        cell.putBytes(row, packed, 0, packed.length);
    }

    /** Takes leading zeros and all sign nibbles. */
    private static BigDecimal decimal(ProtoNumeric proto, String where)
            throws CorruptDataException {
        ByteString bcd = proto.getBcd();
        StringBuilder digits = new StringBuilder();
        for (int i = 0; i < Math.min(bcd.size(), PackedNumeric.WIDTH); i++) {
            digits.append(Character.forDigit((bcd.byteAt(i) >> 4) & 0xf, 16));
            digits.append(Character.forDigit(bcd.byteAt(i) & 0xf, 16));
        }
        int last = digits.length() - 1;
        if (bcd.size() > PackedNumeric.WIDTH
                || last < 1
                || digits.charAt(last) < 'a'
                || digits.chars().limit(last).anyMatch(c -> c > '9')
                || Math.abs((long) proto.getScale()) > 2 * PackedNumeric.WIDTH) {
            throw new CorruptDataException(
                    where
                            + " holds NUMERIC "
                            + Bytes.takeArray(bcd.toByteArray())
                            + " of scale "
                            + proto.getScale());
        }
        char sign = digits.charAt(last);
        digits.setLength(last);
        BigInteger magnitude = new BigInteger(digits.toString());
        boolean negative = sign == 'b' || sign == 'd';
        return new BigDecimal(negative ? magnitude.negate() : magnitude, proto.getScale());
    }

    private static Json json(ProtoDatum datum, int depth) throws CorruptDataException {
        DatumTypeCase kind = datum.getDatumTypeCase();
        if (depth == Json.MAX_DEPTH && (kind == DatumTypeCase.LIST || kind == DatumTypeCase.DICT)) {
            throw new CorruptDataException("JSON nested deeper than " + Json.MAX_DEPTH);
        }
        switch (kind) {
            case OTHER -> {
                return literal(datum.getOther());
            }
            case NUMERIC -> {
                return Json.Number.of(decimal(datum.getNumeric(), "JSON"));
            }
            case STRING -> {
                return new Json.Text(utf8(datum.getString()));
            }
            case LIST -> {
                List<Json> elements = new ArrayList<>();
                for (ProtoDatum element : datum.getList().getDatumsList()) {
                    elements.add(json(element, depth + 1));
                }
                return new Json.Array(elements);
            }
            case DICT -> {
                return jsonObject(datum.getDict().getElementsList(), depth);
            }
            default -> throw new CorruptDataException("JSON of " + kind);
        }
    }

    private static Json literal(ProtoDatumOther other) throws CorruptDataException {
        return switch (other) {
            case JSON_NULL -> Json.Literal.NULL;
            case TRUE -> Json.Literal.TRUE;
            case FALSE -> Json.Literal.FALSE;
            default -> throw new CorruptDataException("JSON of " + other);
        };
    }

    private static Json jsonObject(List<ProtoDictElement> elements, int depth)
            throws CorruptDataException {
        SortedMap<Bytes, Json> members = new TreeMap<>();
        for (ProtoDictElement element : elements) {
            Bytes key = utf8(element.getKey());
            if (!members.isEmpty() && members.lastKey().compareTo(key) >= 0) {
                throw new CorruptDataException("JSON key '" + key.utf8() + "' is out of order");
            }
            members.put(key, json(element.getVal(), depth + 1));
        }
        return new Json.Object(members);
    }

    private static Bytes utf8(ByteString source) throws CorruptDataException {
        Bytes bytes = Bytes.takeArray(source.toByteArray());
        if (!bytes.isUtf8()) {
            throw new CorruptDataException("JSON string is not UTF-8: " + bytes);
        }
        return bytes;
    }
}
