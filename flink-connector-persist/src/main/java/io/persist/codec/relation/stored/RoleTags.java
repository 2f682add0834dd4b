package io.persist.codec.relation.stored;

/** Numbers of the kinds of roles in the stored form of privileges. */
public final class RoleTags {
    public static final int SYSTEM = 100;
    public static final int PREDEFINED = 200;
    public static final int USER = 300;
    public static final int PUBLIC = 400;

    private RoleTags() {}
}
