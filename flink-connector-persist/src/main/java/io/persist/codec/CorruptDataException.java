package io.persist.codec;

/**
 * Stored bytes do not decode, or contradict what refers to them. The message says where (blob key
 * or shard and seqno, offset if known), what was expected and what was found. Nothing was changed.
 */
public final class CorruptDataException extends Exception {
    private static final long serialVersionUID = 1L;

    public CorruptDataException(String message) {
        super(message);
    }

    public CorruptDataException(String message, Throwable cause) {
        super(message, cause);
    }

    /** The same failure with the place it happened at put in front. */
    public CorruptDataException in(String place) {
        return new CorruptDataException(place + ": " + getMessage(), this);
    }
}
