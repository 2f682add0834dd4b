package io.persist.codec.relation;

import com.google.protobuf.ByteString;
import com.google.protobuf.CodedOutputStream;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.UnsafeByteOperations;
import com.google.protobuf.WireFormat;

import io.persist.codec.Bytes;
import io.persist.codec.CorruptDataException;
import io.persist.codec.proto.ProtoDatum;
import io.persist.codec.proto.ProtoDatumOther;
import io.persist.codec.proto.ProtoNaiveDateTime;
import io.persist.codec.proto.ProtoNaiveTime;
import io.persist.codec.proto.ProtoNumeric;
import io.persist.codec.proto.ProtoRow;
import io.persist.codec.proto.ProtoSourceData;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.List;

/** Row bytes: rows from and to cells, errors as they are. */
final class SourceDataEncoding {
    private static final int SIGN_PLUS = 0xc;
    private static final int SIGN_MINUS = 0xd;

    private SourceDataEncoding() {}

    static Bytes encodeError(Bytes dataflowError) {
        ByteString err = UnsafeByteOperations.unsafeWrap(dataflowError.asByteBuffer());
        return Bytes.takeArray(ProtoSourceData.newBuilder().setErr(err).build().toByteArray());
    }

    static Bytes encode(List<Cell> cells) {
        int rowSize = 0;
        for (Cell cell : cells) {
            rowSize += lengthDelimited(ProtoRow.DATUMS_FIELD_NUMBER, datumSize(cell));
        }
        byte[] bytes = new byte[lengthDelimited(ProtoSourceData.OK_FIELD_NUMBER, rowSize)];
        CodedOutputStream out = CodedOutputStream.newInstance(bytes);
        try {
            writeHead(out, ProtoSourceData.OK_FIELD_NUMBER, rowSize);
            for (Cell cell : cells) {
                writeHead(out, ProtoRow.DATUMS_FIELD_NUMBER, datumSize(cell));
                writeDatum(out, cell);
            }
            out.checkNoSpaceLeft();
        } catch (IOException e) {
            throw new UncheckedIOException("sizes were computed wrongly", e);
        }
        return Bytes.takeArray(bytes);
    }

    private static int lengthDelimited(int field, int size) {
        return CodedOutputStream.computeTagSize(field)
                + CodedOutputStream.computeUInt32SizeNoTag(size)
                + size;
    }

    private static void writeHead(CodedOutputStream out, int field, int size) throws IOException {
        out.writeTag(field, WireFormat.WIRETYPE_LENGTH_DELIMITED);
        out.writeUInt32NoTag(size);
    }

    /** The alternative without payload that stands for the cell's value, if there is one. */
    private static @Nullable ProtoDatumOther other(Cell cell) {
        if (cell.isNull()) {
            return ProtoDatumOther.NULL;
        }
        if (cell.kind() == Cell.Kind.BOOL) {
            return cell.number() == 0 ? ProtoDatumOther.FALSE : ProtoDatumOther.TRUE;
        }
        if (cell.kind() == Cell.Kind.NUMERIC && !PackedNumeric.isFinite(cell.bytes())) {
            return switch (PackedNumeric.special(cell.bytes())) {
                case NAN -> ProtoDatumOther.NUMERIC_NA_N;
                case POSITIVE_INFINITY -> ProtoDatumOther.NUMERIC_POS_INF;
                case NEGATIVE_INFINITY -> ProtoDatumOther.NUMERIC_NEG_INF;
            };
        }
        return null;
    }

    private static int datumSize(Cell cell) {
        ProtoDatumOther other = other(cell);
        if (other != null) {
            return CodedOutputStream.computeEnumSize(
                    ProtoDatum.OTHER_FIELD_NUMBER, other.getNumber());
        }
        int field = field(cell.kind());
        return switch (cell.kind()) {
            case INT16, INT32 -> CodedOutputStream.computeInt32Size(field, (int) cell.number());
            case INT64 -> CodedOutputStream.computeInt64Size(field, cell.number());
            case FLOAT32 -> CodedOutputStream.computeTagSize(field) + Float.BYTES;
            case FLOAT64 -> CodedOutputStream.computeTagSize(field) + Double.BYTES;
            case BYTES, STRING -> lengthDelimited(field, cell.length());
            case DATE -> lengthDelimited(field, int32Size(1, (int) cell.number()));
            case TIME ->
                    lengthDelimited(
                            field, uint32Size(1, packed(cell, 0)) + uint32Size(2, packed(cell, 4)));
            case TIMESTAMP, TIMESTAMP_TZ -> lengthDelimited(field, timestampSize(cell));
            case NUMERIC -> lengthDelimited(field, numericSize(cell));
            case BOOL -> throw new AssertionError(cell.kind());
        };
    }

