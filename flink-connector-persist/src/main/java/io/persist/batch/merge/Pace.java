package io.persist.batch.merge;

/** Lets whoever wants a long merge look up from time to time. */
public interface Pace {
    /** Goes on to the end. */
    Pace UNINTERRUPTED =
            new Pace() {
                @Override
                public int updates() {
                    return Integer.MAX_VALUE;
                }

                @Override
                public void pause() {
                    // nobody waits
                }
            };

    /** Updates after which to look up; at least 1. */
    int updates();

    /**
     * Called by the thread that merges.
     *
     * @throws InterruptedException to end the merge
     */
    void pause() throws InterruptedException;
}
