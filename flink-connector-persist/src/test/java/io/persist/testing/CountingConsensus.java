package io.persist.testing;

import io.persist.codec.ShardId;
import io.persist.store.CasResult;
import io.persist.store.Consensus;
import io.persist.store.SeqNo;
import io.persist.store.StoreException;
import io.persist.store.Versioned;

import org.jspecify.annotations.Nullable;

import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;

/** Counts the calls that reach a consensus. Safe for use by many threads. */
public final class CountingConsensus implements Consensus {
    private final Consensus delegate;
    private final AtomicLong heads = new AtomicLong();
    private final AtomicLong compareAndSets = new AtomicLong();
    private final AtomicLong scans = new AtomicLong();
    private final AtomicLong truncates = new AtomicLong();

    public CountingConsensus(Consensus delegate) {
        this.delegate = delegate;
    }

    public long heads() {
        return heads.get();
    }

    public long compareAndSets() {
        return compareAndSets.get();
    }

    public long scans() {
        return scans.get();
    }

    public long truncates() {
        return truncates.get();
    }

    @Override
    public Optional<Versioned> head(ShardId shard) throws StoreException {
        heads.incrementAndGet();
        return delegate.head(shard);
    }

    @Override
    public CasResult compareAndSet(ShardId shard, @Nullable SeqNo expected, Versioned next)
            throws StoreException {
        compareAndSets.incrementAndGet();
        return delegate.compareAndSet(shard, expected, next);
    }

    @Override
    public List<Versioned> scan(ShardId shard, SeqNo from, int limit) throws StoreException {
        scans.incrementAndGet();
        return delegate.scan(shard, from, limit);
    }

    @Override
    public void truncate(ShardId shard, SeqNo seqno) throws StoreException {
        truncates.incrementAndGet();
        delegate.truncate(shard, seqno);
    }

    @Override
    public CasResult importLog(ShardId shard, List<Versioned> entries) throws StoreException {
        return delegate.importLog(shard, entries);
    }

    @Override
    public List<ShardId> listShards() throws StoreException {
        return delegate.listShards();
    }

    @Override
    public void close() {
        delegate.close();
    }
}
