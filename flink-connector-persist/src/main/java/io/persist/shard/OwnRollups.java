package io.persist.shard;

import io.persist.codec.ShardId;
import io.persist.state.State;
import io.persist.store.BlobKey;
import io.persist.store.RollupKey;

import java.util.UUID;

/**
 * Rollups that were written by this implementation. Their ids are UUIDs of version 8, where other
 * clients have version 4: those may link a rollup however late, we never do once there is a later
 * one.
 */
final class OwnRollups {
    private static final long VERSION_MASK = 0xf000L;
    private static final long VERSION = 0x8000L;

    /** In the text of a key, from the end. */
    private static final int VERSION_FROM_END = "8000-000000000000-0000".length();

    private OwnRollups() {}

    /** What the keys of a shard's rollups begin with. */
    static String prefix(ShardId shard) {
        return shard + "/v";
    }

    static UUID id(UUID random) {
        return new UUID(
                (random.getMostSignificantBits() & ~VERSION_MASK) | VERSION,
                random.getLeastSignificantBits());
    }

    /**
     * Whether a blob, with {@link #prefix}, is a rollup that will never be linked, unless it was:
     * of ours, and not newer than the newest one that is linked.
     */
    static boolean isLate(BlobKey rollup, State state) {
        String text = rollup.text();
        int version = text.length() - VERSION_FROM_END;
        return version > 0
                && text.charAt(version) == '8'
                && new RollupKey(text.substring(text.indexOf('/') + 1))
                                .seqno()
                                .compareTo(state.latestRollupSeqno())
                        <= 0;
    }
}
