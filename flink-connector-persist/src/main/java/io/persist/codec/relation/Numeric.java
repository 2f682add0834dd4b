package io.persist.codec.relation;

import java.math.BigDecimal;

/** A value of type numeric: a decimal, or one of three values beside them. */
public sealed interface Numeric {
    /** Equal decimals are equal whatever their trailing zeros. */
    record Finite(BigDecimal value) implements Numeric {
        public Finite {
            value = value.signum() == 0 ? BigDecimal.ZERO : value.stripTrailingZeros();
        }

        @Override
        public String toString() {
            return value.toPlainString();
        }
    }

    /** Values that no decimal stands for. */
    enum Special implements Numeric {
        NAN("NaN"),
        POSITIVE_INFINITY("Infinity"),
        NEGATIVE_INFINITY("-Infinity");

        private final String text;

        Special(String text) {
            this.text = text;
        }

        @Override
        public String toString() {
            return text;
        }
    }

    static Numeric of(BigDecimal value) {
        return new Finite(value);
    }
}
