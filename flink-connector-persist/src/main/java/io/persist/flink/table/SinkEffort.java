package io.persist.flink.table;

import io.persist.client.PersistConfig;
import io.persist.flink.sink.PersistSink;

import org.apache.flink.configuration.ConfigOption;
import org.apache.flink.configuration.ConfigOptions;
import org.apache.flink.configuration.MemorySize;
import org.apache.flink.configuration.ReadableConfig;
import org.apache.flink.table.api.ValidationException;
import org.jspecify.annotations.Nullable;

import java.time.Duration;
import java.util.Set;
import java.util.function.Consumer;

/**
 * What a table's sink spends on writing: memory, patience, upkeep. Null is the default of {@link
 * PersistSink.Builder}, which also says what each is for.
 */
record SinkEffort(
        @Nullable MemorySize partTarget,
        @Nullable Integer maxOutstandingParts,
        @Nullable Duration commitTimeout,
        @Nullable Duration commitMemory,
        PersistConfig.@Nullable Maintenance maintenance,
        @Nullable Duration historyRetention) {
    /** For memory against the speed of reading. */
    static final ConfigOption<MemorySize> PART_TARGET =
            ConfigOptions.key("sink.part-target")
                    .memoryType()
                    .noDefaultValue()
                    .withDescription(
                            "Size of a part before encoding, 32 mb by default. Smaller parts take"
                                    + " less memory and read slower.");

    /** To hide a slow store. */
    static final ConfigOption<Integer> MAX_OUTSTANDING_PARTS =
            ConfigOptions.key("sink.max-outstanding-parts")
                    .intType()
                    .noDefaultValue()
                    .withDescription(
                            "Parts that upload while the next one fills, 2 by default. More hide a"
                                    + " slow store, for memory.");

    /** Below the checkpoint timeout. */
    static final ConfigOption<Duration> COMMIT_TIMEOUT =
            ConfigOptions.key("sink.commit-timeout")
                    .durationType()
                    .noDefaultValue()
                    .withDescription(
                            "How long a store that does not answer is tried before the job fails,"
                                    + " 5 min by default.");

    /** For snapshots that are restored late. */
    static final ConfigOption<Duration> COMMIT_MEMORY =
            ConfigOptions.key("sink.commit-memory")
                    .durationType()
                    .noDefaultValue()
                    .withDescription(
                            "How long the shard remembers the sink after its last commit, 90 d by"
                                    + " default: an older snapshot cannot be restored.");

    /** If somebody else keeps the shard in order. */
    static final ConfigOption<PersistConfig.Maintenance> MAINTENANCE =
            ConfigOptions.key("sink.maintenance")
                    .enumType(PersistConfig.Maintenance.class)
                    .noDefaultValue()
                    .withDescription(
                            "What the job does to keep the shard in order: by default it is done"
                                    + " in the 'background', after commits and off their path, or"
                                    + " 'none' of it, if somebody else does it.");

    /** So that a table does not grow for ever with changes that nobody will ask about. */
    static final ConfigOption<Duration> HISTORY_RETENTION =
            ConfigOptions.key("history.retention")
                    .durationType()
                    .noDefaultValue()
                    .withDescription(
                            "How far back the table can be read, at least: what is older is"
                                    + " forgotten by and by. The longest that any sink of the table"
                                    + " has declared counts. By default nothing is forgotten.");

    static final Set<ConfigOption<?>> OPTIONS =
            Set.of(
                    PART_TARGET,
                    MAX_OUTSTANDING_PARTS,
                    COMMIT_TIMEOUT,
                    COMMIT_MEMORY,
                    MAINTENANCE,
                    HISTORY_RETENTION);

    /**
     * @throws ValidationException naming the option that is wrong
     */
    static SinkEffort of(ReadableConfig options) {
        SinkEffort effort =
                new SinkEffort(
                        options.getOptional(PART_TARGET).orElse(null),
                        options.getOptional(MAX_OUTSTANDING_PARTS).orElse(null),
                        options.getOptional(COMMIT_TIMEOUT).orElse(null),
                        options.getOptional(COMMIT_MEMORY).orElse(null),
                        options.getOptional(MAINTENANCE).orElse(null),
                        options.getOptional(HISTORY_RETENTION).orElse(null));
        // The builder checks each, and here the name of the option can be told.
        effort.applyTo(PersistSink.builder());
        return effort;
    }

    private static <T> void apply(@Nullable T value, ConfigOption<T> option, Consumer<T> setter) {
        if (value == null) {
            return;
        }
        try {
            setter.accept(value);
        } catch (IllegalArgumentException | ArithmeticException e) {
            throw new ValidationException(
                    "Option '" + option.key() + "' is " + value + ": " + e.getMessage(), e);
        }
    }

    private static int bytes(MemorySize size) {
        return Math.toIntExact(size.getBytes());
    }

    <IN> PersistSink.Builder<IN> applyTo(PersistSink.Builder<IN> sink) {
        apply(partTarget, PART_TARGET, size -> sink.partTargetBytes(bytes(size)));
        apply(maxOutstandingParts, MAX_OUTSTANDING_PARTS, sink::maxOutstandingParts);
        apply(commitTimeout, COMMIT_TIMEOUT, sink::commitTimeout);
        apply(commitMemory, COMMIT_MEMORY, sink::commitMemory);
        apply(maintenance, MAINTENANCE, sink::maintenance);
        apply(historyRetention, HISTORY_RETENTION, sink::historyRetention);
        return sink;
    }
}
