package io.persist.state;

/** Who holds a handle, for people. */
public record HandleDebug(String hostname, String purpose) {
    public static final HandleDebug NONE = new HandleDebug("", "");
}
