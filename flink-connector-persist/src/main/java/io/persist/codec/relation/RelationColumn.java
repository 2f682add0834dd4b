package io.persist.codec.relation;

/**
 * A column of a relation or a field of a record.
 *
 * @param nullable false is a promise that readers rely on; it does not change how values are stored
 */
public record RelationColumn(String name, ScalarType type, boolean nullable) {
    /** Whether {@code newer} is the same but for taking NULLs. */
    boolean isExtendedBy(RelationColumn newer) {
        return name.equals(newer.name) && type.equals(newer.type) && (newer.nullable || !nullable);
    }

    RelationColumn withoutPromises() {
        return new RelationColumn(name, type.withoutPromises(), true);
    }

    /** Name and type, for messages. */
    String describe() {
        return "column '" + name + "' (" + type.sqlName() + ")";
    }
}
