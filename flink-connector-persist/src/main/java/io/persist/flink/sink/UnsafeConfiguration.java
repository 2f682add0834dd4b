package io.persist.flink.sink;

import org.apache.flink.api.common.RuntimeExecutionMode;
import org.apache.flink.api.connector.source.Boundedness;
import org.apache.flink.configuration.CheckpointingOptions;
import org.apache.flink.configuration.ExecutionOptions;
import org.apache.flink.core.execution.CheckpointingMode;
import org.apache.flink.streaming.api.datastream.DataStream;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.streaming.api.transformations.WithBoundedness;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Settings of Flink under which rows would be lost silently. */
final class UnsafeConfiguration {
    private static final Logger LOG = LoggerFactory.getLogger(UnsafeConfiguration.class);

    static final String NO_FINAL_CHECKPOINT =
            "'"
                    + CheckpointingOptions.ENABLE_CHECKPOINTS_AFTER_TASKS_FINISH.key()
                    + "' is false: without a checkpoint after the end of input Flink never makes"
                    + " the last commit of a bounded job, and its rows are lost. Remove the"
                    + " setting, or set it to true.";

    private UnsafeConfiguration() {}

    /**
     * @throws IllegalStateException naming the setting and the cure
     */
    static void refuse(DataStream<?> stream) {
        StreamExecutionEnvironment environment = stream.getExecutionEnvironment();
        RuntimeExecutionMode mode =
                environment.getConfiguration().get(ExecutionOptions.RUNTIME_MODE);
        boolean streaming =
                mode == RuntimeExecutionMode.STREAMING
                        || (mode == RuntimeExecutionMode.AUTOMATIC && isUnbounded(stream));
        boolean checkpointing = environment.getCheckpointConfig().isCheckpointingEnabled();
        boolean finalCheckpoint =
                environment
                        .getConfiguration()
                        .get(CheckpointingOptions.ENABLE_CHECKPOINTS_AFTER_TASKS_FINISH);
        if (streaming && checkpointing && !finalCheckpoint) {
            throw new IllegalStateException(NO_FINAL_CHECKPOINT);
        }
        if (streaming
                && checkpointing
                && environment.getCheckpointConfig().getCheckpointingConsistencyMode()
                        == CheckpointingMode.AT_LEAST_ONCE) {
            LOG.warn(
                    "'{}' is AT_LEAST_ONCE: rows can be in the shard twice after a failure. Set it"
                            + " to EXACTLY_ONCE.",
                    CheckpointingOptions.CHECKPOINTING_CONSISTENCY_MODE.key());
        }
        if (streaming && !checkpointing) {
            LOG.warn(
                    "Checkpointing is off: rows become visible at the end of input only, which an"
                            + " unbounded job never reaches. Set '{}'.",
                    CheckpointingOptions.CHECKPOINTING_INTERVAL.key());
        }
    }

    private static boolean isUnbounded(DataStream<?> stream) {
        return stream.getTransformation().getTransitivePredecessors().stream()
                .anyMatch(
                        source ->
                                source instanceof WithBoundedness bounds
                                        && bounds.getBoundedness()
                                                == Boundedness.CONTINUOUS_UNBOUNDED);
    }
}
