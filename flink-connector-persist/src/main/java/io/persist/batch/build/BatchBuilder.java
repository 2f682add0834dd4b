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
import io.persist.part.PartFormat;
import io.persist.store.StoreException;

import org.jspecify.annotations.Nullable;

import java.util.List;
import java.util.OptionalLong;

/**
 * Collects updates into a batch. They are written to columns as they come; whenever a piece of a
 * part is there, it is encoded in the background while the next one fills, and a full part is
 * uploaded there.
 *
 * <p>One thread. The caller closes the builder, after {@link #finish} or instead of it: what was
 * uploaded for a batch that never came to be is then deleted, as far as that works. A builder that
 * has thrown {@link StoreException} or {@link InterruptedException} can only be closed.
 *
 * <p>Memory: (outstanding parts + 1) encoded parts on the heap; off it a few pieces, which are much
 * smaller, and up to twice that while columns grow or a piece is consolidated.
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

    /** Columns of the part that has begun; null if none has. */
    private @Nullable PartFormat openFormat;

    /** Bytes of it that were sent off. */
    private long openBytes;

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
        PartBuffer<K, V> filling = buffer();
        encodeTime.add(filling, key, val, time, diff);
        maximalTimes.add(time);
        if (openBytes + filling.bytes() >= config.targetBytes()) {
            flush();
            return Added.PART_SENT;
        }
        if (filling.bytes() >= pieceBytes(filling.format())) {
            sendPiece(filling);
        }
        return Added.BUFFERED;
    }

    private PartBuffer<K, V> buffer() {
        if (buffer == null) {
            if (openFormat == null) {
                openFormat = config.drawFormat(store.random());
            }
            buffer =
                    new PartBuffer<>(
                            schema.keys(),
                            schema.vals(),
                            openFormat,
                            writer.spareColumns(openFormat));
        }
        return buffer;
    }

    /** What may become inline stays in one piece. */
    private long pieceBytes(PartFormat format) {
        return Math.max(config.pieceBytes(), config.inlineThresholdBytes(format));
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

    /** Has what is buffered encoded while the rest of the part comes in. */
    private void sendPiece(PartBuffer<K, V> full) throws StoreException, InterruptedException {
        buffer = null;
        openBytes += full.bytes();
        state = State.BROKEN;
        encodeTime.report(full.count());
        writer.append(full.takeUpdates(), content(full));
        state = State.OPEN;
    }

    private void flush() throws StoreException, InterruptedException {
        PartBuffer<K, V> full = buffer;
        if (full == null) {
            return;
        }
        buffer = null;
        openBytes = 0;
        openFormat = null;
        state = State.BROKEN;
        encodeTime.report(full.count());
        writer.write(full.takeUpdates(), content(full));
        state = State.OPEN;
    }

    private static PartsWriter.Content content(PartBuffer<?, ?> full) {
        return full.retractions() ? PartsWriter.Content.RETRACTIONS : PartsWriter.Content.INSERTS;
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
