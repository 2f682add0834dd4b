package io.persist.cli;

/** A command found something that keeps it from doing what it was asked; the message says what. */
final class CommandFailed extends Exception {
    private static final long serialVersionUID = 1L;

    CommandFailed(String message) {
        super(message);
    }
}
