package io.persist.client;

import io.persist.batch.BatchConfig;
import io.persist.batch.BatchStore;
import io.persist.batch.RunOrder;
import io.persist.client.compaction.CompactionConfig;
import io.persist.client.critical.CriticalSettings;
import io.persist.client.read.ReadSettings;
import io.persist.codec.ShardId;
import io.persist.shard.Profile;

import java.time.Duration;

/**
 * Settings of a {@link PersistClient}. Every default is visible in {@link Builder}.
 *
 * @param newShards profile that shards get which this client creates; existing ones keep theirs
 * @param batch how batches are built; what depends on a shard's profile follows from that instead
 *     (version, format, order of runs and labels), or is set in {@code p128}
 * @param p128 more settings for the shards of {@link Profile#P128}
 * @param validateBoundsOnRead whether parts are refused whose own bounds do not hold those of their
 *     batch; always so for {@link Profile#P128}, which never writes such
 * @param reading how parts are fetched and decoded
 * @param listenPolls how a listen waits for the next batch
 * @param rollupThreshold commits after which a whole state is written, so that loading a shard
 *     reads no longer log
 * @param metrics told what building batches costs
 * @param readerLease a reader that is silent for longer may be forgotten, with its hold on history
 * @param critical holds on history without a lease, and readers that go by them
 * @param writerLease a writer's entry is kept this long after its last append
 * @param operationTimeout all retries of one operation together; then the operation fails
 * @param hostname recorded in the shard, for people
 * @param maintenance who writes rollups, collects garbage and compacts
 * @param compaction when compaction is worth it, and what it may cost
 * @param ioThreads uploads and downloads at once; 0 for all in the calling thread, which makes a
 *     run repeatable
 * @param offHeapLimitBytes bound of the memory outside the heap, all handles together
 */
