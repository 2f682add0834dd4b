/**
 * Bytes of shard state: log entries and rollups.
 *
 * <p>In reading order: {@link io.persist.state.encoding.StateDiffEncoding} encodes what one entry
 * of the log holds, {@link io.persist.state.encoding.RollupEncoding} a {@link
 * io.persist.state.encoding.Rollup}, the whole state with the entries since the previous rollup.
 * Both use {@code SliceEncoding} for the values of the collections and {@code TraceEncoding} for
 * the flat form of the trace.
 *
 * <p>Invariants: decoding then encoding what a peer wrote gives the same bytes; equal states have
 * equal bytes. Absent and default values are told apart where peers do. Bytes that do not decode
 * end in {@link io.persist.codec.CorruptDataException}, never in another exception, and entries
 * with collections that this build does not know in {@link
 * io.persist.state.encoding.NewerVersionException}.
 *
 * <p>Must not know: stores, and whether a version may be read or written.
 */
@NullMarked
package io.persist.state.encoding;

import org.jspecify.annotations.NullMarked;
