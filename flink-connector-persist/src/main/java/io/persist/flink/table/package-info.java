/**
 * Shards as SQL tables.
 *
 * <p>In reading order:
 *
 * <ul>
 *   <li>{@link io.persist.flink.table.PersistDynamicTableFactory}: what {@code 'connector' =
 *       'persist'} finds.
 *   <li>{@link io.persist.flink.table.TableShard}: from options and the table's name to a shard.
 *   <li>{@link io.persist.flink.table.TableColumns} and {@link
 *       io.persist.flink.table.RelationTypes}: from declared columns to the relation that is
 *       stored, or to the reason why not.
 *   <li>{@link io.persist.flink.table.RowDataMapping}, {@link io.persist.flink.table.FieldWriter}
 *       and {@link io.persist.flink.table.FieldReader}: rows, column by column.
 *   <li>{@link io.persist.flink.table.PersistTableSink} and {@link
 *       io.persist.flink.table.PersistTableSource}: what the planner sees. {@link
 *       io.persist.flink.table.MetadataColumn}: what they offer beside the columns.
 *   <li>{@link io.persist.flink.table.StoredColumns}: what a shard was written with, to compare.
 * </ul>
 *
 * <p>Invariants: what cannot be stored faithfully is refused, at planning time where the type says
 * so, else with the row; nothing is rounded or cut, for then a row's retraction would not match it.
 * An option is declared beside its use.
 *
 * <p>A table is a shard whose keys are relation rows, whose values are unit and whose times are
 * milliseconds. Knows nothing of batches, parts or Arrow.
 */
@NullMarked
package io.persist.flink.table;

import org.jspecify.annotations.NullMarked;
