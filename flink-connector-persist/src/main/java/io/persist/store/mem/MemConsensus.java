package io.persist.store.mem;

import com.google.errorprone.annotations.concurrent.GuardedBy;

import io.persist.codec.ShardId;
import io.persist.store.CasResult;
import io.persist.store.Consensus;
import io.persist.store.SeqNo;
import io.persist.store.StoreException;
import io.persist.store.Versioned;

import org.jspecify.annotations.Nullable;

import java.util.List;
import java.util.Optional;
import java.util.TreeMap;

/** Logs in memory. Safe for use by many threads; closing it keeps the data. */
public final class MemConsensus implements Consensus {
    private final Object lock = new Object();

    /** A log that is present has at least one entry. */
    @GuardedBy("lock")
    private final TreeMap<ShardId, TreeMap<SeqNo, Versioned>> logs = new TreeMap<>();

    @Override
    public Optional<Versioned> head(ShardId shard) {
        synchronized (lock) {
            TreeMap<SeqNo, Versioned> log = logs.get(shard);
            return log == null ? Optional.empty() : Optional.of(log.lastEntry().getValue());
        }
    }

    @Override
    public CasResult compareAndSet(ShardId shard, @Nullable SeqNo expected, Versioned next) {
        Consensus.requireFollows(shard, expected, next);
        synchronized (lock) {
            TreeMap<SeqNo, Versioned> log = logs.get(shard);
            SeqNo newest = log == null ? null : log.lastKey();
            if (expected == null ? newest != null : !expected.equals(newest)) {
                return CasResult.MISMATCH;
            }
            logs.computeIfAbsent(shard, absent -> new TreeMap<>()).put(next.seqno(), next);
            return CasResult.COMMITTED;
        }
    }

    @Override
    public List<Versioned> scan(ShardId shard, SeqNo from, int limit) {
        Consensus.requireLimit(limit);
        synchronized (lock) {
            TreeMap<SeqNo, Versioned> log = logs.get(shard);
            return log == null
                    ? List.of()
                    : log.tailMap(from).values().stream().limit(limit).toList();
        }
    }

    @Override
    public void truncate(ShardId shard, SeqNo seqno) throws StoreException {
        synchronized (lock) {
            TreeMap<SeqNo, Versioned> log = logs.get(shard);
            if (log == null || log.lastKey().compareTo(seqno) < 0) {
                throw Consensus.truncatedBeyondHead(
                        shard, seqno, log == null ? null : log.lastKey());
            }
            log.headMap(seqno).clear();
        }
    }

    @Override
    public CasResult importLog(ShardId shard, List<Versioned> entries) {
        Consensus.requireGapFree(shard, entries);
        synchronized (lock) {
            if (logs.containsKey(shard)) {
                return CasResult.MISMATCH;
            }
            TreeMap<SeqNo, Versioned> log = new TreeMap<>();
            entries.forEach(entry -> log.put(entry.seqno(), entry));
            logs.put(shard, log);
            return CasResult.COMMITTED;
        }
    }

    @Override
    public List<ShardId> listShards() {
        synchronized (lock) {
            return List.copyOf(logs.keySet());
        }
    }

    @Override
    public void close() {}
}
