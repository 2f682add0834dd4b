/**
 * The sink: writes a stream of records into a shard, each checkpoint atomically at one time,
 * exactly once.
 *
 * <p>In reading order: {@link io.persist.flink.sink.PersistSink} is what users build; a {@link
 * io.persist.flink.sink.PersistRecordSerializer} says which updates a record stands for. Records
 * flow to the parallel {@code PersistWriter}s, which upload parts as they go and hand over one
 * {@code WriterResult} each per checkpoint; the one {@code Sealer} joins them into one {@code
 * SealedCommit}, numbered within the epoch that it registered with the shard; the {@code
 * PersistCommitter} appends it after the checkpoint has completed. {@code WriterLine} and {@code
 * PartIds} name the staged parts so that those which can never be appended are known by their keys.
 *
 * <p>Invariants: a record is in at most one commit; what a commit appends is fixed before its
 * checkpoint completes; whether it is appended, was appended, or must never be, is decided by
 * {@link io.persist.client.SinkChain} in the compare-and-set that appends it, and nowhere else.
 * Messages and states are versioned protobuf, immutable, and keep their meaning once released.
 *
 * <p>The sink object travels in the job graph as plain values; tasks open clients of their own and
 * close them. Nothing here knows tables.
 */
@NullMarked
package io.persist.flink.sink;

import org.jspecify.annotations.NullMarked;
