package io.persist.batch.merge;

import io.persist.frontier.Antichain;

/** Which updates a reader wants, and at which times it sees them. */
public sealed interface Filter {
    boolean keeps(long time);

    /** Time at which an update that is kept is seen. Monotone. */
    long advance(long time);

    /** Everything, at its own time. */
    static Filter none() {
        return new Compaction(Antichain.minimum());
    }

    /** Everything up to {@code asOf}, inclusive, as of that time. */
    record Snapshot(Antichain asOf) implements Filter {
        @Override
        public boolean keeps(long time) {
            return asOf.reaches(time);
        }

        @Override
        public long advance(long time) {
            return asOf.advance(time);
        }
    }

    /**
     * Changes after {@code asOf}, at their own times.
     *
     * @param lower inclusive; what lies before it was seen already, and comes again when compaction
     *     has merged it with newer batches
     */
    record Listen(Antichain asOf, Antichain lower) implements Filter {
        @Override
        public boolean keeps(long time) {
            return asOf.lessThan(time) && lower.lessEqual(time);
        }

        @Override
        public long advance(long time) {
            return time;
        }
    }

    /**
     * What changed after {@code asOf}, all in all, as of one time.
     *
     * @param shownAt after {@code asOf}
     */
    record Change(Antichain asOf, long shownAt) implements Filter {
        @Override
        public boolean keeps(long time) {
            return asOf.lessThan(time);
        }

        @Override
        public long advance(long time) {
            return shownAt;
        }
    }

    /** Everything, with times before {@code since} no longer told apart. */
    record Compaction(Antichain since) implements Filter {
        @Override
        public boolean keeps(long time) {
            return true;
        }

        @Override
        public long advance(long time) {
            return since.advance(time);
        }
    }
}
