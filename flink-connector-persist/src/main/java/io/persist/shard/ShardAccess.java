package io.persist.shard;

import io.persist.store.Blob;
import io.persist.store.Consensus;
import io.persist.store.Retry;

/**
 * What the machines of one client share. Owns nothing; whoever made the stores closes them.
 *
 * @param retry for everything that is safe to repeat; commits have their own rule
 */
public record ShardAccess(
        Blob blob,
        Consensus consensus,
        Retry retry,
        Surroundings surroundings,
        Settings settings,
        MaintenanceSink maintenance) {
    /**
     * @param hostname recorded in the states that are written
     * @param commandTimeoutMillis how long one command is tried
     * @param rollupThreshold commits after which a rollup is due
     */
    public record Settings(String hostname, long commandTimeoutMillis, int rollupThreshold) {}
}
