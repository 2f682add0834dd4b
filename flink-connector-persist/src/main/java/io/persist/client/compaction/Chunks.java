package io.persist.client.compaction;

import io.persist.batch.BatchStore;
import io.persist.batch.MissingBlobException;
import io.persist.batch.Run;
import io.persist.batch.RunOrder;
import io.persist.batch.RunPart;
import io.persist.batch.merge.MergeInput;
import io.persist.codec.CorruptDataException;
import io.persist.shard.Profile;
import io.persist.state.spine.IdBatch;
import io.persist.store.StoreException;

import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;

/**
 * Cuts the runs of the inputs into chunks that are merged one after the other, so that one part of
 * each run of a chunk fits into memory. A chunk has at least two runs if there are two, whatever
 * they take: else nothing would ever become less. One thread.
 */
final class Chunks {
    private final long memoryBytes;
    private final List<Chunk> chunks = new ArrayList<>();
    private final List<MergeInput> open = new ArrayList<>();
    private long openBytes;
    private int violations;

    /**
     * Runs that are merged into one.
     *
     * @param bytes of the largest part of each run, together
     */
    record Chunk(List<MergeInput> runs, long bytes) {
        Chunk {
            runs = List.copyOf(runs);
        }
    }

    /**
     * @param memoryBytes for one part of each run of a chunk
     */
    Chunks(long memoryBytes) {
        this.memoryBytes = memoryBytes;
    }

    /** How often a chunk had to exceed the memory. */
    int violations() {
        return violations;
    }

    /**
     * As clients of {@code profile} cut them (persist-client/internal/compact.rs, 0.128 and 26.24).
     *
     * @param order that the output is sorted by
     */
    List<Chunk> cut(Profile profile, List<IdBatch> inputs, RunOrder order, BatchStore store)
            throws StoreException,
                    MissingBlobException,
                    CorruptDataException,
                    InterruptedException {
        if (profile == Profile.P128) {
            List<MergeInput> runs = new ArrayList<>();
            for (MergeInput run : roundRobin(inputs)) {
                addSortedAs(order, run, runs, store);
            }
            runs.forEach(this::add);
        } else {
            inputs.stream()
                    .sorted((a, b) -> a.id().compareTo(b.id()))
                    .forEach(input -> addBatch(MergeInput.of(input.batch())));
        }
        close();
        return List.copyOf(chunks);
    }

    /** The first run of each batch, then the second of each, and so on. */
    private static List<MergeInput> roundRobin(List<IdBatch> inputs) {
        List<Iterator<MergeInput>> batches = new ArrayList<>();
        inputs.forEach(input -> batches.add(MergeInput.of(input.batch()).iterator()));
        List<MergeInput> runs = new ArrayList<>();
        while (!batches.isEmpty()) {
            batches.removeIf(batch -> !batch.hasNext());
            batches.forEach(batch -> runs.add(batch.next()));
        }
        return runs;
    }

    /** A run of another order is worth no more than its parts, each as a run of its own. */
    private static void addSortedAs(
            RunOrder order, MergeInput input, List<MergeInput> into, BatchStore store)
            throws StoreException,
                    MissingBlobException,
                    CorruptDataException,
                    InterruptedException {
        Run run = input.run();
        boolean sorted = run.meta().order().orElse(RunOrder.CODEC) == order;
        if (sorted || (run.parts().size() == 1 && !(run.parts().get(0) instanceof RunPart.Many))) {
            into.add(input);
            return;
        }
        for (RunPart part : run.parts()) {
            List<RunPart> listed =
                    part instanceof RunPart.Many many ? store.list(many) : List.of(part);
            for (RunPart single : listed) {
                addSortedAs(
                        order,
                        new MergeInput(input.registered(), new Run(run.meta(), List.of(single))),
                        into,
                        store);
            }
        }
    }

    /** Runs of one batch stay together if they fit. */
    private void addBatch(List<MergeInput> runs) {
        long bytes = runs.stream().mapToLong(Chunks::largestPart).sum();
        boolean fits = openBytes + bytes <= memoryBytes;
        if (fits || open.size() + runs.size() <= 2) {
            violations += fits ? 0 : 1;
            open.addAll(runs);
            openBytes += bytes;
            return;
        }
        close();
        if (bytes <= memoryBytes) {
            open.addAll(runs);
            openBytes = bytes;
        } else {
            runs.forEach(this::add);
            close();
        }
    }

    private void add(MergeInput run) {
        long bytes = largestPart(run);
        boolean fits = openBytes + bytes <= memoryBytes;
        if (!fits && open.size() >= 2) {
            close();
        } else if (!fits && !open.isEmpty()) {
            violations++;
        }
        open.add(run);
        openBytes += bytes;
    }

    private void close() {
        if (!open.isEmpty()) {
            chunks.add(new Chunk(open, openBytes));
            open.clear();
            openBytes = 0;
        }
    }

    private static long largestPart(MergeInput input) {
        long largest = 0;
        for (RunPart part : input.run().parts()) {
            long bytes = part.encodedBytes();
            if (part instanceof RunPart.Many many) {
                bytes = many.maxPartBytes();
            } else if (part instanceof RunPart.Inline inline) {
                bytes = inline.updates().length();
            }
            largest = Math.max(largest, bytes);
        }
        return largest;
    }
}
