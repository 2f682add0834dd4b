package io.persist.flink.sink;

import io.persist.batch.MissingBlobException;
import io.persist.client.SinkChain;
import io.persist.codec.CorruptDataException;
import io.persist.shard.IncompatibleShardException;
import io.persist.state.ChainRefusal;
import io.persist.state.CommitOutcome;

import org.apache.flink.api.common.JobID;
import org.apache.flink.api.connector.sink2.Committer;
import org.apache.flink.api.connector.sink2.CommitterInitContext;
import org.apache.flink.metrics.MetricGroup;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.io.IOException;
import java.time.Duration;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;

/**
 * Appends sealed commits in their order. Flink makes one in every subtask and gives work to one of
 * them; the others never open anything. What fails is thrown: Flink restarts the job, and the
 * restored commit meets the same rules.
 */
final class PersistCommitter<K, V> implements Committer<SealedCommit> {
    private static final Logger LOG = LoggerFactory.getLogger(PersistCommitter.class);

    /** How long a job whose input has ended stays for maintenance. */
    private static final Duration LAST_MAINTENANCE = Duration.ofSeconds(30);

    private final SinkPlan<?, K, V> plan;
    private final JobID job;
    private final long restoredCheckpointId;
    private final MetricGroup group;
    private final CommitMetrics metrics;

    /** Whether the job's last commit was made. */
    private boolean done;

    private @Nullable OpenShard<K, V> shard;
    private @Nullable SinkChain<K, V> chain;

    PersistCommitter(SinkPlan<?, K, V> plan, CommitterInitContext context) {
        this.plan = plan;
        this.job = context.getJobInfo().getJobId();
        this.restoredCheckpointId = context.getRestoredCheckpointId().orElse(0);
        this.group = context.metricGroup();
        this.metrics = new CommitMetrics(group, System::nanoTime, System::currentTimeMillis);
    }

    @Override
    public void commit(Collection<CommitRequest<SealedCommit>> requests)
            throws IOException, InterruptedException {
        List<CommitRequest<SealedCommit>> ordered =
                requests.stream()
                        .sorted(
                                Comparator.comparing(
                                                (CommitRequest<SealedCommit> request) ->
                                                        request.getCommittable()
                                                                .position()
                                                                .generation())
                                        .thenComparing(
                                                request ->
                                                        request.getCommittable()
                                                                .position()
                                                                .ordinal()))
                        .toList();
        for (CommitRequest<SealedCommit> request : ordered) {
            commit(request);
        }
    }

    private void commit(CommitRequest<SealedCommit> request)
            throws IOException, InterruptedException {
        SealedCommit commit = request.getCommittable();
        // What was sealed before the restored checkpoint has been out of our hands for a while.
        SinkChain.Origin origin =
                commit.checkpointId() <= restoredCheckpointId
                        ? SinkChain.Origin.RESTORED
                        : SinkChain.Origin.LIVE;
        long start = metrics.start();
        CommitOutcome outcome;
        try {
            outcome =
                    chain().commit(
                                    new SinkChain.Sealed(
                                            commit.position(),
                                            commit.batches(),
                                            commit.watermark(),
                                            commit.lines()),
                                    origin);
        } catch (CorruptDataException | IncompatibleShardException | MissingBlobException e) {
            throw new IOException(
                    "commit of "
                            + commit.position()
                            + ", checkpoint "
                            + commit.checkpointId()
                            + ", cannot be appended: "
                            + e.getMessage(),
                    e);
        }
        if (outcome instanceof CommitOutcome.Appended appended) {
            metrics.appended(commit, start);
            LOG.debug("Appended {}, upper is now {}", commit.position(), appended.upper());
        } else if (outcome instanceof CommitOutcome.AlreadyAppended) {
            LOG.info("Commit of {} was appended earlier", commit.position());
            metrics.foundAppended();
            request.signalAlreadyCommitted();
        } else if (outcome instanceof ChainRefusal refusal) {
            throw new ChainRefusedException(refusal, plan.target(), job, commit.checkpointId());
        } else {
            throw new AssertionError(outcome);
        }
        done = commit.last();
    }

    private SinkChain<K, V> chain() throws IOException {
        if (chain == null) {
            shard =
                    plan.open(
                            SinkPlan.Role.COMMITTER,
                            SinkBatchMetrics.register(group, System::nanoTime),
                            SinkCompactionMetrics.register(group, System::nanoTime));
            SinkChain<K, V> opened = shard.chain(plan.time());
            Duration kept = plan.target().historyRetention();
            chain = kept == null ? opened : opened.withHistoryRetention(kept);
            metrics.follow(chain);
        }
        return chain;
    }

    /**
     * After the last commit there is no later one that would call again for the maintenance that is
     * not done yet.
     */
    @Override
    public void close() {
        if (shard != null && done) {
            shard.closeAfterMaintenance(LAST_MAINTENANCE);
        } else if (shard != null) {
            shard.close();
        }
    }
}
