package io.persist.part.stats;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/**
 * Columns whose statistics are kept whatever the budget, told by their names in lower case.
 *
 * @param equals names
 * @param prefixes beginnings of names
 * @param suffixes ends of names
 */
public record UntrimmableColumns(
        List<String> equals, List<String> prefixes, List<String> suffixes) {
    /** Errors, and what often says when something happened. */
    public static final UntrimmableColumns DEFAULT =
            parse(
                    "err,ts,receivedat,createdat,_fivetran_deleted",
                    "last_",
                    "timestamp,time,_at,_tstamp");

    public UntrimmableColumns {
        equals = List.copyOf(equals);
        prefixes = List.copyOf(prefixes);
        suffixes = List.copyOf(suffixes);
    }

    /** From comma-separated lists; empty entries do not count. */
    public static UntrimmableColumns parse(String equals, String prefixes, String suffixes) {
        return new UntrimmableColumns(list(equals), list(prefixes), list(suffixes));
    }

    private static List<String> list(String text) {
        return Arrays.stream(text.split(",", -1)).filter(entry -> !entry.isEmpty()).toList();
    }

    public boolean contains(String column) {
        String name = column.toLowerCase(Locale.ROOT);
        return equals.contains(name)
                || prefixes.stream().anyMatch(name::startsWith)
                || suffixes.stream().anyMatch(name::endsWith);
    }
}