    private static int field(Cell.Kind kind) {
        return switch (kind) {
            case BOOL -> ProtoDatum.OTHER_FIELD_NUMBER;
            case INT16 -> ProtoDatum.INT16_FIELD_NUMBER;
            case INT32 -> ProtoDatum.INT32_FIELD_NUMBER;
            case INT64 -> ProtoDatum.INT64_FIELD_NUMBER;
            case FLOAT32 -> ProtoDatum.FLOAT32_FIELD_NUMBER;
            case FLOAT64 -> ProtoDatum.FLOAT64_FIELD_NUMBER;
            case BYTES -> ProtoDatum.BYTES_FIELD_NUMBER;
            case STRING -> ProtoDatum.STRING_FIELD_NUMBER;
            case DATE -> ProtoDatum.DATE_FIELD_NUMBER;
            case TIME -> ProtoDatum.TIME_FIELD_NUMBER;
            case TIMESTAMP -> ProtoDatum.TIMESTAMP_FIELD_NUMBER;
            case TIMESTAMP_TZ -> ProtoDatum.TIMESTAMP_TZ_FIELD_NUMBER;
            case NUMERIC -> ProtoDatum.NUMERIC_FIELD_NUMBER;
        };
    }

    private static int packed(Cell cell, int offset) {
        return TemporalColumns.getInt(cell.bytes(), offset);
    }

    private static int year(Cell cell) {
        return packed(cell, 0) ^ Integer.MIN_VALUE;
    }

    private static int timestampSize(Cell cell) {
        return int32Size(ProtoNaiveDateTime.YEAR_FIELD_NUMBER, year(cell))
                + uint32Size(ProtoNaiveDateTime.ORDINAL_FIELD_NUMBER, packed(cell, 4))
                + uint32Size(ProtoNaiveDateTime.SECS_FIELD_NUMBER, packed(cell, 8))
                + uint32Size(ProtoNaiveDateTime.FRAC_FIELD_NUMBER, packed(cell, 12));
    }

    private static int numericSize(Cell cell) {
        byte[] packed = cell.bytes();
        int bcd = PackedNumeric.digits(packed) / 2 + 1;
        return lengthDelimited(ProtoNumeric.BCD_FIELD_NUMBER, bcd)
                + int32Size(ProtoNumeric.SCALE_FIELD_NUMBER, -PackedNumeric.exponent(packed));
    }

    /** Nothing for the default value. */
    private static int int32Size(int field, int value) {
        return value == 0 ? 0 : CodedOutputStream.computeInt32Size(field, value);
    }

    private static int uint32Size(int field, int value) {
        return value == 0 ? 0 : CodedOutputStream.computeUInt32Size(field, value);
    }

