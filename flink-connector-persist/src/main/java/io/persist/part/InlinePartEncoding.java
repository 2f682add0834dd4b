package io.persist.part;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.UnsafeByteOperations;

import io.persist.codec.ArrayDataEncoding;
import io.persist.codec.Bytes;
import io.persist.codec.CorruptDataException;
import io.persist.frontier.Description;
import io.persist.frontier.TimeDomain;
import io.persist.part.Updates.RowColumns;
import io.persist.part.Updates.StructuredColumns;
import io.persist.part.proto.ProtoColumnarRecords;
import io.persist.part.proto.ProtoInlineBatchPart;

import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.vector.BigIntVector;
import org.apache.arrow.vector.FieldVector;
import org.apache.arrow.vector.VarBinaryVector;
import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.List;

/** The bytes of inline parts. */
final class InlinePartEncoding {
    private InlinePartEncoding() {}

    static Bytes encode(Updates updates, PartFormat format, Description desc, long index) {
        ProtoColumnarRecords.Builder records =
                ProtoColumnarRecords.newBuilder().setLen(updates.count());
        RowColumns rows = updates.rows();
        if (format != PartFormat.STRUCTURED && rows != null) {
            int[] keyOffsets = offsets(rows.keys());
            int[] valOffsets = offsets(rows.vals());
            records.setKeyData(data(rows.keys(), keyOffsets));
            records.setValData(data(rows.vals(), valOffsets));
            for (int i = 0; i <= updates.count(); i++) {
                records.addKeyOffsets(keyOffsets[i] - keyOffsets[0]);
                records.addValOffsets(valOffsets[i] - valOffsets[0]);
            }
        }
        for (int i = 0; i < updates.count(); i++) {
            records.addTimestamps(updates.times().get(i));
            records.addDiffs(updates.diffs().get(i));
        }
        StructuredColumns structured = updates.structured();
        if (format != PartFormat.ROW && structured != null) {
            records.setKeyStructured(ArrayDataEncoding.toProto(structured.keys()));
            records.setValStructured(ArrayDataEncoding.toProto(structured.vals()));
        }
        return Bytes.takeArray(
                ProtoInlineBatchPart.newBuilder()
                        .setDesc(DescriptionEncoding.toProto(desc))
                        .setIndex(index)
                        .setUpdates(records)
                        .build()
                        .toByteArray());
    }

    private static int[] offsets(VarBinaryVector vector) {
        int[] offsets = new int[vector.getValueCount() + 1];
        for (int i = 0; i < offsets.length; i++) {
            offsets[i] = vector.getOffsetBuffer().getInt(4L * i);
        }
        return offsets;
    }

    private static ByteString data(VarBinaryVector vector, int[] offsets) {
        byte[] data = new byte[offsets[offsets.length - 1] - offsets[0]];
        if (data.length > 0) {
            vector.getDataBuffer().getBytes(offsets[0], data);
        }
        return UnsafeByteOperations.unsafeWrap(data);
    }

    static DecodedPart decode(Bytes encoded, BufferAllocator allocator, TimeDomain times)
            throws CorruptDataException {
        ProtoInlineBatchPart proto;
        try {
            proto =
                    ProtoInlineBatchPart.parseFrom(
                            UnsafeByteOperations.unsafeWrap(encoded.asByteBuffer()));
        } catch (InvalidProtocolBufferException e) {
            throw new CorruptDataException("expected a protobuf message, found " + encoded, e);
        }
        if (!proto.hasDesc() || !proto.hasUpdates()) {
            throw new CorruptDataException(
                    "expected a description and updates, found none of "
                            + (proto.hasDesc() ? "the latter" : "the former"));
        }
        Description desc = DescriptionEncoding.description(proto.getDesc(), times);
        try (Vectors vectors = new Vectors(proto.getUpdates(), allocator)) {
            Updates updates = vectors.read();
            vectors.release();
            return new DecodedPart(desc, proto.getIndex(), updates);
        }
    }