public record PersistConfig(
        Profile newShards,
        BatchConfig batch,
        P128Settings p128,
        boolean validateBoundsOnRead,
        ReadSettings reading,
        PollPolicy listenPolls,
        int rollupThreshold,
        BatchMetricSets metrics,
        Duration readerLease,
        CriticalSettings critical,
        Duration writerLease,
        Duration operationTimeout,
        String hostname,
        Maintenance maintenance,
        CompactionConfig compaction,
        int ioThreads,
        long offHeapLimitBytes) {
    public PersistConfig {
        requirePositive("readerLease", readerLease);
        requirePositive("writerLease", writerLease);
        requirePositive("operationTimeout", operationTimeout);
        if (rollupThreshold < 1) {
            throw new IllegalArgumentException(
                    "rollupThreshold must be at least 1, is " + rollupThreshold);
        }
        if (ioThreads < 0) {
            throw new IllegalArgumentException("ioThreads must not be negative, is " + ioThreads);
        }
        if (offHeapLimitBytes < 1) {
            throw new IllegalArgumentException(
                    "offHeapLimitBytes must be at least 1, is " + offHeapLimitBytes);
        }
    }

    /** What a client does about the rollups, collections and compactions its commits call for. */
    public enum Maintenance {
        /** Runs them on threads of its own, off the commit path. */
        BACKGROUND,
        /** Leaves them to other clients of the shard. */
        NONE
    }

    private static void requirePositive(String name, Duration value) {
        if (value.isNegative() || value.isZero()) {
            throw new IllegalArgumentException(name + " must be positive, is " + value);
        }
    }

    /** How batches of a shard are built. */
    BatchConfig batchConfig(Profile profile, ShardId shard) {
        return switch (profile) {
            case P128 -> p128.applyTo(batch, shard);
            case P26 ->
                    batch.toBuilder()
                            .writerVersion(profile.label())
                            .format(profile.partFormat())
                            .runs(batch.runs().withOrder(RunOrder.STRUCTURED))
                            .diffsSum(true)
                            .schemaField(BatchConfig.SchemaField.CURRENT)
                            .build();
        };
    }

    /** What reading a shard does about bounds that contradict each other. */
    BatchStore.BoundsCheck boundsCheck(Profile profile) {
        return validateBoundsOnRead || profile == Profile.P128
                ? BatchStore.BoundsCheck.REFUSE
                : BatchStore.BoundsCheck.ACCEPT;
    }

    public static Builder builder() {
        return new Builder();
    }

    /** Collects settings; not thread safe. */
    public static final class Builder {
        private Profile newShards = Profile.P26;
        private BatchConfig batch = BatchConfig.builder().build();
        private P128Settings p128 = P128Settings.builder().build();
        private boolean validateBoundsOnRead = false;
        private ReadSettings reading = ReadSettings.builder().build();
        private PollPolicy listenPolls = PollPolicy.DEFAULT;
        private int rollupThreshold = 128;
        private BatchMetricSets metrics = BatchMetricSets.NONE;
        private Duration readerLease = Duration.ofMinutes(15);
        private CriticalSettings critical = CriticalSettings.DEFAULT;
        private Duration writerLease = Duration.ofMinutes(60);
        // Well below the writer lease: an append's idempotency token lives only that long.
        private Duration operationTimeout = Duration.ofMinutes(5);
        private String hostname = System.getenv().getOrDefault("HOSTNAME", "unknown");
        private Maintenance maintenance = Maintenance.BACKGROUND;
        private CompactionConfig compaction = CompactionConfig.builder().build();
        private int ioThreads = 8;
        private long offHeapLimitBytes = Long.MAX_VALUE;

        private Builder() {}

        /** Profile of shards that this client creates. Change it to share them with 0.128 peers. */
        public Builder newShards(Profile value) {
            newShards = value;
            return this;
        }

        public Builder batch(BatchConfig value) {
            batch = value;
            return this;
        }

        public Builder p128(P128Settings value) {
            p128 = value;
            return this;
        }

        /** To find out who registers batches with wider bounds than they were built for. */
        public Builder validateBoundsOnRead(boolean enabled) {
            validateBoundsOnRead = enabled;
            return this;
        }

        public Builder reading(ReadSettings value) {
            reading = value;
            return this;
        }

        /** Longer waits for listens that are many or whose shards change seldom. */
        public Builder listenPolls(PollPolicy value) {
            listenPolls = value;
            return this;
        }

        /** Lower where shards are opened often and committed to seldom. */
        public Builder rollupThreshold(int commits) {
            rollupThreshold = commits;
            return this;
        }

        public Builder metrics(BatchMetricSets value) {
            metrics = value;
            return this;
        }

        /** Longer for readers that may stand still; history is kept for as long. */
        public Builder readerLease(Duration value) {
            readerLease = value;
            return this;
        }

        public Builder critical(CriticalSettings value) {
            critical = value;
            return this;
        }

        public Builder writerLease(Duration value) {
            writerLease = value;
            return this;
        }

        /** Keep it well below the writer lease. */
        public Builder operationTimeout(Duration value) {
            operationTimeout = value;
            return this;
        }

        public Builder hostname(String value) {
            hostname = value;
            return this;
        }

        /** {@link Maintenance#NONE} where another client of the shard does it. */
        public Builder maintenance(Maintenance value) {
            maintenance = value;
            return this;
        }

        public Builder compaction(CompactionConfig value) {
            compaction = value;
            return this;
        }

        public Builder ioThreads(int value) {
            ioThreads = value;
            return this;
        }

        public Builder offHeapLimitBytes(long value) {
            offHeapLimitBytes = value;
            return this;
        }

        public PersistConfig build() {
            return new PersistConfig(
                    newShards,
                    batch,
                    p128,
                    validateBoundsOnRead,
                    reading,
                    listenPolls,
                    rollupThreshold,
                    metrics,
                    readerLease,
                    critical,
                    writerLease,
                    operationTimeout,
                    hostname,
                    maintenance,
                    compaction,
                    ioThreads,
                    offHeapLimitBytes);
        }
    }
}
