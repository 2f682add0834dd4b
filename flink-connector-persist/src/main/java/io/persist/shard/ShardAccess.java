package io.persist.shard;

import io.persist.state.maintenance.Claims;
import io.persist.store.Blob;
import io.persist.store.Consensus;
import io.persist.store.Retry;

import java.util.concurrent.ExecutorService;

/**
 * What the machines of one client share. Owns nothing; whoever made the stores closes them.
 *
 * @param io bounded pool that deletes what garbage collection finds; maintenance does not run on it
 * @param retry for everything that is safe to repeat; commits have their own rule
 */
public record ShardAccess(
        Blob blob,
        Consensus consensus,
        Retry retry,
        Surroundings surroundings,
        Settings settings,
        MaintenanceSink maintenance,
        ExecutorService io) {
    /**
     * @param hostname recorded in the states that are written
     * @param commandTimeoutMillis how long one command is tried
     * @param rollupThreshold commits after which a rollup is due
     * @param deleteConcurrency blobs that a garbage collection deletes at once
     * @param claims how compactions are recorded and taken over
     */
    public record Settings(
            String hostname,
            long commandTimeoutMillis,
            int rollupThreshold,
            int deleteConcurrency,
            Claims claims) {}
}