    private static void writeDatum(CodedOutputStream out, Cell cell) throws IOException {
        ProtoDatumOther other = other(cell);
        if (other != null) {
            out.writeEnum(ProtoDatum.OTHER_FIELD_NUMBER, other.getNumber());
            return;
        }
        int field = field(cell.kind());
        switch (cell.kind()) {
            case INT16, INT32 -> out.writeInt32(field, (int) cell.number());
            case INT64 -> out.writeInt64(field, cell.number());
            case FLOAT32 -> out.writeFixed32(field, (int) cell.number());
            case FLOAT64 -> out.writeFixed64(field, cell.number());
            case BYTES, STRING -> {
                writeHead(out, field, cell.length());
                out.write(cell.bytes(), 0, cell.length());
            }
            case DATE -> {
                writeHead(out, field, int32Size(1, (int) cell.number()));
                writeInt32(out, 1, (int) cell.number());
            }
            case TIME -> {
                int size = uint32Size(1, packed(cell, 0)) + uint32Size(2, packed(cell, 4));
                writeHead(out, field, size);
                writeUInt32(out, ProtoNaiveTime.SECS_FIELD_NUMBER, packed(cell, 0));
                writeUInt32(out, ProtoNaiveTime.FRAC_FIELD_NUMBER, packed(cell, 4));
            }
            case TIMESTAMP, TIMESTAMP_TZ -> {
                writeHead(out, field, timestampSize(cell));
                writeInt32(out, ProtoNaiveDateTime.YEAR_FIELD_NUMBER, year(cell));
                writeUInt32(out, ProtoNaiveDateTime.ORDINAL_FIELD_NUMBER, packed(cell, 4));
                writeUInt32(out, ProtoNaiveDateTime.SECS_FIELD_NUMBER, packed(cell, 8));
                writeUInt32(out, ProtoNaiveDateTime.FRAC_FIELD_NUMBER, packed(cell, 12));
            }
            case NUMERIC -> {
                writeHead(out, field, numericSize(cell));
                writeNumeric(out, cell.bytes());
            }
            case BOOL -> throw new AssertionError(cell.kind());
        }
    }

    private static void writeInt32(CodedOutputStream out, int field, int value) throws IOException {
        if (value != 0) {
            out.writeInt32(field, value);
        }
    }

    private static void writeUInt32(CodedOutputStream out, int field, int value)
            throws IOException {
        if (value != 0) {
            out.writeUInt32(field, value);
        }
    }

    private static void writeNumeric(CodedOutputStream out, byte[] packed) throws IOException {
        int digits = PackedNumeric.digits(packed);
        writeHead(out, ProtoNumeric.BCD_FIELD_NUMBER, digits / 2 + 1);
        // Pairs of digits, each at an odd position and the even one below it; with an even count
        // the first pair begins with a nibble that pads. The sign stands below digit 0.
        for (int i = digits / 2 * 2; i >= 0; i -= 2) {
            int high = i < digits ? PackedNumeric.digit(packed, i) : 0;
            int low =
                    i > 0
                            ? PackedNumeric.digit(packed, i - 1)
                            : PackedNumeric.isNegative(packed) ? SIGN_MINUS : SIGN_PLUS;
            out.write((byte) (high << 4 | low));
        }
        writeInt32(out, ProtoNumeric.SCALE_FIELD_NUMBER, -PackedNumeric.exponent(packed));
    }

    /**
     * Fills the cells from row bytes; or, if they hold an error, returns that and leaves the cells
     * alone. Columns that the row lacks are null, values beyond the columns are ignored.
     */
    static @Nullable Bytes decode(Bytes row, List<Cell> cells) throws CorruptDataException {
        ProtoSourceData proto;
        try {
            proto = ProtoSourceData.parseFrom(UnsafeByteOperations.unsafeWrap(row.asByteBuffer()));
        } catch (InvalidProtocolBufferException e) {
            throw new CorruptDataException("row bytes " + row + ": " + e.getMessage(), e);
        }
        if (proto.hasErr()) {
            return Bytes.takeArray(proto.getErr().toByteArray());
        }
        List<ProtoDatum> datums = proto.getOk().getDatumsList();
        for (int i = 0; i < cells.size(); i++) {
            Cell cell = cells.get(i);
            if (i >= datums.size()) {
                cell.setNull(0);
            } else if (!load(datums.get(i), cell)) {
                throw new CorruptDataException(
                        cell.column().describe()
                                + " holds "
                                + datums.get(i).getDatumTypeCase()
                                + " in row bytes "
                                + row);
            }
        }
        return null;
    }

