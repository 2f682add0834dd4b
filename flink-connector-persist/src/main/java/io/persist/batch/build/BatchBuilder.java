package io.persist.batch.build;

import io.persist.batch.BatchConfig;
import io.persist.batch.BatchSchema;
import io.persist.batch.BatchStore;
import io.persist.batch.HollowBatch;
import io.persist.batch.Run;
import io.persist.batch.columns.PartBuffer;
import io.persist.codec.Bytes;
import io.persist.frontier.Antichain;
import io.persist.frontier.Description;
import io.persist.frontier.TimeDomain;
import io.persist.store.StoreException;

import org.jspecify.annotations.Nullable;

import java.util.List;
import java.util.OptionalLong;

/**
 * Collects updates into a batch. They are encoded into the columns of a part as they come; a full
 * part is encoded and uploaded in the background while the next one fills.
 *
 * <p>One thread. The caller closes the builder, after {@link #finish} or instead of it: what was
 * uploaded for a batch that never came to be is then deleted, as far as that works. A builder that
 * has thrown {@link StoreException} or {@link InterruptedException} can only be closed.
 *
 * <p>Off-heap memory: (outstanding parts + 1) times the target size, and up to twice that while
 * columns grow or a part is consolidated.
 */
public final class BatchBuilder<K, V> implements AutoCloseable {
    private final BatchStore store;
    private final BatchConfig config;
    private final BatchSchema<K, V> schema;
    private final Antichain lower;
    private final PartsWriter writer;
    private final EncodeTime encodeTime;
    private @Nullable PartBuffer<K, V> buffer;
    private final MaximalTimes maximalTimes;
    private State state = State.OPEN;

    private enum State {
        OPEN,
        FINISHED,
        BROKEN,
        CLOSED
    }

    /** What became of an update; a hint, for example for yielding. */
    public enum Added {
        BUFFERED,
        /** The update is buffered or sent off, and a part was sent off. */
        PART_SENT
    }

    /**
     * @param lower inclusive; no update may lie before it
     */
    public BatchBuilder(
            BatchStore store, BatchConfig config, BatchSchema<K, V> schema, Antichain lower) {
        this.store = store;
        this.config = config;
        this.schema = schema;
        this.lower = lower;
        this.maximalTimes = new MaximalTimes(schema.times());
        if (schema.times() != TimeDomain.U64 && config.runs().merges()) {
            throw new IllegalArgumentException(
                    "updates at times of "
                            + schema.times().codecName()
                            + " cannot be merged: allow a run for each part");
        }
        // The upper is not known while parts are sent off, so theirs stays open.
        Description desc = new Description(lower, Antichain.empty(), Antichain.minimum());
        this.writer = PartsWriter.unordered(store, config, schema, desc);
        this.encodeTime = new EncodeTime(store.metrics());
    }

    public Antichain lower() {
        return lower;
    }

    /**
     * Adds {@code diff} copies of an update. A diff of 0 adds nothing. Waits while too many parts
     * are on their way.
     *
     * @throws IllegalArgumentException if the time is not beyond {@link #lower}, or key or value do
     *     not fit the schema; nothing was added, and the builder goes on
     * @throws StoreException if this or an earlier part could not be stored
     */
    public Added add(K key, V val, long time, long diff)
            throws StoreException, InterruptedException {
        requireOpen();
        if (!lower.lessEqual(time)) {
            throw new IllegalArgumentException(
                    "update at "
                            + schema.times().toString(time)
                            + " is not beyond the batch's lower "
                            + lower);
        }
        throwFailure();
        if (diff == 0) {
            return Added.BUFFERED;
        }
        if (buffer == null) {
            buffer =
                    new PartBuffer<>(
                            schema.keys(),
                            schema.vals(),
                            config.drawFormat(store.random()),
                            writer.allocator());
        }
        encodeTime.add(buffer, key, val, time, diff);
        maximalTimes.add(time);
        if (buffer.bytes() < config.targetBytes()) {
            return Added.BUFFERED;
        }
        flush();
        return Added.PART_SENT;
    }

    /**
     * Waits for all parts and hands the batch over to the caller, who ends it by appending or
     * deleting it. A batch without updates touches no store.
     *
     * @param upper exclusive; equal to the lower only if nothing was added
     * @throws IllegalArgumentException if {@code upper} is before the lower or an update is at or
     *     beyond it; the builder goes on
     * @throws StoreException if a part could not be stored
     */
    public Batch finish(Antichain upper) throws StoreException, InterruptedException {
        requireOpen();
        if (upper.lessThan(lower)) {
            throw new IllegalArgumentException(
                    "batch's upper " + upper + " is before its lower " + lower);
        }
        OptionalLong beyond = maximalTimes.firstBeyond(upper);
        if (beyond.isPresent()) {
            throw new IllegalArgumentException(
                    "batch's upper "
                            + upper
                            + " is not beyond its update at "
                            + schema.times().toString(beyond.getAsLong()));
        }
        throwFailure();
        if (buffer != null) {
            flush();
        }
        state = State.BROKEN;
        List<Run> runs = writer.finish();
        state = State.FINISHED;
        Description desc = new Description(lower, upper, Antichain.minimum());
        return Batch.built(
                store, config, schema, new HollowBatch(desc, writer.len(), runs, Bytes.EMPTY));
    }

    private void flush() throws StoreException, InterruptedException {
        PartBuffer<K, V> full = buffer;
        if (full == null) {
            return;
        }
        buffer = null;
        state = State.BROKEN;
        encodeTime.report(full.count());
        writer.write(
                full.takeUpdates(),
                full.retractions() ? PartsWriter.Content.RETRACTIONS : PartsWriter.Content.INSERTS);
        state = State.OPEN;
    }

    private void throwFailure() throws StoreException {
        try {
            writer.throwFailure();
        } catch (StoreException e) {
            state = State.BROKEN;
            throw e;
        }
    }

    /** What the merge tree holds, oldest first: whether each item was waited for. */
    List<Boolean> observed() {
        return writer.observed();
    }

    private void requireOpen() {
        if (state != State.OPEN) {
            throw new IllegalStateException("batch builder is " + state);
        }
    }

    /** Idempotent; does not wait for the network. */
    @Override
    public void close() {
        if (state == State.CLOSED) {
            return;
        }
        state = State.CLOSED;
        if (buffer != null) {
            buffer.close();
            buffer = null;
        }
        writer.close();
    }
}
