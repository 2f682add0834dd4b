/**
 * What readers look for in keys, as far as statistics can tell whether a part may hold it.
 *
 * <p>A {@link io.persist.part.filter.Condition} compares columns with {@link
 * io.persist.part.filter.Literal}s; a {@link io.persist.part.filter.KeyCondition} asks it of the
 * keys of one codec: of the statistics of a part, or of rows themselves. {@code Outcomes} are what
 * a condition may come to among rows of which only bounds are known, {@code Range} those bounds in
 * a form that compares.
 *
 * <p>Invariants: whatever is not known for certain counts as possible, so a part is only ruled out
 * if no row of it can be of interest; a row with an error is of interest to everybody. A condition
 * cannot fail, only be neither true nor false.
 *
 * <p>Must not know: where parts lie, who reads them, what is done about a part that was ruled out.
 */
@NullMarked
package io.persist.part.filter;

import org.jspecify.annotations.NullMarked;
