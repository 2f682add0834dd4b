package io.persist.codec;

import org.apache.arrow.vector.types.pojo.ArrowType;

/**
 * The codecs of values that stand alone. They have no schema. Relations, and codecs by name, are in
 * {@code codec.relation}.
 */
public final class Codecs {
    /** Any string without unpaired surrogates. */
    public static final Codec<String> STRING = new StringCodec();

    public static final Codec<Bytes> BYTES = new BytesCodec();

    /** For keys or values that carry nothing. */
    public static final Codec<Unit> UNIT = new UnitCodec();

    public static final Codec<ShardId> SHARD_ID = new ShardIdCodec();

    private Codecs() {}

    private static final class StringCodec extends VariableWidthCodec<String> {
        StringCodec() {
            super("String", new ArrowType.Utf8());
        }

        @Override
        byte[] toBytes(String value) {
            return Utf8.encode(value);
        }

        @Override
        Putter<String> putter(BytesWriter target) {
            Utf8Buffer utf8 = new Utf8Buffer();
            return (row, value) -> {
                int length = utf8.encode(value);
                target.put(row, utf8.bytes(), 0, length);
                return length;
            };
        }

        @Override
        String fromBytes(Bytes row) throws CorruptDataException {
            return Utf8.decode(row);
        }
    }

    private static final class BytesCodec extends VariableWidthCodec<Bytes> {
        BytesCodec() {
            super("Vec<u8>", new ArrowType.Binary());
        }

        @Override
        byte[] toBytes(Bytes value) {
            return value.toArray();
        }

        @Override
        Putter<Bytes> putter(BytesWriter target) {
            return (row, value) -> {
                value.putInto(target, row);
                return value.length();
            };
        }

        @Override
        Bytes fromBytes(Bytes row) {
            return row;
        }
    }

    private static final class ShardIdCodec extends VariableWidthCodec<ShardId> {
        ShardIdCodec() {
            super("ShardId", new ArrowType.Utf8());
        }

        @Override
        byte[] toBytes(ShardId value) {
            return Utf8.encode(value.toString());
        }

        @Override
        Putter<ShardId> putter(BytesWriter target) {
            return (row, value) -> {
                byte[] bytes = toBytes(value);
                target.put(row, bytes, 0, bytes.length);
                return bytes.length;
            };
        }

        @Override
        ShardId fromBytes(Bytes row) throws CorruptDataException {
            String text = Utf8.decode(row);
            try {
                return ShardId.parse(text);
            } catch (IllegalArgumentException e) {
                throw new CorruptDataException("shard id '" + text + "'", e);
            }
        }
    }
}
