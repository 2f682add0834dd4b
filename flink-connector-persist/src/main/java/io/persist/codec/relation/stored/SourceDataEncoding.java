package io.persist.codec.relation.stored;

import com.google.protobuf.ByteString;
import com.google.protobuf.CodedInputStream;
import com.google.protobuf.UnsafeByteOperations;

import io.persist.codec.Bytes;
import io.persist.codec.CorruptDataException;
import io.persist.codec.proto.ProtoDatum;
import io.persist.codec.proto.ProtoRow;
import io.persist.codec.proto.ProtoSourceData;
import io.persist.codec.relation.stored.Cell.Kind;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.util.List;

/** Row bytes: rows from and to cells, errors as they are. One thread. */
public final class SourceDataEncoding {
    /** Messages within messages: enough for {@link Json#MAX_DEPTH} objects, three for each. */
    static final int MAX_MESSAGE_DEPTH = 3 * Json.MAX_DEPTH + 100;

    private final BackwardOutput out = new BackwardOutput();
    private final DatumWriteEncoding datums = new DatumWriteEncoding(out);

    public static Bytes encodeError(Bytes dataflowError) {
        ByteString err = UnsafeByteOperations.unsafeWrap(dataflowError.asByteBuffer());
        return Bytes.takeArray(ProtoSourceData.newBuilder().setErr(err).build().toByteArray());
    }

    /** The row of the values at row 0 of the cells. */
    public Bytes encode(List<Cell> cells) {
        out.clear();
        for (int i = cells.size() - 1; i >= 0; i--) {
            datums.field(ProtoRow.DATUMS_FIELD_NUMBER, cells.get(i), 0);
        }
        out.endDelimited(ProtoSourceData.OK_FIELD_NUMBER, 0);
        return out.toBytes();
    }

    /** The value at row 0 of a cell, as rows have it. */
    public Bytes encodeValue(Cell cell) {
        out.clear();
        datums.datum(cell, 0);
        return out.toBytes();
    }

    /**
     * Fills row 0 of the cells from row bytes; or, if they hold an error, returns that and leaves
     * the cells alone. Columns that the row lacks are null, values beyond the columns are ignored.
     *
     * @throws CorruptDataException if the bytes are no row, or a value is not of its cell's kind.
     *     Whether it is one of the column's type is for the column to check
     */
    public @Nullable Bytes decode(Bytes row, List<Cell> cells) throws CorruptDataException {
        ProtoSourceData proto;
        try {
            proto = ProtoSourceData.parseFrom(input(row));
        } catch (IOException e) {
            throw new CorruptDataException("row bytes " + row + ": " + e.getMessage(), e);
        }
        if (proto.hasErr()) {
            return Bytes.takeArray(proto.getErr().toByteArray());
        }
        List<ProtoDatum> values = proto.getOk().getDatumsList();
        for (int i = 0; i < cells.size(); i++) {
            Cell cell = cells.get(i);
            if (i >= values.size()) {
                cell.setNull(0);
                continue;
            }
            try {
                DatumReadEncoding.load(values.get(i), cell, 0);
            } catch (CorruptDataException e) {
                throw new CorruptDataException(e.getMessage() + ", in row bytes " + row, e);
            }
        }
        return null;
    }

    static CodedInputStream input(Bytes bytes) {
        CodedInputStream input = CodedInputStream.newInstance(bytes.asByteBuffer());
        input.setRecursionLimit(MAX_MESSAGE_DEPTH);
        return input;
    }

    /** The alternative of {@code ProtoDatum} for values of this kind. */
    static int field(Kind kind) {
        return switch (kind) {
            case BOOL, JSONB -> ProtoDatum.OTHER_FIELD_NUMBER; // JSON has many more
            case INT16 -> ProtoDatum.INT16_FIELD_NUMBER;
            case INT32 -> ProtoDatum.INT32_FIELD_NUMBER;
            case INT64 -> ProtoDatum.INT64_FIELD_NUMBER;
            case UINT8 -> ProtoDatum.UINT8_FIELD_NUMBER;
            case UINT16 -> ProtoDatum.UINT16_FIELD_NUMBER;
            case UINT32 -> ProtoDatum.UINT32_FIELD_NUMBER;
            case UINT64 -> ProtoDatum.UINT64_FIELD_NUMBER;
            case FLOAT32 -> ProtoDatum.FLOAT32_FIELD_NUMBER;
            case FLOAT64 -> ProtoDatum.FLOAT64_FIELD_NUMBER;
            case NUMERIC -> ProtoDatum.NUMERIC_FIELD_NUMBER;
            case BYTES -> ProtoDatum.BYTES_FIELD_NUMBER;
            case STRING -> ProtoDatum.STRING_FIELD_NUMBER;
            case DATE -> ProtoDatum.DATE_FIELD_NUMBER;
            case TIME -> ProtoDatum.TIME_FIELD_NUMBER;
            case TIMESTAMP -> ProtoDatum.TIMESTAMP_FIELD_NUMBER;
            case TIMESTAMP_TZ -> ProtoDatum.TIMESTAMP_TZ_FIELD_NUMBER;
            case INTERVAL -> ProtoDatum.INTERVAL_FIELD_NUMBER;
            case UUID -> ProtoDatum.UUID_FIELD_NUMBER;
            case MZ_TIMESTAMP -> ProtoDatum.MZ_TIMESTAMP_FIELD_NUMBER;
            case ACL_ITEM -> ProtoDatum.ACL_ITEM_FIELD_NUMBER;
            case MZ_ACL_ITEM -> ProtoDatum.MZ_ACL_ITEM_FIELD_NUMBER;
            case RANGE -> ProtoDatum.RANGE_FIELD_NUMBER;
            case MAP -> ProtoDatum.DICT_FIELD_NUMBER;
            case ARRAY -> ProtoDatum.ARRAY_FIELD_NUMBER;
            case LIST, RECORD, EMPTY_RECORD -> ProtoDatum.LIST_FIELD_NUMBER;
        };
    }
}
