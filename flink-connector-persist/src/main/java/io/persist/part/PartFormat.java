package io.persist.part;

/** Which columns a part is written with. Reading accepts all of these and two older ones. */
public enum PartFormat {
    /** {@code k v t d}. */
    ROW,
    /** {@code k v t d k_s v_s}: the default of the 0.128 generation. */
    BOTH,
    /** {@code t d k_s v_s}: what the 26 generation writes. */
    STRUCTURED
}
