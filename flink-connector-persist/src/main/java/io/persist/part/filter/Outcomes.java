package io.persist.part.filter;

/** What a condition may come to for some row: at least what it does come to. Immutable. */
public record Outcomes(boolean mayBeTrue, boolean mayBeFalse, boolean mayBeUnknown) {
    /** Nothing is known. */
    public static final Outcomes ANY = new Outcomes(true, true, true);

    public static final Outcomes TRUE = new Outcomes(true, false, false);
    public static final Outcomes FALSE = new Outcomes(false, true, false);

    /** There is no row. */
    public static final Outcomes NONE = new Outcomes(false, false, false);

    boolean isTrue() {
        return mayBeTrue && !mayBeFalse && !mayBeUnknown;
    }

    /** For rows of which some come to these and some to those. */
    Outcomes or(Outcomes others) {
        return new Outcomes(
                mayBeTrue || others.mayBeTrue,
                mayBeFalse || others.mayBeFalse,
                mayBeUnknown || others.mayBeUnknown);
    }

    Outcomes negated() {
        return new Outcomes(/* mayBeTrue= */ mayBeFalse, /* mayBeFalse= */ mayBeTrue, mayBeUnknown);
    }

    /** Of both conditions together, in SQL's logic of three values. */
    Outcomes both(Outcomes other) {
        return new Outcomes(
                mayBeTrue && other.mayBeTrue,
                mayBeFalse || other.mayBeFalse,
                (mayBeUnknown && (other.mayBeTrue || other.mayBeUnknown))
                        || (mayBeTrue && other.mayBeUnknown));
    }

    /** Of either condition. */
    Outcomes either(Outcomes other) {
        return negated().both(other.negated()).negated();
    }
}
