package io.persist.shard;

import io.persist.codec.Bytes;
import io.persist.codec.CorruptDataException;
import io.persist.codec.ShardId;
import io.persist.state.CodecNames;
import io.persist.state.State;
import io.persist.state.StateDiff;
import io.persist.state.encoding.NewerVersionException;
import io.persist.state.encoding.RollupEncoding;
import io.persist.state.encoding.StateDiffEncoding;
import io.persist.store.Blob;
import io.persist.store.BlobKey;
import io.persist.store.Consensus;
import io.persist.store.Retry;
import io.persist.store.RollupKey;
import io.persist.store.SeqNo;
import io.persist.store.StoreException;
import io.persist.store.Versioned;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The states of one shard as its stores hold them: a log of state diffs in consensus, and now and
 * then a rollup, the whole state, in blob. Reads only; retries what fails. Any thread.
 *
 * <p>Follows mz_persist_client {@code internal/state_versions.rs} (0.128, 26.24), with a limit to
 * the rounds where the original goes on for ever.
 */
public final class StateVersions {
    private static final Logger LOG = LoggerFactory.getLogger(StateVersions.class);

    /**
     * Rows read before asking the newest one where its rollup is: thirty times the distance of
     * rollups, so a maintained shard takes one scan.
     */
    private static final int RECENT_DIFFS_LIMIT = 3840;

    /** Rounds in which a rollup may vanish under a loader before the stores are suspected. */
    private static final int MAX_ROUNDS = 20;

    private final ShardId shard;
    private final Blob blob;
    private final Consensus consensus;
    private final Surroundings surroundings;
    private final Retry retry;

    StateVersions(ShardId shard, ShardAccess access) {
        this.shard = shard;
        this.blob = access.blob();
        this.consensus = access.consensus();
        this.surroundings = access.surroundings();
        this.retry = access.retry();
    }

    /** The current state, or nothing if the shard does not exist. */
    Optional<State> fetchCurrent()
            throws StoreException,
                    CorruptDataException,
                    IncompatibleShardException,
                    InterruptedException {
        return fetchCurrent(recentLiveDiffs());
    }

    /**
     * The newest state, given an older one: reads the rows after it, or everything if they were
     * truncated. Returns the same object if it is the newest.
     */
    State refresh(State state)
            throws StoreException,
                    CorruptDataException,
                    IncompatibleShardException,
                    InterruptedException {
        List<Versioned> rows = scan(state.seqno().next(), Integer.MAX_VALUE);
        if (rows.isEmpty()) {
            return state;
        }
        if (rows.get(0).seqno().equals(state.seqno().next())) {
            return applyRows(state, rows);
        }
        // We slept past a truncation. The rows we have are the tail of the log all the same.
        State loaded = fetchCurrent(rows).orElseThrow(() -> vanished(state));
        return loaded.seqno().compareTo(state.seqno()) >= 0 ? loaded : state;
    }

    private IllegalStateException vanished(State state) {
        return new IllegalStateException(
                "shard " + shard + " had a state " + state.seqno() + " and now has no log");
    }

    /**
     * All live diffs if there are few, else those from the newest row's rollup on. Empty if the
     * shard does not exist.
     */
    List<Versioned> recentLiveDiffs()
            throws StoreException,
                    CorruptDataException,
                    IncompatibleShardException,
                    InterruptedException {
        List<Versioned> rows = scan(new SeqNo(0), RECENT_DIFFS_LIMIT);
        if (rows.size() < RECENT_DIFFS_LIMIT) {
            return rows;
        }
        Optional<Versioned> head = retry.call("head " + shard, () -> consensus.head(shard));
        if (head.isEmpty()) {
            return List.of();
        }
        return scan(rollupSeqno(head.get(), decode(head.get())), Integer.MAX_VALUE);
    }

    List<Versioned> scan(SeqNo from, int limit) throws StoreException, InterruptedException {
        return retry.call(
                "scan " + shard + " from " + from, () -> consensus.scan(shard, from, limit));
    }

    private Optional<State> fetchCurrent(List<Versioned> hint)
            throws StoreException,
                    CorruptDataException,
                    IncompatibleShardException,
                    InterruptedException {
        List<Versioned> rows = hint;
        RollupKey missing = null;
        for (int round = 1; round <= MAX_ROUNDS; round++) {
            if (rows.isEmpty()) {
                return Optional.empty();
            }
            Versioned last = rows.get(rows.size() - 1);
            RollupKey key = decode(last).latestRollup();
            Optional<State> rollup = fetchRollup(key);
            if (rollup.isPresent()) {
                return Optional.of(applyRows(rollup.get(), rows));
            }
            // The rows were outdated: by now there is a newer rollup, and this one was collected.
            if (key.equals(missing)) {
                surroundings.sleeper().sleep(Math.min(1000L, 4L << round));
            }
            missing = key;
            LOG.debug("rollup {} of shard {} is gone, reading the log again", key, shard);
            rows = recentLiveDiffs();
        }
        throw new CorruptDataException(
                "shard "
                        + shard
                        + ": rollup "
                        + missing
                        + " that the newest log entry names does not exist; does the blob store"
                        + " belong to the consensus store?");
    }

