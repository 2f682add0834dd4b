/**
 * Rows of relations: the codec of tables.
 *
 * <p>A relation's shard has keys of type {@link io.persist.codec.relation.SourceData} and no
 * values. Reading order: {@link io.persist.codec.relation.RelationDesc} with its columns and {@link
 * io.persist.codec.relation.ScalarType}s is the schema, {@code RelationDescEncoding} its bytes.
 * {@link io.persist.codec.relation.RelationCodec} stores rows of any Java type, told by a {@link
 * io.persist.codec.relation.RowMapping} how they lie in columns; {@code SourceData} made of {@link
 * io.persist.codec.relation.Datum}s is the mapping that ships. Inside, a {@code Column} knows one
 * column's type: it checks values and brings them into stored form, over {@link
 * io.persist.codec.relation.stored.Slots} that know only where they lie: in Arrow vectors, or alone
 * in a {@link io.persist.codec.relation.stored.Cell}, from which row bytes are made. Columns of
 * records, lists, arrays and maps have columns of their parts below them, so values that are nested
 * are written like others: through a {@link io.persist.codec.relation.ColumnSink}, without objects.
 *
 * <p>Invariants: what is written is canonical (one value, one spelling), because rows cancel only
 * if they are equal byte for byte; what was legally spelled otherwise is read, and keeps its
 * spelling where it is copied. Appending a row of flat types to vectors allocates nothing beyond
 * the vectors. To support another type: one more {@code Column}.
 *
 * <p>Knows nothing of parts, shards and Flink.
 */
@NullMarked
package io.persist.codec.relation;

import org.jspecify.annotations.NullMarked;
