package io.persist.shard;

import io.persist.codec.Bytes;
import io.persist.codec.Codec;
import io.persist.codec.CorruptDataException;
import io.persist.codec.relation.NamedCodecs;
import io.persist.state.EncodedSchemas;
import io.persist.state.State;

import org.jspecify.annotations.Nullable;

/** The codecs that a shard itself names, bound to one of its registered schemas. */
public record StoredCodecs(Codec<?> key, Codec<?> val) {
    /**
     * Bound to the newest schema.
     *
     * @throws IncompatibleShardException if this build has no such codec, or the schema has a type
     *     that it does not support
     */
    public static StoredCodecs of(State state)
            throws CorruptDataException, IncompatibleShardException {
        return of(
                state,
                state.schemas().isEmpty() ? null : state.schemas().get(state.schemas().lastKey()));
    }

    /**
     * Bound to {@code schemas}, an entry of the registry; null if it has none.
     *
     * @throws IncompatibleShardException if this build has no such codec, or the schema has a type
     *     that it does not support
     */
    public static StoredCodecs of(State state, @Nullable EncodedSchemas schemas)
            throws CorruptDataException, IncompatibleShardException {
        return new StoredCodecs(
                codec(
                        state,
                        "key",
                        state.codecs().key(),
                        schemas == null ? Bytes.EMPTY : schemas.key()),
                codec(
                        state,
                        "value",
                        state.codecs().val(),
                        schemas == null ? Bytes.EMPTY : schemas.val()));
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
