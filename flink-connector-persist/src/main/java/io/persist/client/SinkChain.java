package io.persist.client;

import io.persist.batch.Batch;
import io.persist.batch.MissingBlobException;
import io.persist.codec.Bytes;
import io.persist.codec.CorruptDataException;
import io.persist.shard.IncompatibleShardException;
import io.persist.state.ChainPosition;
import io.persist.state.CommitOutcome;
import io.persist.state.RegisterOutcome;
import io.persist.state.WriterId;
import io.persist.store.StoreException;

import org.jspecify.annotations.Nullable;

import java.time.Duration;
import java.util.List;
import java.util.UUID;

/**
 * Appends the commits of a sink as one unbroken chain, whatever is restored, doubled or delayed
 * (docs/architecture.md, "Exactly once"). A start of the sink registers an epoch; its commits are
 * numbered from 1 and carry batches that were staged anywhere, at any time before the commit.
 *
 * <p>Every method may be repeated after any failure: what happened is found in the shard. One
 * thread.
 */
public final class SinkChain<K, V> {
    private final PersistClient client;
    private final WriteHandle<K, V> writer;

    private SinkChain(PersistClient client, WriteHandle<K, V> writer) {
        this.client = client;
        this.writer = writer;
    }

    /** Works through {@code writer}, which stays the caller's, as does the client it is of. */
    public static <K, V> SinkChain<K, V> of(PersistClient client, WriteHandle<K, V> writer) {
        return new SinkChain<>(client, writer);
    }

    /** A random sink id. */
    public static String mintSinkId() {
        return UUID.randomUUID().toString();
    }

    /**
     * A start of a sink.
     *
     * @param epoch never used by another start
     * @param restored where the restored snapshot left the chain; null if nothing was restored
     * @param memory how long the shard remembers the epoch after its last commit
     */
    public record Start(
            String sinkId, WriterId epoch, @Nullable ChainPosition restored, Duration memory) {}

    /** Where a commit comes from. */
    public enum Origin {
        /** It was sealed a moment ago. */
        LIVE,
        /** It comes from a snapshot: its blobs may have been deleted meanwhile. */
        RESTORED
    }

    /**
     * Adds an epoch to the chain and takes over from the restored one.
     *
     * @param patience how long to wait for restored commits that are still on their way
     * @throws StoreException if the store does not answer; it may have been registered
     */
    public RegisterOutcome register(Start start, Duration patience)
            throws StoreException,
                    CorruptDataException,
                    IncompatibleShardException,
                    InterruptedException {
        throw new AssertionError("skeleton of " + writer.id() + client.hashCode());
    }

    /**
     * Appends all batches as one, at one time: the wall clock, or the shard's upper if that is
     * later. Without batches only the upper moves on. Never gives {@link
     * CommitOutcome.InlineBackpressure}.
     *
     * @param batches transmittable ({@link Batch#toTransmittable}), staged with lower {@code [0]}
     * @throws MissingBlobException if a blob of a restored commit does not exist; nothing is
     *     appended
     * @throws StoreException if the store does not answer; it may have been appended
     * @throws IncompatibleShardException if the shard's schema is not that of the batches; nothing
     *     is appended
     */
    public CommitOutcome commit(ChainPosition position, List<Bytes> batches, Origin origin)
            throws StoreException,
                    MissingBlobException,
                    CorruptDataException,
                    IncompatibleShardException,
                    InterruptedException {
        throw new AssertionError("skeleton of " + writer.id() + client.hashCode());
    }
}
