package io.persist.shard;

import io.persist.batch.HollowBatch;
import io.persist.codec.CorruptDataException;
import io.persist.frontier.Antichain;
import io.persist.state.State;
import io.persist.state.WriterId;
import io.persist.state.WriterState;
import io.persist.store.StoreException;

import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * One step of a shard's upper, as the live log tells it. Of what happened before the log begins,
 * batches are left, compacted perhaps: then who appended them, and when, is not known any more.
 *
 * @param lower of the step
 * @param upper of the step; the last time that it made definite is the one before
 * @param wallMillis wall clock of the commit
 * @param writer whose entry it moved
 * @param entry of the writer after it
 * @param updates that it brought
 * @param bytes of parts that it brought, in blob and inline
 */
public record ShardCommit(
        Antichain lower,
        Antichain upper,
        @Nullable Long wallMillis,
        @Nullable WriterId writer,
        @Nullable WriterState entry,
        long updates,
        long bytes) {
    static List<ShardCommit> history(Machine machine)
            throws StoreException,
                    CorruptDataException,
                    IncompatibleShardException,
                    InterruptedException {
        List<ShardCommit> commits = new ArrayList<>();
        List<State> before = new ArrayList<>(1);
        machine.visitLiveStates(
                state -> {
                    if (before.isEmpty()) {
                        for (HollowBatch batch : state.batches()) {
                            commits.add(
                                    new ShardCommit(
                                            batch.lower(),
                                            batch.upper(),
                                            null,
                                            null,
                                            null,
                                            batch.len(),
                                            bytes(batch)));
                        }
                    } else if (!before.get(0).upper().equals(state.upper())) {
                        commits.add(step(before.get(0), state));
                    }
                    before.clear();
                    before.add(state);
                });
        return commits;
    }

    private static ShardCommit step(State before, State after) {
        Map.Entry<WriterId, WriterState> moved =
                after.writers().entrySet().stream()
                        .filter(entry -> entry.getValue().upper().equals(after.upper()))
                        .filter(
                                entry ->
                                        !entry.getValue()
                                                .equals(before.writers().get(entry.getKey())))
                        .findFirst()
                        .orElse(null);
        List<HollowBatch> brought =
                after.batches().stream()
                        .filter(batch -> before.upper().lessEqual(batch.lower()))
                        .toList();
        return new ShardCommit(
                before.upper(),
                after.upper(),
                after.walltimeMillis(),
                moved == null ? null : moved.getKey(),
                moved == null ? null : moved.getValue(),
                brought.stream().mapToLong(HollowBatch::len).sum(),
                brought.stream().mapToLong(ShardCommit::bytes).sum());
    }

    private static long bytes(HollowBatch batch) {
        return batch.parts().mapToLong(part -> part.encodedBytes()).sum() + batch.inlineBytes();
    }
}
