package io.persist.client.compaction;

import io.persist.batch.PartDeletes;
import io.persist.state.maintenance.Claims;
import io.persist.state.spine.MergeRequest;

import java.time.Duration;

/**
 * When compaction is worth it and what it may cost. Memory is bounded by {@link
 * io.persist.batch.RunSettings#mergeMemoryBytes}, for each compaction that runs. Every default is
 * visible in {@link Builder}.
 *
 * @param enabled whether appends of this client lead to compaction
 * @param queueSize requests that may wait; what comes on top is dropped
 * @param concurrency compactions at once
 * @param yieldAfterUpdates how many updates are merged before it is looked whether to go on
 * @param minInputs batches from which on a request is worth it; so is one that meets any of the
 *     three minima
 * @param minParts parts from which on it is
 * @param minUpdates updates from which on it is
 * @param minimumTimeout what one compaction may take; a second for each MiB of its inputs if that
 *     is more
 * @param checkProcessFlag whether {@code disabledInProcess} counts
 * @param disabledInProcess whether this process is told not to compact
 * @param mostRecentSchema whether shards of the 0.128 generation are compacted under the newest
 *     schema of the inputs, rather than the writer's own; later ones always are
 * @param deleteConcurrency blobs that garbage collection, or the end of a refused output, deletes
 *     at once
 * @param claims how requests are recorded in the state, and taken over from there
 * @param metrics told what comes of requests
 */
public record CompactionConfig(
        boolean enabled,
        int queueSize,
        int concurrency,
        int yieldAfterUpdates,
        int minInputs,
        int minParts,
        int minUpdates,
        Duration minimumTimeout,
        boolean checkProcessFlag,
        boolean disabledInProcess,
        boolean mostRecentSchema,
        int deleteConcurrency,
        Claims claims,
        CompactionMetrics metrics) {
    private static final long MIB = 1 << 20;

    /** Environment variable that keeps a process from compacting. */
    private static final String DISABLED = "MZ_PERSIST_COMPACTION_DISABLED";

    /**
     * @throws IllegalArgumentException if a number is out of bounds
     */
    public CompactionConfig {
        requireAtLeast("queueSize", queueSize, 1);
        requireAtLeast("concurrency", concurrency, 1);
        requireAtLeast("yieldAfterUpdates", yieldAfterUpdates, 1);
        requireAtLeast("deleteConcurrency", deleteConcurrency, 1);
        requireAtLeast("minInputs", minInputs, 0);
        requireAtLeast("minParts", minParts, 0);
        requireAtLeast("minUpdates", minUpdates, 0);
        if (minimumTimeout.isNegative() || minimumTimeout.isZero()) {
            throw new IllegalArgumentException(
                    "minimumTimeout must be positive, is " + minimumTimeout);
        }
    }

    private static void requireAtLeast(String name, int value, int min) {
        if (value < min) {
            throw new IllegalArgumentException(name + " must be at least " + min + ", is " + value);
        }
    }

    /** Whether compacting makes enough of a difference. */
    public boolean isWorthwhile(MergeRequest request) {
        return request.inputs().size() >= minInputs
                || request.partCount() >= minParts
                || Long.compareUnsigned(request.len(), minUpdates) >= 0;
    }

    /** What one compaction may take. */
    long timeoutMillis(MergeRequest request) {
        return Math.max(minimumTimeout.toMillis(), 1000 * (request.encodedBytes() / MIB));
    }

    boolean isDisabled() {
        return checkProcessFlag && disabledInProcess;
    }

    public static Builder builder() {
        return new Builder();
    }

    /** Collects settings; not thread safe. */
    public static final class Builder {
        private boolean enabled = true;
        private int queueSize = 20;
        private int concurrency = 5;
        private int yieldAfterUpdates = 100_000;
        private int minInputs = 8;
        private int minParts = 8;
        private int minUpdates = 1024;
        private Duration minimumTimeout = Duration.ofSeconds(90);
        private boolean checkProcessFlag = true;
        private boolean disabledInProcess = isSet(System.getenv().getOrDefault(DISABLED, ""));
        private boolean mostRecentSchema = true;
        private int deleteConcurrency = PartDeletes.CONCURRENCY;
        private Claims claims = Claims.NONE;
        private CompactionMetrics metrics = CompactionMetrics.NONE;

        private Builder() {}

        private static boolean isSet(String value) {
            return !value.isEmpty() && !value.equals("0") && !value.equalsIgnoreCase("false");
        }

        /** Off where another client of the shard compacts. */
        public Builder enabled(boolean value) {
            enabled = value;
            return this;
        }

        public Builder queueSize(int requests) {
            queueSize = requests;
            return this;
        }

        /** Lower to take less memory and processor time. */
        public Builder concurrency(int value) {
            concurrency = value;
            return this;
        }

        /** Lower to stop sooner when the client closes. */
        public Builder yieldAfterUpdates(int updates) {
            yieldAfterUpdates = updates;
            return this;
        }

        /** Higher to write less, lower to read faster. The same holds for the next two. */
        public Builder minInputs(int batches) {
            minInputs = batches;
            return this;
        }

        public Builder minParts(int parts) {
            minParts = parts;
            return this;
        }

        public Builder minUpdates(int updates) {
            minUpdates = updates;
            return this;
        }

        /** Longer for slow stores. */
        public Builder minimumTimeout(Duration value) {
            minimumTimeout = value;
            return this;
        }

        /** Off to compact whatever the environment says. */
        public Builder checkProcessFlag(boolean enabledCheck) {
            checkProcessFlag = enabledCheck;
            return this;
        }

        /** By default, whether the environment variable is set. */
        public Builder disabledInProcess(boolean disabled) {
            disabledInProcess = disabled;
            return this;
        }

        public Builder mostRecentSchema(boolean value) {
            mostRecentSchema = value;
            return this;
        }

        /** Lower for stores that throttle. Holds for garbage collection as well. */
        public Builder deleteConcurrency(int blobs) {
            deleteConcurrency = blobs;
            return this;
        }

        /** To take over what clients that went away had begun. */
        public Builder claims(Claims value) {
            claims = value;
            return this;
        }

        public Builder metrics(CompactionMetrics value) {
            metrics = value;
            return this;
        }

        public CompactionConfig build() {
            return new CompactionConfig(
                    enabled,
                    queueSize,
                    concurrency,
                    yieldAfterUpdates,
                    minInputs,
                    minParts,
                    minUpdates,
                    minimumTimeout,
                    checkProcessFlag,
                    disabledInProcess,
                    mostRecentSchema,
                    deleteConcurrency,
                    claims,
                    metrics);
        }
    }
}
