package io.persist.part.filter;

import io.persist.codec.Bytes;
import io.persist.codec.CorruptDataException;
import io.persist.codec.StatsKind;
import io.persist.part.stats.ColumnStats;
import io.persist.part.stats.KeyStats;
import io.persist.part.stats.StatsEncoding;
import io.persist.part.stats.StructStats;

import org.apache.arrow.vector.FieldVector;
import org.jspecify.annotations.Nullable;

import java.util.HashSet;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * A condition on the keys of one codec. Keys of relations are a row or an error: the condition is
 * one of the row, and errors are of interest whatever it is. Immutable.
 *
 * @param kind what the codec says of its keys
 */
public record KeyCondition(Condition condition, StatsKind.Struct kind) {
    private static final String OK = "ok";
    private static final String ERR = "err";

    /** Whether keys of a part may be of interest; true if its statistics do not say. */
    public boolean mayBeOfInterest(@Nullable Bytes encodedStats) {
        if (encodedStats == null) {
            return true;
        }
        try {
            return mayBeOfInterest(StatsEncoding.decode(encodedStats));
        } catch (CorruptDataException e) {
            return true; // of a newer writer; the part itself is as good as any
        }
    }

    /** Whether some of these keys may be of interest. */
    public boolean mayBeOfInterest(FieldVector keys) {
        return mayBeOfInterest(KeyStats.of(kind, keys));
    }

    private boolean mayBeOfInterest(StructStats stats) {
        StructStats rows = rows(stats);
        return rows == null || mayHaveErrors(stats) || condition.outcomes(rows).mayBeTrue();
    }

    /** Whether all of these keys are of interest for certain. */
    public boolean areOfInterest(FieldVector keys) {
        StructStats stats = KeyStats.of(kind, keys);
        StructStats rows = rows(stats);
        return (rows != null && condition.outcomes(rows).isTrue() && !mayHaveErrors(stats))
                || haveOnlyErrors(stats);
    }

    private boolean isRelation() {
        return kind.columns().size() == 2
                && kind.columns().get(0).name().equals(OK)
                && kind.columns().get(1).name().equals(ERR);
    }

    private @Nullable StructStats rows(StructStats stats) {
        if (!isRelation()) {
            return stats;
        }
        ColumnStats ok = stats.columns().get(OK);
        return ok != null && ok.values() instanceof StructStats rows ? unambiguous(rows) : null;
    }

    /**
     * Without columns of whose name there are several, one of them dropped: older statistics tell
     * of that one.
     */
    private StructStats unambiguous(StructStats rows) {
        if (!(kind.columns().get(0).kind() instanceof StatsKind.Struct columns)) {
            return rows;
        }
        Set<String> seen = new HashSet<>();
        SortedMap<String, ColumnStats> known = new TreeMap<>(rows.columns());
        for (StatsKind.Column column : columns.columns()) {
            if (!seen.add(column.name())) {
                known.remove(column.name());
            }
        }
        return known.size() == rows.columns().size() ? rows : new StructStats(rows.len(), known);
    }

    /** Whether there are, or it is not known. */
    private boolean mayHaveErrors(StructStats stats) {
        return isRelation() && errors(stats) != 0;
    }

    private boolean haveOnlyErrors(StructStats stats) {
        return isRelation() && stats.len() > 0 && errors(stats) == stats.len();
    }

    /** Whether statistics say for certain that no key of a part is an error. */
    public boolean excludesErrors(@Nullable Bytes encodedStats) {
        if (!isRelation()) {
            return true;
        }
        if (encodedStats == null) {
            return false;
        }
        try {
            return errors(StatsEncoding.decode(encodedStats)) == 0;
        } catch (CorruptDataException e) {
            return false;
        }
    }

    /** Keys that are errors; -1 if that is not known. */
    private static long errors(StructStats stats) {
        ColumnStats err = stats.columns().get(ERR);
        return err == null || err.nulls() == null ? -1 : stats.len() - err.nulls();
    }
}
