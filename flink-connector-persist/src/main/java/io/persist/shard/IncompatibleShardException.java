package io.persist.shard;

/**
 * The shard cannot be opened or written as asked: other codecs, another schema, or a state of a
 * version that this build must not touch. The message names what was asked for, what the shard
 * holds, and what to do. Nothing was changed.
 */
public final class IncompatibleShardException extends Exception {
    private static final long serialVersionUID = 1L;

    public IncompatibleShardException(String message) {
        super(message);
    }
}
