package io.persist.shard;

import io.persist.codec.ShardId;
import io.persist.store.CasResult;
import io.persist.store.Consensus;
import io.persist.store.SeqNo;
import io.persist.store.StoreException;
import io.persist.store.Versioned;

import org.jspecify.annotations.Nullable;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Optional;

/** A consensus whose next compare-and-sets meet the fates that a test has laid down. */
final class ScriptedConsensus implements Consensus {
    enum Fate {
        /** Arrives and is answered. */
        GOES_THROUGH,
        /** Never arrives. */
        REQUEST_LOST,
        /** Arrives; nobody hears of it. */
        REPLY_LOST,
        /** Is refused for certain. */
        REFUSED
    }

    /** Something that happens just before a compare-and-set arrives. */
    @FunctionalInterface
    interface Interference {
        void run() throws Exception;
    }

    private final Consensus delegate;
    private final Deque<Fate> fates = new ArrayDeque<>();
    private @Nullable Interference before;
    private @Nullable Interference after;

    ScriptedConsensus(Consensus delegate) {
        this.delegate = delegate;
    }

    void next(Fate... script) {
        fates.addAll(List.of(script));
    }

    /** Runs once, before the next compare-and-set. */
    void beforeNext(Interference interference) {
        before = interference;
    }

    /** Runs once, after the next compare-and-set and before its caller hears of it. */
    void afterNext(Interference interference) {
        after = interference;
    }

    @Override
    public CasResult compareAndSet(ShardId shard, @Nullable SeqNo expected, Versioned next)
            throws StoreException {
        Interference early = before;
        before = null;
        interfere(early);
        Fate fate = fates.isEmpty() ? Fate.GOES_THROUGH : fates.remove();
        if (fate == Fate.REFUSED) {
            throw new StoreException.Determinate("refused");
        }
        CasResult result =
                fate == Fate.REQUEST_LOST ? null : delegate.compareAndSet(shard, expected, next);
        Interference late = after;
        after = null;
        interfere(late);
        if (fate != Fate.GOES_THROUGH || result == null) {
            throw new StoreException.Indeterminate("no answer");
        }
        return result;
    }

    private static void interfere(@Nullable Interference interference) {
        if (interference != null) {
            try {
                interference.run();
            } catch (Exception e) {
                throw new AssertionError(e);
            }
        }
    }

    @Override
    public Optional<Versioned> head(ShardId shard) throws StoreException {
        return delegate.head(shard);
    }

    @Override
    public List<Versioned> scan(ShardId shard, SeqNo from, int limit) throws StoreException {
        return delegate.scan(shard, from, limit);
    }

    @Override
    public void truncate(ShardId shard, SeqNo seqno) throws StoreException {
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
