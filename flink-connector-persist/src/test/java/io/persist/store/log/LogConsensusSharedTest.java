package io.persist.store.log;

import static org.assertj.core.api.Assertions.assertThat;

import io.persist.codec.Bytes;
import io.persist.codec.ShardId;
import io.persist.store.ConditionalObjects;
import io.persist.store.SeqNo;
import io.persist.store.StoreException;
import io.persist.store.Versioned;
import io.persist.store.mem.MemObjects;
import io.persist.testing.SeededIds;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

import java.util.List;
import java.util.Optional;
import java.util.UUID;

/** One instance, several threads: what happens between two requests of one call. */
class LogConsensusSharedTest {
    private static final ShardId SHARD = new ShardId(new UUID(0, 4));

    private final Interrupted objects = new Interrupted();
    private final LogConsensus log = new LogConsensus(objects, new SeededIds(1));

    private static Versioned entry(long seqno) {
        return new Versioned(new SeqNo(seqno), Bytes.utf8("entry " + seqno));
    }

    @Test
    void anEntryAppendedJustAfterAScanLookedForItIsNoGap() throws Exception {
        log.compareAndSet(SHARD, null, entry(0));
        objects.afterNextAbsent = () -> log.compareAndSet(SHARD, new SeqNo(0), entry(1));

        assertThat(log.scan(SHARD, new SeqNo(0), 10)).containsExactly(entry(0));

        assertThat(log.scan(SHARD, new SeqNo(0), 10)).containsExactly(entry(0), entry(1));
    }

    /** Lets another thread's call happen after an object was not found. */
    private static final class Interrupted implements ConditionalObjects {
        private interface Call {
            void run() throws StoreException;
        }

        private final MemObjects delegate = new MemObjects();
        private @Nullable Call afterNextAbsent;

        @Override
        public Optional<Bytes> get(String key) throws StoreException {
            Optional<Bytes> found = delegate.get(key);
            Call call = afterNextAbsent;
            if (found.isEmpty() && call != null) {
                afterNextAbsent = null;
                call.run();
            }
            return found;
        }

        @Override
        public boolean createIfAbsent(String key, Bytes value) {
            return delegate.createIfAbsent(key, value);
        }

        @Override
        public void delete(String key) {
            delegate.delete(key);
        }

        @Override
        public List<String> list(String folder) {
            return delegate.list(folder);
        }

        @Override
        public void close() {
            delegate.close();
        }
    }
}
