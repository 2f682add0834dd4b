package io.persist.codec;

/** The only value of a type that carries nothing. */
public enum Unit {
    UNIT
}
