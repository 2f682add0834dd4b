/**
 * Physical compaction: batches that lie next to each other become one, with fewer and sorted runs,
 * times moved up to the shard's since, and what cancels left out.
 *
 * <p>Which batches, the spine decides ({@link io.persist.state.spine.MergeRequest}); an append
 * hands its requests out. {@link io.persist.client.compaction.Compactor} does one of them: it picks
 * the schema ({@code OutputSchema}), cuts the runs into {@code Chunks} that fit into memory, merges
 * each of these, and puts the result into the state. {@link
 * io.persist.client.compaction.CompactionConfig} says what is worth it and what it may cost, {@link
 * io.persist.client.compaction.CompactionMetrics} is told what came of it, {@link
 * io.persist.client.compaction.CompactionResult} says it of one. {@link
 * io.persist.client.compaction.ForcedCompaction} does all that a state holds ready.
 *
 * <p>Invariants: inputs are never deleted here; an output is deleted only if it certainly was never
 * applied; the since is the one of the request; every part of an output says what its batch says.
 * Losing a request or doing it twice is harmless.
 *
 * <p>Must not know: handles, threads and queues, and who asks for compaction when.
 */
@NullMarked
package io.persist.client.compaction;

import org.jspecify.annotations.NullMarked;
