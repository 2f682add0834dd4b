package io.persist.flink.sink;

import org.apache.flink.api.common.RuntimeExecutionMode;
import org.apache.flink.configuration.CheckpointingOptions;
import org.apache.flink.configuration.ExecutionOptions;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
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
    static void refuse(StreamExecutionEnvironment environment) {
        boolean streaming =
                environment.getConfiguration().get(ExecutionOptions.RUNTIME_MODE)
                        == RuntimeExecutionMode.STREAMING;
        boolean checkpointing = environment.getCheckpointConfig().isCheckpointingEnabled();
        boolean finalCheckpoint =
                environment
                        .getConfiguration()
                        .get(CheckpointingOptions.ENABLE_CHECKPOINTS_AFTER_TASKS_FINISH);
        if (streaming && checkpointing && !finalCheckpoint) {
            throw new IllegalStateException(NO_FINAL_CHECKPOINT);
        }
        if (streaming && !checkpointing) {
            LOG.warn(
                    "Checkpointing is off: rows become visible at the end of input only, which an"
                            + " unbounded job never reaches. Set '{}'.",
                    CheckpointingOptions.CHECKPOINTING_INTERVAL.key());
        }
    }
}
