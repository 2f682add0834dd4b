package io.persist.batch.build;

import io.persist.batch.BatchConfig;
import io.persist.batch.BatchSchema;
import io.persist.batch.BatchStore;
import io.persist.batch.Run;
import io.persist.batch.RunMeta;
import io.persist.batch.RunOrder;
import io.persist.batch.RunSettings;
import io.persist.frontier.Description;
import io.persist.part.PartFormat;
import io.persist.part.Updates;
import io.persist.store.StoreException;

import org.apache.arrow.memory.BufferAllocator;
import org.jspecify.annotations.Nullable;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.atomic.AtomicReference;

/**
 * Turns parts into runs. Each part is encoded and stored by a task of its own while the next one is
 * made, a bounded number of them at a time. What runs they form is decided when the writer is made.
 *
 * <p>One thread; the tasks are hidden inside. The caller closes it, after {@link #finish} or
 * instead of it: what was stored for runs that never came to be is then deleted, as far as that
 * works. A writer that has thrown {@link StoreException} or {@link InterruptedException} can only
 * be closed.
 */
public final class PartsWriter implements AutoCloseable {
    /** Pieces that wait for their turn or are being encoded; what comes beyond waits for them. */
    private static final int MAX_PIECES = 2;

    private final BatchStore store;
    private final BatchConfig config;
    private final BatchSchema<?, ?> schema;
    private final Description desc;
    private final Form form;
    private final BuilderMemory memory;
    private final PartOutput output;
    private final MergeTree<Pending> tree;
    private final AtomicReference<@Nullable Throwable> failure = new AtomicReference<>();

    /** Tasks that may not be done yet, oldest first. */
    private final Deque<Pending> unfinished = new ArrayDeque<>();

    /** Those of them that hold a part. */
    private final Deque<Pending> unfinishedParts = new ArrayDeque<>();

    /** Pieces that may not be encoded yet, oldest first. */
    private final Deque<Pending> unfinishedPieces = new ArrayDeque<>();

    private @Nullable Pending lastMerge;

    /** The part of which only some pieces were handed over; null if there is none. */
    private @Nullable PartInPieces openPart;

    /** Its last piece, how many updates it has, and how long it took to send them off. */
    private @Nullable Pending lastPiece;

    private long openUpdates;
    private long openNanos;
    private long nextIndex;
    private long len;
    private boolean closed;

    /** Whether updates of a part may cancel each other. */
    public enum Content {
        INSERTS,
        RETRACTIONS
    }

    /**
     * What runs the parts form.
     *
     * @param partOrder order of each part
     * @param runOrder order of what several parts become; {@link RunOrder#UNORDERED} if each stays
     *     a run of its own
     * @param limit neighbours beyond which they are merged: elements of the one run, or runs
     * @param inlining whether small parts go into metadata rather than to blob
     */
    private record Form(RunOrder partOrder, RunOrder runOrder, int limit, boolean inlining) {
        /** Whether the items of the tree are runs that are sorted when they are merged. */
        boolean compacting() {
            return partOrder != runOrder;
        }
    }

    private PartsWriter(
            BatchStore store,
            BatchConfig config,
            BatchSchema<?, ?> schema,
            Description desc,
            Form form) {
        this.store = store;
        this.config = config;
        this.schema = schema;
        this.desc = desc;
        this.form = form;
        this.memory = new BuilderMemory(store.allocator(), config, schema);
        this.output = new PartOutput(store, config, schema, desc, form.inlining());
        this.tree = new MergeTree<>(form.limit(), this::merge);
    }

    /**
     * A writer of parts that promise no order: each is a run of its own, or, if the configuration
     * limits the number of runs, they are merged into sorted ones in the background.
     */
    static PartsWriter unordered(
            BatchStore store, BatchConfig config, BatchSchema<?, ?> schema, Description desc) {
        RunSettings runs = config.runs();
        return new PartsWriter(
                store,
                config,
                schema,
                desc,
                new Form(
                        RunOrder.UNORDERED,
                        runs.merges() ? runs.order() : RunOrder.UNORDERED,
                        runs.merges() ? runs.mergeLimit() : Integer.MAX_VALUE,
                        true));
    }

