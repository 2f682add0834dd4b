package io.persist.state.encoding;

/**
 * A log entry changes a collection that this build does not know: a newer version wrote it. Nothing
 * was changed.
 */
public final class NewerVersionException extends Exception {
    private static final long serialVersionUID = 1L;

    private final int field;
    private final String applierVersion;

    NewerVersionException(int field, String applierVersion) {
        super(
                "a state diff labelled "
                        + applierVersion
                        + " changes field "
                        + field
                        + ", which this build does not know: a newer version wrote the shard;"
                        + " use a build that supports it");
        this.field = field;
        this.applierVersion = applierVersion;
    }

    /** Number of the unknown collection. */
    public int field() {
        return field;
    }

    /** Label of the state that the entry leads to. */
    public String applierVersion() {
        return applierVersion;
    }
}
