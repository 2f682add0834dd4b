package io.persist.shard;

import io.persist.codec.Bytes;
import io.persist.codec.CorruptDataException;
import io.persist.codec.ShardId;
import io.persist.state.CodecNames;
import io.persist.state.State;
import io.persist.state.StateDiff;
import io.persist.state.encoding.Rollup;
import io.persist.state.encoding.RollupEncoding;
import io.persist.state.encoding.StateDiffEncoding;
import io.persist.store.BlobKey;
import io.persist.store.CasResult;
import io.persist.store.RollupKey;
import io.persist.store.StoreException;
import io.persist.store.Versioned;

import java.util.List;
import java.util.Optional;

/**
 * Opens the shards of one location, creating those that do not exist. Any thread. The codecs of a
 * shard are fixed by whoever creates it.
 */
public final class Shards {
    private final ShardAccess access;

    public Shards(ShardAccess access) {
        this.access = access;
    }

    /** An existing shard, or nothing. Writes nothing. */
    public Optional<Machine> openExisting(ShardId shard)
            throws StoreException,
                    CorruptDataException,
                    IncompatibleShardException,
                    InterruptedException {
        StateVersions versions = new StateVersions(shard, access);
        return versions.fetchCurrent().map(state -> new Machine(shard, access, versions, state));
    }

    /**
     * Opens a shard, creating it if it does not exist. Of several clients that create it at once,
     * one wins and all open the winner's.
     *
     * @param profile of a new shard; an existing one keeps its own
     * @throws IncompatibleShardException if the shard has other codecs
     */
    public Machine open(ShardId shard, CodecNames codecs, Profile profile)
            throws StoreException,
                    CorruptDataException,
                    IncompatibleShardException,
                    InterruptedException {
        StateVersions versions = new StateVersions(shard, access);
        Optional<State> existing = versions.fetchCurrent();
        State state =
                existing.isPresent() ? existing.get() : create(shard, codecs, profile, versions);
        requireCodecs(state, codecs);
        return new Machine(shard, access, versions, state);
    }

    /**
     * @throws IncompatibleShardException naming all four codecs asked for and found
     */
    public static void requireCodecs(State state, CodecNames requested)
            throws IncompatibleShardException {
        if (!state.codecs().equals(requested)) {
            throw new IncompatibleShardException(
                    "codec mismatch on shard "
                            + state.shard()
                            + ": requested (key, value, time, diff) = "
                            + requested
                            + ", the shard has "
                            + state.codecs());
        }
    }

    private State create(ShardId shard, CodecNames codecs, Profile profile, StateVersions versions)
            throws StoreException,
                    CorruptDataException,
                    IncompatibleShardException,
                    InterruptedException {
        RollupKey rollup = RollupKey.of(Profile.FIRST_SEQNO, access.surroundings().ids().get());
        State initial =
                State.initial(
                        shard,
                        codecs,
                        rollup,
                        profile.label(),
                        access.settings().hostname(),
                        access.surroundings().nowMillis());
        BlobKey blobKey = BlobKey.of(shard, rollup);
        Bytes bytes = RollupEncoding.encode(Rollup.of(initial, List.of()));
        access.retry()
                .call(
                        "set " + blobKey,
                        () -> {
                            access.blob().set(blobKey, bytes);
                            return blobKey;
                        });
        Versioned row =
                new Versioned(
                        Profile.FIRST_SEQNO, StateDiffEncoding.encode(StateDiff.initial(initial)));
        FirstEntry outcome = insert(shard, row);
        if (outcome == FirstEntry.OURS) {
            return initial;
        }
        State winner =
                versions.fetchCurrent()
                        .orElseThrow(
                                () ->
                                        new CorruptDataException(
                                                "shard "
                                                        + shard
                                                        + " refused its first entry and has no"
                                                        + " log"));
        if (outcome == FirstEntry.ANOTHER) {
            // Certainly never linked. A failure leaves a blob behind that nothing refers to.
            access.retry().call("delete " + blobKey, () -> access.blob().delete(blobKey));
        }
        return winner;
    }

    private enum FirstEntry {
        OURS,
        ANOTHER,
        /** Another, or an attempt of ours whose answer was lost. */
        DOUBTFUL
    }

    private FirstEntry insert(ShardId shard, Versioned row)
            throws StoreException,
                    CorruptDataException,
                    IncompatibleShardException,
                    InterruptedException {
        boolean doubt = false;
        CommitAttempts<State> attempts =
                new CommitAttempts<>(
                        "creating shard " + shard,
                        access.surroundings(),
                        access.settings().commandTimeoutMillis());
        while (true) {
            try {
                if (access.consensus().compareAndSet(shard, null, row) == CasResult.COMMITTED) {
                    return FirstEntry.OURS;
                }
                return doubt ? FirstEntry.DOUBTFUL : FirstEntry.ANOTHER;
            } catch (StoreException.Determinate e) {
                attempts.pauseAfter(e);
            } catch (StoreException.Indeterminate e) {
                doubt = true;
                attempts.pauseAfter(e);
            }
        }
    }
}