    /**
     * A writer of one run. All parts are written to blob, a long list of them as well.
     *
     * @param desc goes into every part
     * @param order of the updates that are written, across all parts
     */
    public static PartsWriter ordered(
            BatchStore store,
            BatchConfig config,
            BatchSchema<?, ?> schema,
            Description desc,
            RunOrder order) {
        if (order == RunOrder.UNORDERED) {
            throw new IllegalArgumentException("several parts without order are no run");
        }
        return new PartsWriter(
                store,
                config,
                schema,
                desc,
                new Form(order, order, config.runs().spillLimit(), false));
    }

    /** Memory for the updates that are to be written, bounded; open until the writer is closed. */
    public BufferAllocator allocator() {
        return memory.allocator();
    }

    /** Columns for the updates of a format, of memory that was used before if there is some. */
    Updates spareColumns(PartFormat format) {
        return memory.spares().take(format);
    }

    /**
     * Takes {@code updates} over and sends them off as a piece of the next part, which {@link
     * #write} will complete; waits while too many pieces are on their way.
     *
     * @param updates as in {@link #write}, with the same columns as other pieces of the part
     * @throws StoreException if an earlier part could not be stored
     */
    public void append(Updates updates, Content content)
            throws StoreException, InterruptedException {
        long start = store.metrics().nanoTime();
        openUpdates += updates.count();
        Pending piece = pending(form.partOrder(), openPart().piece(updates, content));
        piece.start(lastPiece == null ? List.of() : List.of(lastPiece));
        lastPiece = piece;
        unfinishedPieces.add(piece);
        unfinishedPieces.removeIf(Pending::isDone);
        while (unfinishedPieces.size() > MAX_PIECES) {
            await(unfinishedPieces.remove());
        }
        openNanos += store.metrics().nanoTime() - start;
    }

    private PartInPieces openPart() {
        if (openPart == null) {
            openPart = new PartInPieces(output, memory, form.partOrder(), config.targetBytes());
        }
        return openPart;
    }

    /**
     * Takes {@code updates} over and sends them off as the next part, or the rest of it; waits
     * while too many parts are on their way.
     *
     * @param updates at least one; allocated from {@link #allocator}, or from memory that stays
     *     open as long
     * @throws StoreException if this or an earlier part could not be stored
     */
    public void write(Updates updates, Content content)
            throws StoreException, InterruptedException {
        openUpdates += updates.count();
        complete(updates, content);
    }

    /** Sends off what there are pieces of. */
    private void completeOpenPart() throws StoreException, InterruptedException {
        if (openPart != null) {
            complete(null, Content.INSERTS);
        }
    }

    private void complete(@Nullable Updates rest, Content content)
            throws StoreException, InterruptedException {
        long start = store.metrics().nanoTime();
        store.metrics().addedUpdates(openUpdates);
        long before = openNanos;
        PartInPieces open = openPart();
        Pending part = pending(form.partOrder(), open.lastPiece(rest, content, nextIndex++));
        unfinishedParts.add(part);
        part.start(lastPiece == null ? List.of() : List.of(lastPiece));
        closeOpenPart();
        tree.push(part);
        holdBack();
        store.metrics().sentPart(before + store.metrics().nanoTime() - start);
    }

    /** From now on the part belongs to the tasks that encode it. */
    private void closeOpenPart() {
        if (openPart != null) {
            openPart.release();
        }
        openPart = null;
        lastPiece = null;
        openUpdates = 0;
        openNanos = 0;
    }

    private Pending pending(RunOrder order, Pending.Work work) {
        unfinished.removeIf(Pending::isDone);
        Pending pending =
                new Pending(
                        order,
                        memory.heldBy(work),
                        store.io(),
                        e -> failure.compareAndSet(null, e));
        unfinished.add(pending);
        return pending;
    }

    /** One merge at a time: each also waits for the one before, so that memory stays bounded. */
    private Pending merge(List<Pending> inputs) {
        Pending.Work work =
                form.compacting()
                        ? new MergeTask<>(
                                store.inCallingThread(allocator()),
                                config,
                                schema,
                                desc,
                                output,
                                inputs)
                        : new Spill(output, inputs);
        Pending merged = pending(form.runOrder(), work);
        List<Pending> before = new ArrayList<>(inputs);
        if (lastMerge != null) {
            before.add(lastMerge);
        }
        lastMerge = merged;
        merged.start(before);
        return merged;
    }

