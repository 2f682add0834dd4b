package io.persist.part;

/** Which form of a part's keys and values is read where it holds both, rows and columns. */
public enum DecodeFormat {
    /** Rows. */
    ROW,
    /** Rows; and columns that say anything else make the part unreadable. Costs about twice. */
    ROW_WITH_VALIDATE,
    /** Columns, unless their type cannot become the reader's. */
    ARROW;

    /**
     * The format by its name: {@code row}, {@code row_with_validate} or {@code arrow}.
     *
     * @throws IllegalArgumentException if it is none of them
     */
    public static DecodeFormat parse(String text) {
        return switch (text) {
            case "row" -> ROW;
            case "row_with_validate" -> ROW_WITH_VALIDATE;
            case "arrow" -> ARROW;
            default ->
                    throw new IllegalArgumentException(
                            "expected row, row_with_validate or arrow, found " + text);
        };
    }
}
