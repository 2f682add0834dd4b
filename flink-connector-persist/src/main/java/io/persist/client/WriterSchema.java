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
 * peers of the 0.128 generation and for shards that have schemas, else before the first append of
 * data. Where others are registered, it must be one of them, or add to the newest nullable columns
 * at the end. One thread.
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
     * @throws IncompatibleShardException if the shard has other schemas, which this one neither is
     *     nor adds to
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
        Schemas.Registration registration = register(machine);
        while (registration instanceof Schemas.Registration.OtherSchemas others) {
            Schemas.EvolveOutcome outcome =
                    machine.apply(
                            state ->
                                    Schemas.compareAndEvolve(
                                            state, others.latest(), encoded, this::evolution));
            if (outcome instanceof Schemas.EvolveOutcome.Evolved evolved) {
                id = evolved.id();
                return Optional.of(evolved.id());
            }
            if (outcome instanceof Schemas.EvolveOutcome.Incompatible) {
                throw mismatch(machine, others.latest());
            }
            // Somebody else evolved it meanwhile; schemas only become more.
            registration = register(machine);
        }
        if (registration instanceof Schemas.Registration.Registered registered) {
            id = registered.id();
        }
        return Optional.ofNullable(id);
    }

    private Schemas.Registration register(Machine machine)
            throws StoreException,
                    CorruptDataException,
                    IncompatibleShardException,
                    InterruptedException {
        return machine.apply(state -> Schemas.register(state, encoded, this::isSame));
    }

    private IncompatibleShardException mismatch(Machine machine, SchemaId latest) {
        return new IncompatibleShardException(
                "schema mismatch on shard "
                        + machine.shard()
                        + ": the writer has "
                        + describe(encoded)
                        + ", the shard's latest registered schema "
                        + latest
                        + " is "
                        + describe(Objects.requireNonNull(machine.state().schemas().get(latest)))
                        + "; write with a registered schema or one that adds nullable columns at"
                        + " the end of the latest, or to another shard");
    }

    private Schemas.Evolution evolution(EncodedSchemas from, EncodedSchemas to) {
        if (isSame(from)) {
            return Schemas.Evolution.SAME;
        }
        return isExtended(key, from.key(), to.key()) && isExtended(val, from.val(), to.val())
                ? Schemas.Evolution.COMPATIBLE
                : Schemas.Evolution.INCOMPATIBLE;
    }

    private static boolean isExtended(Codec<?> codec, Bytes from, Bytes to) {
        if (isSame(codec, from)) {
            return true;
        }
        if (!codec.name().equals(RelationCodec.NAME)) {
            return false;
        }
        try {
            return RelationDescEncoding.decode(from).isExtendedBy(RelationDescEncoding.decode(to));
        } catch (CorruptDataException e) {
            return false;
        }
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
