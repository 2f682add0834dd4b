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