    /** The state of a rollup blob, or nothing if it does not exist. */
    Optional<State> fetchRollup(RollupKey key)
            throws StoreException,
                    CorruptDataException,
                    IncompatibleShardException,
                    InterruptedException {
        BlobKey blobKey = BlobKey.of(shard, key);
        Optional<Bytes> bytes = retry.call("get " + blobKey, () -> blob.get(blobKey));
        if (bytes.isEmpty()) {
            return Optional.empty();
        }
        State state;
        try {
            state = RollupEncoding.decode(bytes.get()).state();
        } catch (CorruptDataException e) {
            throw e.in("rollup " + blobKey);
        }
        if (!state.shard().equals(shard)) {
            throw new CorruptDataException(
                    "rollup " + blobKey + " is of another shard: " + state.shard());
        }
        requireTimeCodecs(state);
        return Optional.of(state);
    }

    /** Diffs of a shard with other times or diffs must not even be interpreted. */
    private void requireTimeCodecs(State state)
            throws CorruptDataException, IncompatibleShardException {
        CodecNames codecs = state.codecs();
        if (!codecs.time().equals(Profile.TIME_CODEC)
                || !codecs.diff().equals(Profile.DIFF_CODEC)) {
            throw new CorruptDataException(
                    "shard "
                            + shard
                            + " has times "
                            + codecs.time()
                            + " and diffs "
                            + codecs.diff()
                            + ", this build only reads "
                            + Profile.TIME_CODEC
                            + " and "
                            + Profile.DIFF_CODEC);
        }
    }

    /** Applies the rows after {@code state}; earlier ones are skipped. */
    State applyRows(State state, List<Versioned> rows)
            throws CorruptDataException, IncompatibleShardException {
        State current = state;
        for (Versioned row : rows) {
            if (row.seqno().compareTo(current.seqno()) > 0) {
                current = applyRow(current, row);
            }
        }
        return current;
    }

    State applyRow(State state, Versioned row)
            throws CorruptDataException, IncompatibleShardException {
        if (!row.seqno().equals(state.seqno().next())) {
            throw new CorruptDataException(
                    "log of shard "
                            + shard
                            + " has a gap: entry "
                            + row.seqno()
                            + " follows "
                            + state.seqno());
        }
        try {
            return state.apply(decode(row));
        } catch (CorruptDataException e) {
            throw e.in("log entry " + row.seqno() + " of shard " + shard);
        }
    }

    StateDiff decode(Versioned row) throws CorruptDataException, IncompatibleShardException {
        StateDiff diff;
        try {
            diff = StateDiffEncoding.decode(row.data());
        } catch (CorruptDataException e) {
            throw e.in("log entry " + row.seqno() + " of shard " + shard);
        } catch (NewerVersionException e) {
            throw new IncompatibleShardException(
                    "log entry " + row.seqno() + " of shard " + shard + ": " + e.getMessage());
        }
        if (!diff.to().equals(row.seqno())) {
            throw new CorruptDataException(
                    "log entry "
                            + row.seqno()
                            + " of shard "
                            + shard
                            + " holds the diff to "
                            + diff.to());
        }
        return diff;
    }

    private SeqNo rollupSeqno(Versioned row, StateDiff diff)
            throws CorruptDataException, IncompatibleShardException {
        try {
            return diff.latestRollup().seqno();
        } catch (IllegalArgumentException e) {
            throw new CorruptDataException(
                    "log entry " + row.seqno() + " of shard " + shard + ": " + e.getMessage(), e);
        }
    }

    /**
     * All live states: the earliest, and the rows that lead from it to the current one.
     *
     * @param rows ascending, each the successor of the one before
     */
    record LiveStates(State earliest, List<Versioned> rows) {
        LiveStates {
            rows = List.copyOf(rows);
        }
    }

    /** Fetches every live row, and the state at the first one. */
    LiveStates fetchAllLive()
            throws StoreException,
                    CorruptDataException,
                    IncompatibleShardException,
                    InterruptedException {
        for (int round = 1; round <= MAX_ROUNDS; round++) {
            List<Versioned> rows = scan(new SeqNo(0), Integer.MAX_VALUE);
            if (rows.isEmpty()) {
                throw new CorruptDataException("shard " + shard + " has no log");
            }
            SeqNo first = rows.get(0).seqno();
            State current = fetchCurrent(rows).orElseThrow();
            var rollup = current.rollups().get(first);
            if (rollup != null) {
                Optional<State> earliest = fetchRollup(rollup.key());
                if (earliest.isPresent()) {
                    requireSeqno(rollup.key(), earliest.get(), first);
                    return new LiveStates(
                            earliest.get(), new ArrayList<>(rows.subList(1, rows.size())));
                }
            } else if (current.seqno().compareTo(rows.get(rows.size() - 1).seqno()) <= 0) {
                throw new CorruptDataException(
                        "shard "
                                + shard
                                + ": state "
                                + current.seqno()
                                + " lists no rollup for the first log entry "
                                + first);
            }
            // Somebody truncated the log under us.
            surroundings.sleeper().sleep(Math.min(1000L, 4L << round));
        }
        throw new StoreException.Determinate(
                "the log of shard " + shard + " was truncated " + MAX_ROUNDS + " times under us");
    }

    private void requireSeqno(RollupKey key, State state, SeqNo expected)
            throws CorruptDataException, IncompatibleShardException {
        if (!state.seqno().equals(expected)) {
            throw new CorruptDataException(
                    "rollup "
                            + BlobKey.of(shard, key)
                            + " must hold state "
                            + expected
                            + ", holds "
                            + state.seqno());
        }
    }
}