    /** False if the datum is none of the cell's kind. */
    private static boolean load(ProtoDatum datum, Cell cell) {
        if (datum.getDatumTypeCase() == ProtoDatum.DatumTypeCase.OTHER) {
            return loadOther(datum.getOther(), cell);
        }
        if (datum.getDatumTypeCase().getNumber() != field(cell.kind())) {
            return false;
        }
        switch (cell.kind()) {
            case INT16 -> {
                cell.putLong(0, datum.getInt16());
                return datum.getInt16() == (short) datum.getInt16();
            }
            case INT32 -> cell.putLong(0, datum.getInt32());
            case INT64 -> cell.putLong(0, datum.getInt64());
            case FLOAT32 -> cell.putLong(0, Float.floatToRawIntBits(datum.getFloat32()));
            case FLOAT64 -> cell.putLong(0, Double.doubleToRawLongBits(datum.getFloat64()));
            case BYTES -> putBytes(cell, datum.getBytes());
            case STRING -> putBytes(cell, datum.getString());
            case DATE -> cell.putLong(0, datum.getDate().getDays());
            case TIME -> {
                ProtoNaiveTime time = datum.getTime();
                putInts(cell, time.getSecs(), time.getFrac());
            }
            case TIMESTAMP -> putTimestamp(cell, datum.getTimestamp());
            case TIMESTAMP_TZ -> putTimestamp(cell, datum.getTimestampTz());
            case NUMERIC -> {
                return putNumeric(cell, datum.getNumeric());
            }
            case BOOL -> throw new AssertionError(cell.kind());
        }
        return true;
    }

    private static boolean loadOther(ProtoDatumOther other, Cell cell) {
        switch (other) {
            case NULL -> cell.setNull(0);
            case FALSE, TRUE -> {
                cell.putLong(0, other == ProtoDatumOther.TRUE ? 1 : 0);
                return cell.kind() == Cell.Kind.BOOL;
            }
            case NUMERIC_NA_N -> {
                return putSpecial(cell, Numeric.Special.NAN);
            }
            case NUMERIC_POS_INF -> {
                return putSpecial(cell, Numeric.Special.POSITIVE_INFINITY);
            }
            case NUMERIC_NEG_INF -> {
                return putSpecial(cell, Numeric.Special.NEGATIVE_INFINITY);
            }
            default -> {
                return false;
            }
        }
        return true;
    }

    private static boolean putSpecial(Cell cell, Numeric.Special value) {
        byte[] packed = new byte[PackedNumeric.WIDTH];
        PackedNumeric.pack(value, packed);
        cell.putBytes(0, packed, 0, packed.length);
        return cell.kind() == Cell.Kind.NUMERIC;
    }

    private static void putBytes(Cell cell, ByteString source) {
        byte[] bytes = source.toByteArray();
        cell.putBytes(0, bytes, 0, bytes.length);
    }

    private static void putTimestamp(Cell cell, ProtoNaiveDateTime timestamp) {
        putInts(
                cell,
                timestamp.getYear() ^ Integer.MIN_VALUE,
                timestamp.getOrdinal(),
                timestamp.getSecs(),
                timestamp.getFrac());
    }

    private static void putInts(Cell cell, int... values) {
        byte[] bytes = new byte[Integer.BYTES * values.length];
        for (int i = 0; i < values.length; i++) {
            TemporalColumns.putInt(bytes, Integer.BYTES * i, values[i]);
        }
        cell.putBytes(0, bytes, 0, bytes.length);
    }

    /** Takes forms that are not canonical, too; false if it is no numeric. */
    private static boolean putNumeric(Cell cell, ProtoNumeric proto) {
        ByteString bcd = proto.getBcd();
        if (bcd.isEmpty() || bcd.size() > PackedNumeric.WIDTH) {
            return false;
        }
        StringBuilder digits = new StringBuilder();
        for (int i = 0; i < bcd.size(); i++) {
            digits.append(Character.forDigit((bcd.byteAt(i) >> 4) & 0xf, 16));
            digits.append(Character.forDigit(bcd.byteAt(i) & 0xf, 16));
        }
        char sign = digits.charAt(digits.length() - 1);
        digits.setLength(digits.length() - 1);
        if (sign < 'a' || digits.chars().anyMatch(c -> c > '9')) {
            return false;
        }
        BigInteger magnitude = new BigInteger(digits.toString());
        BigInteger unscaled = sign == 'b' || sign == 'd' ? magnitude.negate() : magnitude;
        int scale = proto.getScale();
        byte[] packed = new byte[PackedNumeric.WIDTH];
        boolean fits =
                Math.abs((long) scale) <= 2 * PackedNumeric.WIDTH
                        && PackedNumeric.pack(new BigDecimal(unscaled, scale), packed);
        cell.putBytes(0, packed, 0, packed.length);
        return fits;
    }
}
