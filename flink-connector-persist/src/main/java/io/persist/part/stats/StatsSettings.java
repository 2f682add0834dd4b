package io.persist.part.stats;

/**
 * Whether and how parts get statistics.
 *
 * @param enabled whether they get any; without, readers fetch every part
 * @param budgetBytes size beyond which they are trimmed; raise it for relations of many columns
 *     that are filtered by
 * @param untrimmable columns that are kept beyond the budget
 */
public record StatsSettings(boolean enabled, int budgetBytes, UntrimmableColumns untrimmable) {
    public static final StatsSettings DEFAULT =
            new StatsSettings(true, 1024, UntrimmableColumns.DEFAULT);

    public StatsSettings {
        if (budgetBytes < 0) {
            throw new IllegalArgumentException("budget of " + budgetBytes + " bytes");
        }
    }
}
