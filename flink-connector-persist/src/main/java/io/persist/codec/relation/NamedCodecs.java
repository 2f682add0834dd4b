package io.persist.codec.relation;

import io.persist.codec.Bytes;
import io.persist.codec.Codec;
import io.persist.codec.Codecs;
import io.persist.codec.CorruptDataException;

import java.util.List;

/** Codecs by the names that shards record. */
public final class NamedCodecs {
    private static final List<Codec<?>> SIMPLE =
            List.of(Codecs.STRING, Codecs.BYTES, Codecs.UNIT, Codecs.SHARD_ID);

    private NamedCodecs() {}

    /**
     * The codec that a shard names, bound to the schema registered there.
     *
     * @throws IllegalArgumentException if there is no codec of that name, or it does not support a
     *     type in the schema
     * @throws CorruptDataException if the schema does not decode, or is not empty for a codec that
     *     has none
     */
    public static Codec<?> byName(String name, Bytes schema) throws CorruptDataException {
        if (name.equals(RelationCodec.NAME)) {
            return RelationCodec.of(RelationDescEncoding.decode(schema));
        }
        for (Codec<?> codec : SIMPLE) {
            if (codec.name().equals(name)) {
                if (!schema.isEmpty()) {
                    throw new CorruptDataException(
                            "schema of codec " + name + " must be empty, found " + schema);
                }
                return codec;
            }
        }
        throw new IllegalArgumentException("no codec named '" + name + "'");
    }
}
