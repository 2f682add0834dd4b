package io.persist.part.stats;

import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;

/**
 * Makes statistics fit a budget: first bounds get shorter, then columns go, the largest first
 * (mz_persist_types stats.rs, {@code trim_to_budget}). What is kept is as true as before. One use.
 */
final class Trimming {
    private final UntrimmableColumns untrimmable;

    /** Bytes that still have to go, counted as the original does. */
    private int shortfall;

    private Trimming(UntrimmableColumns untrimmable, int shortfall) {
        this.untrimmable = untrimmable;
        this.shortfall = shortfall;
    }

    /** May exceed the budget, by what must not be trimmed. */
    static StructStats trim(StructStats stats, StatsSettings settings) {
        if (StatsEncoding.size(stats) <= settings.budgetBytes()) {
            return stats;
        }
        StructStats shorter = stats.shortened();
        int size = StatsEncoding.size(shorter);
        if (size <= settings.budgetBytes()) {
            return shorter;
        }
        return new Trimming(settings.untrimmable(), size - settings.budgetBytes()).struct(shorter);
    }

    private StructStats struct(StructStats stats) {
        List<Map.Entry<String, ColumnStats>> bySize = new ArrayList<>(stats.columns().entrySet());
        bySize.sort(Comparator.comparingInt(column -> StatsEncoding.size(column.getValue())));
        SortedMap<String, ColumnStats> kept = StructStats.emptyColumns();
        kept.putAll(stats.columns());
        for (int i = bySize.size() - 1; i >= 0 && shortfall > 0; i--) {
            String name = bySize.get(i).getKey();
            ColumnStats column = bySize.get(i).getValue();
            if (!untrimmable.contains(name)) {
                ValueStats rest = restOf(column);
                if (rest == null) {
                    kept.remove(name);
                } else {
                    kept.put(name, new ColumnStats(column.nulls(), rest));
                }
            }
        }
        return new StructStats(stats.len(), kept);
    }

    /** What stays of a column that may go; null if nothing does. */
    private @Nullable ValueStats restOf(ColumnStats column) {
        if (column.values() instanceof StructStats struct) {
            StructStats rest = struct(struct);
            if (shortfall == 0 || !rest.columns().isEmpty()) {
                return rest;
            }
            remove(StatsEncoding.size(rest));
            return null;
        }
        if (column.values() instanceof JsonStats.Maps maps) {
            JsonStats.Maps rest = maps(maps);
            if (shortfall == 0 || !rest.members().isEmpty()) {
                return rest;
            }
            remove(StatsEncoding.size(rest));
            return null;
        }
        remove(StatsEncoding.size(column));
        return null;
    }

    private JsonStats.Maps maps(JsonStats.Maps stats) {
        List<JsonStats.Member> bySize = new ArrayList<>(stats.members());
        bySize.sort(Comparator.comparingInt(StatsEncoding::size));
        List<JsonStats.Member> kept = new ArrayList<>(stats.members());
        for (int i = bySize.size() - 1; i >= 0 && shortfall > 0; i--) {
            JsonStats.Member member = bySize.get(i);
            if (!untrimmable.contains(member.key())) {
                JsonStats.Member rest = restOf(member);
                if (rest == null) {
                    kept.remove(member);
                } else {
                    kept.set(kept.indexOf(member), rest);
                }
            }
        }
        return new JsonStats.Maps(kept);
    }

    private JsonStats.@Nullable Member restOf(JsonStats.Member member) {
        JsonStats.Member rest = member;
        if (member.values() instanceof JsonStats.Maps maps) {
            JsonStats.Maps left = maps(maps);
            rest = new JsonStats.Member(member.key(), member.len(), left);
            if (shortfall == 0 || !left.members().isEmpty()) {
                return rest;
            }
        }
        remove(StatsEncoding.size(rest));
        return null;
    }

    /** Counts one byte for what stands before a message, although it may be more. */
    private void remove(int size) {
        shortfall = Math.max(0, shortfall - size - 1);
    }
}
