/**
 * Stored forms of a relation's values: where they lie, and their row bytes.
 *
 * <p>{@link io.persist.codec.relation.stored.Slots} hold the stored forms of one column and of what
 * is nested in it, row by row: {@link io.persist.codec.relation.stored.VectorSlots} in Arrow
 * vectors, {@link io.persist.codec.relation.stored.Cell} on the heap. {@link
 * io.persist.codec.relation.stored.SourceDataEncoding} makes row bytes of cells and fills cells
 * from them ({@code DatumWriteEncoding}, {@code DatumReadEncoding}). {@link
 * io.persist.codec.relation.stored.PackedNumeric} is the stored form of numerics, {@link
 * io.persist.codec.relation.stored.Json} stands between JSON text, which is the stored form, and
 * the nested values that row bytes have instead; {@link
 * io.persist.codec.relation.stored.JsonTextCheck} tells texts that are in that form already.
 *
 * <p>Invariants: a stored form is the same bytes in vectors and in cells. Nothing here checks
 * whether a value is one of its type: that is for the columns above.
 *
 * <p>For the package above, and for statistics. Knows no types, descriptions or names of columns.
 */
@NullMarked
package io.persist.codec.relation.stored;

import org.jspecify.annotations.NullMarked;
