package io.persist.state;

import io.persist.codec.SchemaId;

import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.BiFunction;
import java.util.function.Predicate;

/**
 * Commands of the schema registry, which only grows: ids are dense from 0. Whether two encoded
 * schemas mean the same, the caller knows, who has the codec.
 */
public final class Schemas {
    private Schemas() {}

    /** What registering came to. */
    public sealed interface Registration {
        /** The shard has it, from before or from now on. */
        record Registered(SchemaId id) implements Registration {}

        /** The shard has other schemas; a new one is added only by evolving the latest. */
        record OtherSchemas(SchemaId latest) implements Registration {}

        /** The shard is finished. */
        record Finished() implements Registration {}
    }

    /** How a schema relates to the one it would replace. */
    public enum Evolution {
        SAME,
        COMPATIBLE,
        INCOMPATIBLE
    }

    /** What evolving came to. */
    public sealed interface EvolveOutcome {
        /** The shard's latest schema, from before or from now on. */
        record Evolved(SchemaId id) implements EvolveOutcome {}

        /**
         * The latest schema is another one than expected.
         *
         * @param latest null if there is none
         */
        record ExpectedMismatch(@Nullable SchemaId latest) implements EvolveOutcome {}

        record Incompatible() implements EvolveOutcome {}
    }

    /** Id of the newest entry that {@code same} accepts; null if there is none. */
    public static @Nullable SchemaId find(State state, Predicate<EncodedSchemas> same) {
        List<Map.Entry<SchemaId, EncodedSchemas>> entries =
                new ArrayList<>(state.schemas().entrySet());
        Collections.reverse(entries);
        for (Map.Entry<SchemaId, EncodedSchemas> entry : entries) {
            if (same.test(entry.getValue())) {
                return entry.getKey();
            }
        }
        return null;
    }

    /**
     * Finds a schema, or registers it as the first one.
     *
     * @param same whether an entry means the same as {@code schemas}
     */
    public static Transition<Registration> register(
            State state, EncodedSchemas schemas, Predicate<EncodedSchemas> same) {
        SchemaId found = find(state, same);
        if (found != null) {
            return new Transition.NoOp<>(new Registration.Registered(found));
        }
        if (state.isTombstone()) {
            return new Transition.NoOp<>(new Registration.Finished());
        }
        if (!state.schemas().isEmpty()) {
            return new Transition.NoOp<>(new Registration.OtherSchemas(state.schemas().lastKey()));
        }
        SchemaId id = new SchemaId(0);
        return new Transition.Changed<>(with(state, id, schemas), new Registration.Registered(id));
    }

    /**
     * Adds a schema after the latest one.
     *
     * @param expected id of the latest schema
     * @param evolution how {@code schemas} (second) relates to an entry (first)
     */
    public static Transition<EvolveOutcome> compareAndEvolve(
            State state,
            SchemaId expected,
            EncodedSchemas schemas,
            BiFunction<EncodedSchemas, EncodedSchemas, Evolution> evolution) {
        SchemaId latest = state.schemas().isEmpty() ? null : state.schemas().lastKey();
        EncodedSchemas current = state.schemas().get(expected);
        if (!expected.equals(latest) || current == null) {
            return new Transition.NoOp<>(new EvolveOutcome.ExpectedMismatch(latest));
        }
        return switch (evolution.apply(current, schemas)) {
            case SAME -> new Transition.NoOp<>(new EvolveOutcome.Evolved(expected));
            case INCOMPATIBLE -> new Transition.NoOp<>(new EvolveOutcome.Incompatible());
            case COMPATIBLE -> {
                SchemaId id = new SchemaId(state.schemas().size());
                yield new Transition.Changed<>(
                        with(state, id, schemas), new EvolveOutcome.Evolved(id));
            }
        };
    }

    private static State with(State state, SchemaId id, EncodedSchemas schemas) {
        SortedMap<SchemaId, EncodedSchemas> registry = new TreeMap<>(state.schemas());
        registry.put(id, schemas);
        return state.toBuilder().schemas(registry).build();
    }
}
