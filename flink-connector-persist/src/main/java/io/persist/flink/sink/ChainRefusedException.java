package io.persist.flink.sink;

import io.persist.state.ChainRefusal;

import org.apache.flink.api.common.JobID;

import java.io.IOException;

/**
 * A commit or a start does not continue the chain of the sink: nothing was appended. The message
 * says why, what the shard holds, and how to see it.
 */
public final class ChainRefusedException extends IOException {
    private static final long serialVersionUID = 1L;

    ChainRefusedException(
            ChainRefusal refusal, SinkPlan.Target target, JobID job, long checkpointId) {
        super(
                refusal.message()
                        + " (shard "
                        + target.shardId()
                        + " in "
                        + target.blob()
                        + ", consensus "
                        + target.consensus()
                        + "; job "
                        + job
                        + ", checkpoint "
                        + checkpointId
                        + "). Nothing was appended. `persist commits "
                        + target.blob().replaceFirst("/blob$", "")
                        + " "
                        + target.shardId()
                        + "` shows what the sink has appended, and with --snapshot what a snapshot"
                        + " has pending, to append or drop it by hand.");
    }
}
