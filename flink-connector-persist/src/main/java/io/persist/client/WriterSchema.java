package io.persist.client;

import io.persist.batch.BatchSchema;
import io.persist.codec.Bytes;
import io.persist.codec.Codec;
import io.persist.codec.CorruptDataException;
import io.persist.codec.DataTypeEncoding;
import io.persist.codec.SchemaId;
import io.persist.codec.relation.RelationCodec;
import io.persist.codec.relation.RelationDescEncoding;
import io.persist.shard.IncompatibleShardException;
import io.persist.shard.Machine;
import io.persist.shard.Profile;
import io.persist.state.EncodedSchemas;
import io.persist.state.Schemas;
import io.persist.state.State;
import io.persist.store.StoreException;

import org.jspecify.annotations.Nullable;

import java.util.Objects;
import java.util.Optional;

/**
 * The schema a handle writes with, and what the shard's registry calls it. Registered at open for
 * peers of the 0.128 generation, else before the first append of data. One thread.
 */
final class WriterSchema<K, V> {
    private final Codec<K> key;
    private final Codec<V> val;
    private final EncodedSchemas encoded;
    private @Nullable SchemaId id;

    private WriterSchema(Codec<K> key, Codec<V> val) {
        this.key = key;
        this.val = val;
        this.encoded =
                new EncodedSchemas(
                        key.schema(),
                        val.schema(),
                        DataTypeEncoding.encodeColumnOf(key),
                        DataTypeEncoding.encodeColumnOf(val),
                        Bytes.EMPTY);
    }

    /**
     * Looks the schema up.
     *
     * @throws IncompatibleShardException if the shard has other schemas and not this one
     */
    static <K, V> WriterSchema<K, V> open(Machine machine, Codec<K> key, Codec<V> val)
            throws StoreException,
                    CorruptDataException,
                    IncompatibleShardException,
                    InterruptedException {
        WriterSchema<K, V> schema = new WriterSchema<>(key, val);
        State state = machine.state();
        schema.id = Schemas.find(state, schema::isSame);
        boolean registerNow = machine.profile() == Profile.P128 || !state.schemas().isEmpty();
        if (schema.id == null && registerNow) {
            schema.ensureRegistered(machine);
        }
        return schema;
    }

    BatchSchema<K, V> batchSchema() {
        return new BatchSchema<>(key, val, id);
    }

    /** Nothing if the shard is finished. */
    Optional<SchemaId> ensureRegistered(Machine machine)
            throws StoreException,
                    CorruptDataException,
                    IncompatibleShardException,
                    InterruptedException {
        if (id != null) {
            return Optional.of(id);
        }
        Schemas.Registration registration =
                machine.apply(state -> Schemas.register(state, encoded, this::isSame));
        if (registration instanceof Schemas.Registration.OtherSchemas others) {
            throw new IncompatibleShardException(
                    "schema mismatch on shard "
                            + machine.shard()
                            + ": the writer has "
                            + describe(encoded)
                            + ", the shard's latest registered schema "
                            + others.latest()
                            + " is "
                            + describe(
                                    Objects.requireNonNull(
                                            machine.state().schemas().get(others.latest())))
                            + "; write with a registered schema, or to another shard");
        }
        if (registration instanceof Schemas.Registration.Registered registered) {
            id = registered.id();
        }
        return Optional.ofNullable(id);
    }

    /** Whether a registered entry means the same, however it was encoded. */
    private boolean isSame(EncodedSchemas other) {
        return isSame(key, other.key()) && isSame(val, other.val());
    }

    private static boolean isSame(Codec<?> codec, Bytes other) {
        if (codec.schema().equals(other)) {
            return true;
        }
        if (!codec.name().equals(RelationCodec.NAME)) {
            return false;
        }
        try {
            return RelationDescEncoding.decode(codec.schema())
                    .equals(RelationDescEncoding.decode(other));
        } catch (CorruptDataException e) {
            return false;
        }
    }

    private String describe(EncodedSchemas schemas) {
        return "(key "
                + key.name()
                + " "
                + schemas.key()
                + ", value "
                + val.name()
                + " "
                + schemas.val()
                + ")";
    }
}
