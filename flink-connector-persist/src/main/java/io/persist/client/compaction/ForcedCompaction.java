package io.persist.client.compaction;

import io.persist.codec.CorruptDataException;
import io.persist.shard.IncompatibleShardException;
import io.persist.shard.Machine;
import io.persist.state.State;
import io.persist.state.spine.MergeRequest;
import io.persist.store.StoreException;

import java.util.function.Consumer;

/**
 * Compacts everything that the state holds ready, one after the other, worth it or not and whoever
 * else is at it, until each batch of the spine is one run, or would not become less. One thread.
 */
public final class ForcedCompaction {
    /** How often in a row others may be faster. */
    private static final int MAX_LOST = 20;

    private final Machine machine;
    private final Compactor compactor;

    public ForcedCompaction(Machine machine, Compactor compactor) {
        this.machine = machine;
        this.compactor = compactor;
    }

    /** What came of one request. */
    public record Step(MergeRequest request, CompactionResult result) {}

    /**
     * @param applied compactions that took effect
     * @param remaining requests that the state still holds ready
     */
    public record Summary(int applied, int remaining) {}

    /**
     * @param progress told of each step
     */
    public Summary run(Consumer<Step> progress)
            throws StoreException,
                    CorruptDataException,
                    IncompatibleShardException,
                    InterruptedException {
        int applied = 0;
        int lost = 0;
        boolean again = true;
        State state = machine.refresh();
        while (again) {
            again = false;
            for (MergeRequest request : state.trace().readyMerges()) {
                CompactionResult result = compactor.run(machine, request);
                progress.accept(new Step(request, result));
                if (result instanceof CompactionResult.Applied done) {
                    applied++;
                    lost = 0;
                    again |= isLess(request, done) && done.output().runs().size() > 1;
                } else if (result instanceof CompactionResult.Lost
                        || result instanceof CompactionResult.NotApplied) {
                    again = ++lost < MAX_LOST;
                    break;
                } else {
                    return new Summary(applied, machine.state().trace().readyMerges().size());
                }
            }
            state = machine.refresh();
        }
        return new Summary(applied, state.trace().readyMerges().size());
    }

    /** Where memory is short, several runs come out; merging them again pays while it helps. */
    private static boolean isLess(MergeRequest request, CompactionResult.Applied done) {
        long before =
                request.inputs().stream().mapToLong(input -> input.batch().runs().size()).sum();
        return done.output().runs().size() < before;
    }
}
