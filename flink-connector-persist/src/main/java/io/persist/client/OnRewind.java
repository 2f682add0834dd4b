package io.persist.client;

import java.io.Serializable;

/** What a start of a sink does if the shard is ahead of the snapshot that it is restored from. */
public sealed interface OnRewind extends Serializable {
    OnRewind FAIL = new Fail();
    OnRewind APPEND = new Append();

    /** Nothing: the start is refused. */
    record Fail() implements OnRewind {
        private static final long serialVersionUID = 1L;
    }

    /** It goes on from where the shard is: rows that come again are in the shard twice. */
    record Append() implements OnRewind {
        private static final long serialVersionUID = 1L;
    }

    /**
     * It undoes what the shard is ahead, as new updates. Readers of the history see both.
     *
     * @param keepUpTo time of the last commit that the snapshot knows
     */
    record Compensate(long keepUpTo) implements OnRewind {
        private static final long serialVersionUID = 1L;
    }
}
