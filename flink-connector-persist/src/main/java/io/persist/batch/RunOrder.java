package io.persist.batch;

/** How the updates of a run are sorted, by label. */
public enum RunOrder {
    /** Nothing is promised. */
    UNORDERED,
    /** By key row bytes, value row bytes, time. */
    CODEC,
    /** By structured key, structured value, time. */
    STRUCTURED
}
