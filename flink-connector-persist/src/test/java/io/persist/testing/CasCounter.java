package io.persist.testing;

import io.persist.codec.Bytes;
import io.persist.codec.ShardId;
import io.persist.store.CasResult;
import io.persist.store.Consensus;
import io.persist.store.SeqNo;
import io.persist.store.StoreException;
import io.persist.store.Versioned;

import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * Counts in a log: each entry says how often each writer has counted so far. A writer that is left
 * in doubt finds out from the log. Whatever contradicts the contract of a consensus is an {@link
 * AssertionError}: a head that goes back, a count that the log has and a mismatch denied, a count
 * that was acknowledged and is gone. Used by one thread.
 */
public final class CasCounter {
    private static final int MAX_TRIES = 100_000;

    private final Consensus consensus;
    private final ShardId shard;
    private final String writer;
    private long counted;
    private long lastSeqno = -1;
    private long indeterminate;

    public CasCounter(Consensus consensus, ShardId shard, String writer) {
        this.consensus = consensus;
        this.shard = shard;
        this.writer = writer;
    }

    /** Counts once, for certain. */
    public void increment() throws StoreException {
        boolean doubt = false;
        for (int tries = 0; tries < MAX_TRIES; tries++) {
            Optional<Versioned> head;
            try {
                head = head();
            } catch (StoreException.Determinate e) {
                continue;
            }
            SortedMap<String, Long> counts = decode(head);
            long stored = counts.getOrDefault(writer, 0L);
            if (doubt && stored == counted + 1) {
                counted++;
                return;
            }
            if (stored != counted) {
                throw new AssertionError(
                        writer + " counted " + counted + ", the log has " + stored + ": " + head);
            }
            counts.put(writer, counted + 1);
            try {
                if (append(head, counts) == CasResult.COMMITTED) {
                    counted++;
                    return;
                }
            } catch (StoreException.Indeterminate e) {
                doubt = true;
                indeterminate++;
            }
        }
        throw new AssertionError(writer + " got nowhere in " + MAX_TRIES + " tries");
    }

    /** Removes all entries but the newest, as far as this client knows. */
    public void truncate() {
        try {
            Optional<Versioned> head = head();
            if (head.isPresent()) {
                consensus.truncate(shard, head.get().seqno());
            }
        } catch (StoreException e) {
            return; // the next one goes on
        }
    }

    public long counted() {
        return counted;
    }

    /** How often an append left doubt. */
    public long indeterminate() {
        return indeterminate;
    }

    /** What the log says now. */
    public static SortedMap<String, Long> read(Consensus consensus, ShardId shard)
            throws StoreException {
        return decode(consensus.head(shard));
    }

    private CasResult append(Optional<Versioned> head, SortedMap<String, Long> counts)
            throws StoreException {
        StringBuilder text = new StringBuilder();
        counts.forEach((name, count) -> text.append(name).append('=').append(count).append('\n'));
        SeqNo expected = head.map(Versioned::seqno).orElse(null);
        SeqNo next = expected == null ? new SeqNo(0) : expected.next();
        try {
            return consensus.compareAndSet(
                    shard, expected, new Versioned(next, Bytes.utf8(text.toString())));
        } catch (StoreException.Determinate e) {
            return CasResult.MISMATCH;
        }
    }

    private Optional<Versioned> head() throws StoreException {
        Optional<Versioned> head = consensus.head(shard);
        long seqno = head.map(entry -> entry.seqno().value()).orElse(-1L);
        if (seqno < lastSeqno) {
            throw new AssertionError(writer + " saw " + lastSeqno + " and then " + seqno);
        }
        lastSeqno = seqno;
        return head;
    }

    private static SortedMap<String, Long> decode(Optional<Versioned> head) {
        SortedMap<String, Long> counts = new TreeMap<>();
        if (head.isPresent()) {
            for (String line : head.get().data().utf8().lines().toList()) {
                int equals = line.indexOf('=');
                counts.put(line.substring(0, equals), Long.parseLong(line.substring(equals + 1)));
            }
        }
        return counts;
    }
}