    /**
     * Back-pressure as in the original (mz_persist_client batch.rs, 26): the newest items may be
     * unfinished, older ones are waited for, the newest of them first, until one is met that was
     * waited for before.
     *
     * <p>The original loses sight of parts that a merge has taken over. Here they count as well, so
     * that memory is bounded by the parts that are allowed to be on their way.
     */
    private void holdBack() throws StoreException, InterruptedException {
        List<Pending> items = tree.items();
        int at = items.size() - mayBeUnfinished(items);
        while (at > 0 && !items.get(at - 1).observed()) {
            at--;
            awaitStalled(items.get(at));
        }
        unfinishedParts.removeIf(Pending::isDone);
        while (unfinishedParts.size() > config.maxOutstandingParts()) {
            awaitStalled(unfinishedParts.remove());
        }
    }

    /** How many of the newest items need not be waited for. */
    private int mayBeUnfinished(List<Pending> items) {
        int parts = config.maxOutstandingParts();
        if (!form.compacting()) {
            return Math.min(parts, items.size());
        }
        int merges = 1;
        int skipped = 0;
        while (skipped < items.size()) {
            boolean isPart = items.get(items.size() - 1 - skipped).order() == RunOrder.UNORDERED;
            if (isPart ? parts-- <= 0 : merges-- <= 0) {
                break;
            }
            skipped++;
        }
        return skipped;
    }

    private void awaitStalled(Pending pending) throws StoreException, InterruptedException {
        store.metrics().stalled();
        await(pending);
    }

    private Written await(Pending pending) throws StoreException, InterruptedException {
        try {
            return pending.await();
        } catch (ExecutionException e) {
            throwFailure();
            throw new IllegalStateException("a part of the batch could not be written", e);
        }
    }

    /** Fails if a part on its way has failed; does not wait. */
    void throwFailure() throws StoreException {
        Throwable cause = failure.get();
        if (cause instanceof StoreException storeFailure) {
            throw storeFailure;
        }
        if (cause != null) {
            throw new IllegalStateException("a part of the batch could not be written", cause);
        }
    }

    /**
     * Waits for everything and hands the runs over to the caller, oldest first and none of them
     * empty.
     */
    public List<Run> finish() throws StoreException, InterruptedException {
        completeOpenPart();
        List<Run> runs = new ArrayList<>();
        if (form.partOrder() == RunOrder.UNORDERED) {
            for (Pending pending : tree.finish()) {
                addRun(runs, pending.order(), await(pending));
            }
        } else {
            addRun(runs, form.runOrder(), finishRun());
        }
        handOver();
        return runs;
    }

    /** Waits for everything; what was written still belongs to this writer. */
    Written finishRun() throws StoreException, InterruptedException {
        completeOpenPart();
        List<Written> written = new ArrayList<>();
        for (Pending pending : tree.finish()) {
            written.add(await(pending));
        }
        return Written.concat(written);
    }

    /** What was written belongs to someone else from now on. */
    void handOver() {
        output.handOver();
    }

    private void addRun(List<Run> runs, RunOrder order, Written written) {
        if (written.parts().isEmpty()) {
            return;
        }
        RunMeta meta = RunMeta.of(order, schema.id(), config.schemaField());
        if (config.runs().identities()) {
            meta = meta.withIdentity(store.partIds().get(), written.updates());
        }
        runs.add(new Run(meta, written.parts()));
        len += written.updates();
    }

    /** Updates stored in the runs, once finished. */
    public long len() {
        return len;
    }

    /** What the merge tree holds, oldest first: whether each was waited for. */
    List<Boolean> observed() {
        return tree.items().stream().map(Pending::observed).toList();
    }

    /**
     * Gives up what is on its way, without waiting for it, and has the blobs deleted that were not
     * handed over, as far as that works. Idempotent.
     */
    @Override
    public void close() {
        if (closed) {
            return;
        }
        closed = true;
        output.abandon();
        unfinished.forEach(Pending::abandon);
        closeOpenPart();
        memory.release();
    }
}
