package io.persist.store;

/** Outcome of a compare-and-set that was certainly decided. */
public enum CasResult {
    COMMITTED,
    /** The log's newest entry was not the expected one; nothing was written. */
    MISMATCH
}
