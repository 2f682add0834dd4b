/**
 * Statistics about the keys of a part: how many there are, nulls, and bounds of every column.
 *
 * <p>Readers skip parts whose statistics say that no row can be of interest. Reading order: {@link
 * io.persist.part.stats.StructStats} of {@link io.persist.part.stats.ColumnStats} with {@link
 * io.persist.part.stats.ValueStats} and {@link io.persist.part.stats.JsonStats} is what is known;
 * {@link io.persist.part.stats.StatsEncoding} its bytes, as they stand in metadata. {@link
 * io.persist.part.stats.KeyStats} measures columns, as {@link io.persist.codec.StatsKind} tells it,
 * over {@code Validity} and piece by piece: a {@code ColumnCollector} has a {@code ValueCollector}
 * for each kind of values; {@code NumberBounds}, {@code ByteRows} and what is built on them look at
 * these. {@code Trimming} makes the result fit into a budget that {@link
 * io.persist.part.stats.StatsSettings} give, leaving {@link
 * io.persist.part.stats.UntrimmableColumns} alone.
 *
 * <p>Invariants: bounds enclose the data. What cannot be said for certain is left out, which only
 * costs readers time; what is said wrongly costs them rows. The same columns always give the same
 * bytes, those of the original. Bytes of any origin either decode or give a {@link
 * io.persist.codec.CorruptDataException}.
 *
 * <p>Must not know: which codec the keys have, beyond the kinds of statistics; what readers look
 * for; stores.
 */
@NullMarked
package io.persist.part.stats;

import org.jspecify.annotations.NullMarked;
