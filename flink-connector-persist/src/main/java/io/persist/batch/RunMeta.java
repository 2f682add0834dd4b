package io.persist.batch;

import io.persist.codec.Bytes;
import io.persist.codec.SchemaId;

import org.jspecify.annotations.Nullable;

import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.UUID;

/**
 * What state says of a run besides its parts.
 *
 * @param order absent in old data
 * @param schema schema of all parts of the run
 * @param deprecatedSchema kept for round trips only
 * @param id text of the run id, only with incremental compaction
 * @param len updates of the run, only with incremental compaction
 * @param meta kept for round trips, ascending by key
 * @param unknown fields of a newer peer, serialized
 */
public record RunMeta(
        Optional<RunOrder> order,
        Optional<SchemaId> schema,
        Optional<SchemaId> deprecatedSchema,
        Optional<String> id,
        Optional<Long> len,
        Map<String, Bytes> meta,
        Bytes unknown) {
    public static final RunMeta NONE = of(null, null);

    public RunMeta {
        meta = java.util.Collections.unmodifiableMap(new TreeMap<>(meta));
    }

    /** For a run whose parts have {@code schema}, recorded in {@code field}. */
    public static RunMeta of(
            RunOrder order, @Nullable SchemaId schema, BatchConfig.SchemaField field) {
        RunMeta current = of(order, schema);
        return field == BatchConfig.SchemaField.CURRENT
                ? current
                : new RunMeta(
                        current.order,
                        Optional.empty(),
                        current.schema,
                        current.id,
                        current.len,
                        current.meta,
                        current.unknown);
    }

    public static RunMeta of(@Nullable RunOrder order, @Nullable SchemaId schema) {
        return new RunMeta(
                Optional.ofNullable(order),
                Optional.ofNullable(schema),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Map.of(),
                Bytes.EMPTY);
    }

    /**
     * The same run with a name of its own.
     *
     * @param updates of the run
     */
    public RunMeta withIdentity(UUID runId, long updates) {
        return new RunMeta(
                order,
                schema,
                deprecatedSchema,
                Optional.of("ri" + runId),
                Optional.of(updates),
                meta,
                unknown);
    }
}
