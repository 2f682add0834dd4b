package io.persist.codec;

import java.util.Locale;
import java.util.UUID;

/**
 * The text form of ids: a fixed prefix and a UUID. Written lower case and hyphenated, read as
 * leniently as peers do.
 */
public final class IdText {
    private IdText() {}

    public static String format(String prefix, UUID id) {
        return prefix + id;
    }

    /**
     * @throws IllegalArgumentException if the prefix is missing or the rest is no UUID (hyphenated,
     *     32 hex digits, in braces, or as URN)
     */
    public static UUID parse(String prefix, String text) {
        if (!text.startsWith(prefix)) {
            throw new IllegalArgumentException(
                    "id '" + text + "' must begin with '" + prefix + "'");
        }
        String rest = text.substring(prefix.length()).toLowerCase(Locale.ROOT);
        if (rest.startsWith("urn:uuid:")) {
            rest = rest.substring("urn:uuid:".length());
        } else if (rest.startsWith("{") && rest.endsWith("}")) {
            rest = rest.substring(1, rest.length() - 1);
        }
        if (rest.matches("[0-9a-f]{32}")) {
            rest = rest.replaceFirst("(.{8})(.{4})(.{4})(.{4})(.{12})", "$1-$2-$3-$4-$5");
        }
        if (!rest.matches("[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")) {
            throw new IllegalArgumentException(
                    "id '" + text + "' is not '" + prefix + "' followed by a UUID");
        }
        return UUID.fromString(rest);
    }
}
