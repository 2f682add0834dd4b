package io.persist.state.maintenance;

/** What a commit must know about the command that it carries. */
public enum CommandKind {
    /** Garbage is collected by those who append, while there are any. */
    APPEND,
    /** One of the two that still change a finished shard. */
    ADD_ROLLUP,
    /** The other one. */
    BECOME_TOMBSTONE,
    OTHER;

    /** Whether the command may change a finished shard. */
    public boolean changesTombstones() {
        return this == ADD_ROLLUP || this == BECOME_TOMBSTONE;
    }
}
