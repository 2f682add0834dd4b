package io.persist.state;

/** What a command did to a state; a no-op is not written. */
public sealed interface Transition<R> {
    R result();

    record Changed<R>(State next, R result) implements Transition<R> {}

    record NoOp<R>(R result) implements Transition<R> {}
}
