package io.persist.client;

import io.persist.frontier.Antichain;

/** What a read of a shard came to. */
public sealed interface ReadResult<T> {
    /**
     * @param data what was asked for
     */
    record Data<T>(T data) implements ReadResult<T> {}

    /**
     * The asked-for time lies before the times that can still be told apart.
     *
     * @param since the earliest frontier that this handle can read at
     */
    record SinceViolation<T>(Antichain since) implements ReadResult<T> {}

    /**
     * The shard has not reached the asked-for time, or nothing new came within the wait.
     *
     * @param upper the shard's upper: everything before it is there
     */
    record NotYetAvailable<T>(Antichain upper) implements ReadResult<T> {}

    /**
     * The reader's entry is gone from the shard (its lease ran out while it stood still, or it was
     * removed): nothing protects what it reads any more. Open a new reader, which may have to start
     * from a later time.
     */
    record LeaseLost<T>() implements ReadResult<T> {}

    /**
     * For callers without a plan for the other cases.
     *
     * @throws IllegalStateException naming the outcome if there is no data
     */
    default T orThrow() {
        if (this instanceof Data<T> available) {
            return available.data();
        }
        throw new IllegalStateException("read failed: " + this);
    }

    /**
     * The same outcome for a caller who was after something else.
     *
     * @throws IllegalStateException if there is data
     */
    default <U> ReadResult<U> withoutData() {
        if (this instanceof SinceViolation<T> violation) {
            return new SinceViolation<>(violation.since());
        }
        if (this instanceof NotYetAvailable<T> notYet) {
            return new NotYetAvailable<>(notYet.upper());
        }
        if (this instanceof LeaseLost<T>) {
            return new LeaseLost<>();
        }
        throw new IllegalStateException("there is data: " + this);
    }
}
