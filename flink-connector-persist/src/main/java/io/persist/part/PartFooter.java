package io.persist.part;

import io.persist.frontier.Description;

/**
 * What the footer of a Parquet part says about it.
 *
 * @param index ordinal of the part in its writer's batch; nobody checks it
 */
record PartFooter(Layout layout, Description desc, long index) {

    /** Which columns the part has. */
    enum Layout {
        /** {@code k v t d}. */
        ROW,
        /** {@code k v t d} in the first four columns; the structured ones do not count. */
        OLD_BOTH,
        /** By name: {@code t d} and {@code k v}, {@code k_s v_s}, or all four. */
        BOTH,
        /** As {@link #BOTH}; written for {@code t d k_s v_s}. */
        STRUCTURED
    }
}
