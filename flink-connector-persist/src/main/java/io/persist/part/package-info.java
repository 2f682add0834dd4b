/**
 * One part: a batch of updates, in memory and as bytes.
 *
 * <p>In reading order: {@link io.persist.part.Updates} are times, diffs, and keys and values as row
 * bytes, as structured columns, or as both. {@link io.persist.part.PartEncoder} makes a Parquet
 * object of them while they come in, {@link io.persist.part.ParquetParts} turns those at hand into
 * one and back, {@link io.persist.part.InlineParts} into bytes inside the metadata and back; both
 * give a {@link io.persist.part.DecodedPart}. {@link io.persist.part.PartFormat} says which columns
 * are written, {@link io.persist.part.ParquetSettings} and {@link io.persist.part.Compression} how.
 * {@link io.persist.part.KeyLowerEncoding} makes the lower bounds that metadata holds about a part,
 * of the {@link io.persist.part.LeastKey}; {@link io.persist.part.Truncation} cuts bounds to a
 * length. {@link io.persist.part.DescriptionEncoding} is frontiers and descriptions as protobuf.
 *
 * <p>Invariants: a part has at least one update, no diff of 0, and its times lie in the description
 * stored with it. The same updates always give the same bytes. Bytes of any origin either decode or
 * give a {@link io.persist.codec.CorruptDataException}; what a decoder made and does not return, it
 * closes. Memory taken is bounded by what the bytes at hand can mean, not by what they claim. No
 * NIO view of Arrow's memory is used, so that no JVM flag is needed.
 *
 * <p>Must not know: what a key means (codecs do), which batch a part is in, stores. Parquet as such
 * is in {@link io.persist.part.parquet}.
 */
@NullMarked
package io.persist.part;

import org.jspecify.annotations.NullMarked;
