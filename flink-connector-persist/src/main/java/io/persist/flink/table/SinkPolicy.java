package io.persist.flink.table;

import io.persist.client.OnRewind;
import io.persist.client.SinkTime;
import io.persist.flink.sink.PersistSink;

import org.apache.flink.configuration.ConfigOption;
import org.apache.flink.configuration.ConfigOptions;
import org.apache.flink.configuration.ReadableConfig;
import org.apache.flink.table.api.ValidationException;
import org.jspecify.annotations.Nullable;

import java.util.Set;

/**
 * How a table's commits continue what is in its shard.
 *
 * @param sinkId names the sink across submissions; null for a random name
 */
record SinkPolicy(@Nullable String sinkId, OnRewind onRewind, SinkTime time) {
    /** To stop a forgotten run of the same job when it is started afresh. */
    static final ConfigOption<String> SINK_ID =
            ConfigOptions.key("sink.id")
                    .stringType()
                    .noDefaultValue()
                    .withDescription(
                            "Names the sink across submissions: a start without a snapshot then"
                                    + " stops an earlier run of the same name. By default a random"
                                    + " one, kept in the job's snapshots.");

    /** To restore an older snapshot on purpose. */
    static final ConfigOption<Rewind> ON_REWIND =
            ConfigOptions.key("sink.on-rewind")
                    .enumType(Rewind.class)
                    .defaultValue(Rewind.FAIL)
                    .withDescription(
                            "What a job does that is restored from a snapshot which the table has"
                                    + " left behind: 'fail', 'append' (rows that come again are in"
                                    + " the table twice), or 'compensate' (undo what came after"
                                    + " 'sink.rewind-to').");

    /** With {@code compensate} only. */
    static final ConfigOption<Long> REWIND_TO =
            ConfigOptions.key("sink.rewind-to")
                    .longType()
                    .noDefaultValue()
                    .withDescription(
                            "For 'sink.on-rewind' = 'compensate': time of the last commit to keep,"
                                    + " as `persist history` shows it.");

    /** To keep the times of the rows, for replays and backfills. */
    static final ConfigOption<SinkTime> TIME =
            ConfigOptions.key("sink.time")
                    .enumType(SinkTime.class)
                    .defaultValue(SinkTime.COMMIT)
                    .withDescription(
                            "When rows become visible: 'commit', all of a checkpoint at one time,"
                                    + " or 'event', each at its time, or at the table's upper if"
                                    + " that is later. 'event' needs a metadata column"
                                    + " 'persist_timestamp', or a query with one rowtime"
                                    + " attribute.");

    static final Set<ConfigOption<?>> OPTIONS = Set.of(SINK_ID, ON_REWIND, REWIND_TO, TIME);

    /** The values of {@link #ON_REWIND}. */
    enum Rewind {
        FAIL,
        APPEND,
        COMPENSATE
    }

    /**
     * @throws ValidationException naming the option that is wrong
     */
    static SinkPolicy of(ReadableConfig options) {
        String sinkId = options.getOptional(SINK_ID).orElse(null);
        if (sinkId != null && sinkId.isBlank()) {
            throw new ValidationException("Option 'sink.id' must not be blank.");
        }
        return new SinkPolicy(sinkId, onRewind(options), options.get(TIME));
    }

    private static OnRewind onRewind(ReadableConfig options) {
        Rewind rewind = options.get(ON_REWIND);
        Long rewindTo = options.getOptional(REWIND_TO).orElse(null);
        if ((rewind == Rewind.COMPENSATE) != (rewindTo != null)) {
            throw new ValidationException(
                    "Options 'sink.on-rewind' = 'compensate' and 'sink.rewind-to' go together: set"
                            + " both or none.");
        }
        if (rewindTo != null && rewindTo < 0) {
            throw new ValidationException(
                    "Option 'sink.rewind-to' must not be negative, is " + rewindTo + ".");
        }
        if (rewindTo != null) {
            return new OnRewind.Compensate(rewindTo);
        }
        return rewind == Rewind.APPEND ? OnRewind.APPEND : OnRewind.FAIL;
    }

    <IN> PersistSink.Builder<IN> applyTo(PersistSink.Builder<IN> sink) {
        if (sinkId != null) {
            sink.sinkId(sinkId);
        }
        return sink.onRewind(onRewind).time(time);
    }
}
