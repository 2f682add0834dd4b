package io.persist.part.filter;

import io.persist.part.stats.ColumnStats;
import io.persist.part.stats.StructStats;

import org.jspecify.annotations.Nullable;

import java.util.List;

/**
 * What a row has to be like, in SQL's logic of three values: true, false, or unknown because of a
 * null. Immutable.
 */
public sealed interface Condition {
    /** What this may come to for rows of which so much is known. */
    Outcomes outcomes(StructStats rows);

    /** How a column stands to a literal. */
    enum Operator {
        EQUAL,
        LESS,
        LESS_OR_EQUAL,
        GREATER,
        GREATER_OR_EQUAL
    }

    /**
     * @param column name of a column; of a key that is not taken apart, the empty name
     */
    record Compare(String column, Operator operator, Literal literal) implements Condition {
        @Override
        public Outcomes outcomes(StructStats rows) {
            ColumnStats stats = rows.columns().get(column);
            if (stats == null) {
                return Outcomes.ANY;
            }
            Outcomes unknown = new Outcomes(false, false, true);
            if (stats.nulls() != null && stats.nulls() >= rows.len()) {
                return unknown;
            }
            Outcomes values = ofValues(Range.of(stats.values()), literal.range());
            boolean complete = stats.nulls() == null || stats.nulls() == 0;
            return complete ? values : values.or(unknown);
        }

        private Outcomes ofValues(@Nullable Range<?> values, @Nullable Range<?> value) {
            if (values == null || value == null || !values.isComparableWith(value)) {
                return Outcomes.ANY;
            }
            boolean less = values.mayBeLess(value);
            boolean equal = values.mayBeEqual(value);
            boolean greater = values.mayBeGreater(value);
            return switch (operator) {
                case EQUAL -> new Outcomes(equal, less || greater, false);
                case LESS -> new Outcomes(less, equal || greater, false);
                case LESS_OR_EQUAL -> new Outcomes(less || equal, greater, false);
                case GREATER -> new Outcomes(greater, less || equal, false);
                case GREATER_OR_EQUAL -> new Outcomes(equal || greater, less, false);
            };
        }
    }

    record IsNull(String column) implements Condition {
        @Override
        public Outcomes outcomes(StructStats rows) {
            ColumnStats stats = rows.columns().get(column);
            if (stats == null) {
                return Outcomes.ANY;
            }
            if (stats.nulls() == null || stats.nulls() == 0) {
                return Outcomes.FALSE;
            }
            return stats.nulls() >= rows.len() ? Outcomes.TRUE : new Outcomes(true, true, false);
        }
    }

    /** All of them; true if there is none. */
    record And(List<Condition> conditions) implements Condition {
        public And {
            conditions = List.copyOf(conditions);
        }

        @Override
        public Outcomes outcomes(StructStats rows) {
            Outcomes all = Outcomes.TRUE;
            for (Condition condition : conditions) {
                all = all.both(condition.outcomes(rows));
            }
            return all;
        }
    }

    /** Any of them; false if there is none. */
    record Or(List<Condition> conditions) implements Condition {
        public Or {
            conditions = List.copyOf(conditions);
        }

        @Override
        public Outcomes outcomes(StructStats rows) {
            Outcomes any = Outcomes.FALSE;
            for (Condition condition : conditions) {
                any = any.either(condition.outcomes(rows));
            }
            return any;
        }
    }

    record Not(Condition condition) implements Condition {
        @Override
        public Outcomes outcomes(StructStats rows) {
            return condition.outcomes(rows).negated();
        }
    }

    static Condition compare(String column, Operator operator, Literal literal) {
        return new Compare(column, operator, literal);
    }

    static Condition isNull(String column) {
        return new IsNull(column);
    }

    static Condition isNotNull(String column) {
        return new Not(new IsNull(column));
    }

    static Condition and(Condition... conditions) {
        return new And(List.of(conditions));
    }

    static Condition or(Condition... conditions) {
        return new Or(List.of(conditions));
    }

    static Condition not(Condition condition) {
        return new Not(condition);
    }
}
