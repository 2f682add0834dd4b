/**
 * Keys and values as bytes and as Arrow columns.
 *
 * <p>A shard stores keys and values of any type that has a {@link io.persist.codec.Codec}. Reading
 * order: {@link io.persist.codec.Codec} with its {@link io.persist.codec.ColumnAppender} and {@link
 * io.persist.codec.ColumnReader} is the seam; {@link io.persist.codec.Codecs} are the simple ones
 * that ship (rows of tables are in {@code codec.relation}). What may be done with columns without
 * knowing their codec: {@link io.persist.codec.Vectors} makes them, {@link
 * io.persist.codec.StructuredOrder} compares rows, {@link io.persist.codec.Migration} brings
 * columns of an older type to a newer one, {@link io.persist.codec.GoodBytes} measures them, {@link
 * io.persist.codec.ArrayDataEncoding} and {@link io.persist.codec.DataTypeEncoding} carry them and
 * their types inside protobuf. {@link io.persist.codec.Bytes}, {@link io.persist.codec.ShardId} and
 * {@link io.persist.codec.SchemaId} are values that everything above uses.
 *
 * <p>Invariants: both forms of a value denote the same value; equal values give equal bytes; what
 * stored bytes claim is checked before it is believed, and fails as {@link
 * io.persist.codec.CorruptDataException}; no NIO view of Arrow memory is ever taken, so that the
 * JVM needs no flags.
 *
 * <p>Knows nothing of stores, parts, batches and Flink.
 */
@NullMarked
package io.persist.codec;

import org.jspecify.annotations.NullMarked;
