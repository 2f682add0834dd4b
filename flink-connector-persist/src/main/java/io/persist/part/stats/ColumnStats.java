package io.persist.part.stats;

import org.jspecify.annotations.Nullable;

/**
 * Statistics of one column.
 *
 * @param nulls rows without a value, those where the struct around it is null included; null if the
 *     column promises that there are none
 * @param values what is known of the rows with a value
 */
public record ColumnStats(@Nullable Long nulls, ValueStats values) {
    ColumnStats shortened() {
        return new ColumnStats(nulls, values.shortened());
    }
}
