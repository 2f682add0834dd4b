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

/** A consensus behind a bad network. */
public final class FaultyConsensus implements Consensus {
    private final Consensus delegate;
    private final Fate fate;

    public FaultyConsensus(Consensus delegate, Fate fate) {
        this.delegate = delegate;
        this.fate = fate;
    }

    @Override
    public Optional<Versioned> head(ShardId shard) throws StoreException {
        return fate.read("head " + shard, () -> delegate.head(shard));
    }

    @Override
    public CasResult compareAndSet(ShardId shard, @Nullable SeqNo expected, Versioned next)
            throws StoreException {
        return fate.change(
                "compare-and-set " + shard + " to " + next.seqno(),
                () -> delegate.compareAndSet(shard, expected, next));
    }

    @Override
    public List<Versioned> scan(ShardId shard, SeqNo from, int limit) throws StoreException {
        return fate.read("scan " + shard, () -> delegate.scan(shard, from, limit));
    }

    @Override
    public void truncate(ShardId shard, SeqNo seqno) throws StoreException {
        fate.change(
                "truncate " + shard + " to " + seqno,
                () -> {
                    delegate.truncate(shard, seqno);
                    return seqno;
                });
    }

    @Override
    public CasResult importLog(ShardId shard, List<Versioned> entries) throws StoreException {
        return fate.change("import " + shard, () -> delegate.importLog(shard, entries));
    }

    @Override
    public List<ShardId> listShards() throws StoreException {
        return fate.read("list shards", delegate::listShards);
    }

    @Override
    public void close() {
        delegate.close();
    }
}
