package io.persist.flink.source;

import io.persist.codec.ShardId;
import io.persist.frontier.Antichain;

import org.jspecify.annotations.Nullable;

import java.io.IOException;

/** Decides the time of a snapshot. Times are unsigned. */
final class SnapshotTime {
    /** Of a closed shard every time is there; its contents change no more. */
    private static final long END_OF_TIME = -1;

    private SnapshotTime() {}

    /**
     * The time to read at.
     *
     * @param asked null for the newest readable time
     * @param since the earliest frontier that can be read
     * @param upper everything before it is there
     * @throws IOException if that time cannot be read now, naming shard, time, since and upper
     */
    static long choose(ShardId shard, @Nullable Long asked, Antichain since, Antichain upper)
            throws IOException {
        if (asked == null && upper.equals(Antichain.minimum())) {
            throw new IOException(
                    "shard " + shard + " has nothing to read: nothing was ever committed to it");
        }
        long newest = upper.isEmpty() ? END_OF_TIME : upper.element() - 1;
        long asOf = asked == null ? newest : asked;
        if (upper.lessEqual(asOf)) {
            throw unreadable(shard, asOf, "is not complete yet", since, upper);
        }
        if (!since.lessEqual(asOf)) {
            throw unreadable(shard, asOf, "is no longer told apart from later ones", since, upper);
        }
        return asOf;
    }

    static IOException unreadable(
            ShardId shard, long asOf, String why, Antichain since, Antichain upper) {
        return new IOException(
                "cannot read shard "
                        + shard
                        + " as of "
                        + Long.toUnsignedString(asOf)
                        + ": that time "
                        + why
                        + "; readable are times from since "
                        + since
                        + " to before upper "
                        + upper);
    }
}
