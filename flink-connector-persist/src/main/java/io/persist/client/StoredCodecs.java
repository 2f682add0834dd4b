package io.persist.client;

import io.persist.codec.Bytes;
import io.persist.codec.Codec;
import io.persist.codec.CorruptDataException;
import io.persist.codec.relation.NamedCodecs;
import io.persist.shard.IncompatibleShardException;
import io.persist.state.EncodedSchemas;
import io.persist.state.State;

import java.util.Objects;

/** The codecs that a shard itself names, bound to its newest registered schema. */
record StoredCodecs(Codec<?> key, Codec<?> val) {
    /**
     * @throws IncompatibleShardException if this build has no such codec, or the schema has a type
     *     that it does not support
     */
    static StoredCodecs of(State state) throws CorruptDataException, IncompatibleShardException {
        Bytes keySchema = Bytes.EMPTY;
        Bytes valSchema = Bytes.EMPTY;
        if (!state.schemas().isEmpty()) {
            EncodedSchemas newest =
                    Objects.requireNonNull(state.schemas().get(state.schemas().lastKey()));
            keySchema = newest.key();
            valSchema = newest.val();
        }
        return new StoredCodecs(
                codec(state, "key", state.codecs().key(), keySchema),
                codec(state, "value", state.codecs().val(), valSchema));
    }

    private static Codec<?> codec(State state, String what, String name, Bytes schema)
            throws CorruptDataException, IncompatibleShardException {
        try {
            return NamedCodecs.byName(name, schema);
        } catch (CorruptDataException e) {
            throw e.in(what + " schema of shard " + state.shard());
        } catch (IllegalArgumentException e) {
            throw new IncompatibleShardException(
                    what + "s of shard " + state.shard() + " cannot be read: " + e.getMessage());
        }
    }
}
