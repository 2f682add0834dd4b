package io.persist.client.compaction;

import io.persist.batch.HollowBatch;
import io.persist.state.maintenance.Compactions;
import io.persist.store.BlobKey;

/** What came of one request to compact. */
public sealed interface CompactionResult {
    /** The state has the output in the place of its inputs, or may have it. */
    record Applied(HollowBatch output) implements CompactionResult {}

    /** The state has no place for the output, whose blobs are deleted. */
    record NotApplied(Compactions.Outcome why) implements CompactionResult {}

    /** An input was collected as garbage meanwhile: others have compacted it. */
    record Lost(BlobKey missing) implements CompactionResult {}

    /** It took longer than it may; nothing was changed. */
    record TimedOut(long timeoutMillis) implements CompactionResult {}

    /** This process is told not to compact; nothing was done. */
    record Disabled() implements CompactionResult {}
}
