package io.persist.shard;

import io.persist.codec.ShardId;
import io.persist.part.PartFormat;
import io.persist.store.SeqNo;
import io.persist.store.Version;

/**
 * Which generation of peers a shard is written for. The profile of an existing shard follows from
 * the label of its state, never from configuration (docs/format.md).
 */
public enum Profile {
    /** Peers of the 26 generation: columnar parts, all state fields. The default. */
    P26("26.0.0", PartFormat.STRUCTURED),
    /** Peers of the 0.128 generation: parts with row bytes as well, none of the newer fields. */
    P128("0.128.0", PartFormat.BOTH);

    /**
     * Seqno of a shard's first state, in either profile. Peers accept 0 and 1 alike; a log made of
     * conditional creates begins at 0, so that the first write is the create of one known key.
     */
    public static final SeqNo FIRST_SEQNO = new SeqNo(0);

    /** Newest label whose states this build was checked against. */
    public static final String VERIFIED_UP_TO = "26.24.0-dev.0";

    /** Codec names of times and diffs, the only ones there are. */
    static final String TIME_CODEC = "u64";

    static final String DIFF_CODEC = "i64";

    /** 0.128 reads labels of at most one minor version above its own. */
    private static final Version BEYOND_P128 = Version.parse("0.130.0-0");

    private final String label;
    private final PartFormat partFormat;

    Profile(String label, PartFormat partFormat) {
        this.label = label;
        this.partFormat = partFormat;
    }

    /** The label that new shards get; also the version whose writer key our parts carry. */
    public String label() {
        return label;
    }

    /** What blob parts are written with. */
    public PartFormat partFormat() {
        return partFormat;
    }

    /**
     * The profile of a shard whose state has this label. A pre-release of 26.0.0 lies before it.
     *
     * @throws IllegalArgumentException if the label is no version
     */
    public static Profile ofLabel(String label) {
        return Version.parse(label).compareTo(Version.parse(P26.label)) < 0 ? P128 : P26;
    }

    /**
     * Refuses labels that this build must not write below: newer ones than it was checked against,
     * and those between the two generations.
     *
     * @throws IncompatibleShardException saying what to do; nothing was written
     */
    public static void requireWritable(ShardId shard, String label)
            throws IncompatibleShardException {
        requireVerified("shard " + shard, label);
        if (ofLabel(label) == P128 && Version.parse(label).compareTo(BEYOND_P128) >= 0) {
            throw new IncompatibleShardException(
                    "shard "
                            + shard
                            + " is labelled version "
                            + label
                            + ", between the generations that this build can write (up to 0.129,"
                            + " and from 26.0.0): nothing was written; have a client of the newer"
                            + " generation raise the label to 26.0.0 or above once all older"
                            + " clients are gone");
        }
    }

    /**
     * Refuses what a newer version wrote than this build was checked against.
     *
     * @param what it is, for the message
     */
    public static void requireVerified(String what, String version)
            throws IncompatibleShardException {
        if (Version.parse(version).compareTo(Version.parse(VERIFIED_UP_TO)) > 0) {
            throw new IncompatibleShardException(
                    what
                            + " is labelled version "
                            + version
                            + ", but this build is verified only up to "
                            + VERIFIED_UP_TO
                            + ": nothing was written; use a build that knows version "
                            + version);
        }
    }
}
