/**
 * Parquet files of one row group, from Arrow vectors and to them, without Hadoop.
 *
 * <p>Writing, in reading order: {@link io.persist.part.parquet.ParquetWriter} walks the vectors of
 * each piece of a file; {@code SchemaNode}, {@code LeafTypes} and {@code ParquetSchema} say how a
 * type lies in the file, {@code LeafPlan} whether a leaf gets a dictionary; {@code Levels} are the
 * definition and repetition levels of a field, {@code ValueSource} its values; a {@code
 * ColumnChunkWriter} for each leaf makes pages of both with the help of {@code DictionaryEncoder},
 * {@code RunLengthEncoder} and {@code PageCompressor}, in memory that all of them share ({@code
 * PageMemory}). All goes to a {@code FileSink} as it comes, which puts it in order in the end, and
 * {@code FileChecksum} closes the file.
 *
 * <p>Reading: {@link io.persist.part.parquet.ParquetReader} checks the footer, which {@code
 * ThriftReader} parses; {@code ColumnChunkReader} reads the pages of a leaf into {@code LeafData}
 * with the help of {@code PageDecompressor}, {@code RunLengthDecoder}, {@code ValueDecoder} and
 * {@code DeltaDecoder}; {@code VectorAssembler} and {@code LeafVectors} make vectors of that.
 *
 * <p>Invariants: every read goes through a {@code Slice}, which checks it, and every size in a file
 * is compared with {@code Limits} or the bytes at hand before memory is taken for it. Written are
 * version 2 pages, PLAIN or with a dictionary, without statistics; read are all encodings, codecs
 * and page versions that parquet-rs and parquet-java write. Thrift structures are those of
 * parquet-format-structures, the only part of parquet-java used here.
 *
 * <p>Must not know: parts, their columns, descriptions.
 */
@NullMarked
package io.persist.part.parquet;

import org.jspecify.annotations.NullMarked;