    /** The columns read so far, closed unless they are released. */
    private static final class Vectors implements AutoCloseable {
        private final ProtoColumnarRecords records;
        private final BufferAllocator allocator;
        private final List<FieldVector> open = new ArrayList<>();
        private final int count;

        Vectors(ProtoColumnarRecords records, BufferAllocator allocator) {
            this.records = records;
            this.allocator = allocator;
            this.count = records.getTimestampsCount();
        }

        Updates read() throws CorruptDataException {
            if (count == 0 || records.getLen() != count || records.getDiffsCount() != count) {
                throw new CorruptDataException(
                        "expected as many timestamps and diffs as updates, at least one, found "
                                + count
                                + " and "
                                + records.getDiffsCount()
                                + " for "
                                + Long.toUnsignedString(records.getLen()));
            }
            BigIntVector times = longs("t", records.getTimestampsList());
            BigIntVector diffs = longs("d", records.getDiffsList());
            RowColumns rows = null;
            if (records.getKeyOffsetsCount() > 0 || records.getValOffsetsCount() > 0) {
                rows =
                        new RowColumns(
                                bytes("k", records.getKeyOffsetsList(), records.getKeyData()),
                                bytes("v", records.getValOffsetsList(), records.getValData()));
            }
            StructuredColumns structured = structured();
            if (rows == null && structured == null) {
                throw new CorruptDataException(
                        "expected keys and values as rows or as columns, found neither");
            }
            return new Updates(rows, structured, times, diffs);
        }

        /** Null if either column is absent: the reference then uses the rows alone, too. */
        private @Nullable StructuredColumns structured() throws CorruptDataException {
            if (!records.hasKeyStructured() || !records.hasValStructured()) {
                return null;
            }
            FieldVector keys =
                    opened(
                            ArrayDataEncoding.fromProto(
                                    records.getKeyStructured(), "k_s", allocator));
            FieldVector vals =
                    opened(
                            ArrayDataEncoding.fromProto(
                                    records.getValStructured(), "v_s", allocator));
            if (keys.getValueCount() != count || vals.getValueCount() != count) {
                throw new CorruptDataException(
                        "expected "
                                + count
                                + " structured keys and values, found "
                                + keys.getValueCount()
                                + " and "
                                + vals.getValueCount());
            }
            return new StructuredColumns(keys, vals);
        }

        private BigIntVector longs(String name, List<Long> values) {
            BigIntVector vector = opened(new BigIntVector(name, allocator));
            vector.allocateNew(count);
            for (int i = 0; i < count; i++) {
                vector.set(i, values.get(i));
            }
            vector.setValueCount(count);
            return vector;
        }

        /** Offsets need not begin at 0, and data may go on after the last one. */
        private VarBinaryVector bytes(String name, List<Integer> offsets, ByteString data)
                throws CorruptDataException {
            if (offsets.size() != count + 1) {
                throw new CorruptDataException(
                        "column "
                                + name
                                + ": expected "
                                + (count + 1)
                                + " offsets, found "
                                + offsets.size());
            }
            int last = 0;
            for (int offset : offsets) {
                if (offset < last || offset > data.size()) {
                    throw new CorruptDataException(
                            "column "
                                    + name
                                    + ": expected an offset between "
                                    + last
                                    + " and "
                                    + data.size()
                                    + ", found "
                                    + offset);
                }
                last = offset;
            }
            int first = offsets.get(0);
            byte[] used = data.substring(first, last).toByteArray();
            VarBinaryVector vector = opened(new VarBinaryVector(name, allocator));
            vector.allocateNew(Math.max(1, used.length), count);
            for (int i = 0; i < count; i++) {
                int start = offsets.get(i) - first;
                vector.set(i, used, start, offsets.get(i + 1) - first - start);
            }
            vector.setValueCount(count);
            return vector;
        }

        private <V extends FieldVector> V opened(V vector) {
            open.add(vector);
            return vector;
        }

        void release() {
            open.clear();
        }

        @Override
        public void close() {
            open.forEach(FieldVector::close);
        }
    }
}
