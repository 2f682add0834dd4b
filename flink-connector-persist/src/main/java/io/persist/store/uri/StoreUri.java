package io.persist.store.uri;

import org.jspecify.annotations.Nullable;

import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Collections;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A store's URI, taken apart.
 *
 * @param text as given, without what may be secret
 * @param scheme lower case; {@code file} for a plain directory
 * @param place what lies between the scheme's colon and the question mark; for {@code file} the
 *     path
 * @param options in alphabetical order; an option without a value has the empty one
 */
record StoreUri(String text, String scheme, String place, Map<String, String> options) {
    private static final Pattern SCHEME = Pattern.compile("([A-Za-z][A-Za-z0-9+.-]*):(.*)");

    StoreUri {
        options = Collections.unmodifiableMap(new TreeMap<>(options));
    }

    /**
     * @throws IllegalArgumentException if the text has no such form
     */
    static StoreUri parse(String text) {
        if (text.isBlank()) {
            throw new IllegalArgumentException("store URI is empty: expected " + Stores.SUPPORTED);
        }
        int question = text.indexOf('?');
        String place = question < 0 ? text : text.substring(0, question);
        String optionText = question < 0 ? null : text.substring(question + 1);
        Matcher matcher = SCHEME.matcher(place);
        if (!matcher.matches()) {
            if (place.isEmpty()) {
                throw malformed(text, "it names no directory");
            }
            return new StoreUri(text, "file", place, options(text, optionText));
        }
        String scheme = matcher.group(1).toLowerCase(Locale.ROOT);
        String rest = matcher.group(2);
        return switch (scheme) {
            case "file" -> new StoreUri(text, scheme, path(text, rest), options(text, optionText));
            case "mem" -> new StoreUri(text, scheme, rest, options(text, optionText));
            // Credentials may stand before the host and among the options: they go no further.
            default -> {
                String shown = scheme + ":" + rest.replaceFirst("^//[^/]*@", "//…@");
                yield new StoreUri(shown, scheme, "", Map.of());
            }
        };
    }

    /**
     * @throws IllegalArgumentException if there is another option
     */
    void requireOptions(Set<String> known) {
        for (String name : options.keySet()) {
            if (!known.contains(name)) {
                throw malformed(
                        text,
                        "option '"
                                + name
                                + "' is unknown, "
                                + (known.isEmpty()
                                        ? "there are none here"
                                        : "there are " + new TreeSet<>(known)));
            }
        }
    }

    /**
     * The directory of a {@code file} URI, absolute.
     *
     * @throws IllegalArgumentException if this JVM cannot name it
     */
    Path directory() {
        try {
            return Path.of(place).toAbsolutePath().normalize();
        } catch (InvalidPathException e) {
            throw new IllegalArgumentException(
                    "store URI '" + text + "': this JVM cannot name that directory", e);
        }
    }

    IllegalArgumentException malformed(String reason) {
        return malformed(text, reason);
    }

    private static Map<String, String> options(String text, @Nullable String optionText) {
        Map<String, String> options = new TreeMap<>();
        if (optionText == null) {
            return options;
        }
        for (String option : optionText.split("&", -1)) {
            int equals = option.indexOf('=');
            String name = equals < 0 ? option : option.substring(0, equals);
            String value = equals < 0 ? "" : option.substring(equals + 1);
            if (name.isEmpty()) {
                throw malformed(text, "it has an option without a name");
            }
            if (options.put(name, value) != null) {
                throw malformed(text, "option '" + name + "' is given twice");
            }
        }
        return options;
    }

    /** The path of a {@code file:} URI, as the original takes it: percent escapes stay. */
    private static String path(String text, String rest) {
        String path = rest.startsWith("//") ? rest.substring(2) : rest;
        if (!path.startsWith("/")) {
            String reason =
                    rest.startsWith("//")
                            ? "it has a host, which a file cannot be on: three slashes are needed"
                            : "its path is not absolute";
            throw malformed(text, reason + " (file:///absolute/directory, or just the directory)");
        }
        if (path.contains("%") || path.contains("#")) {
            // The original takes % literally and cuts at #; Java users expect %20 to be a space.
            throw malformed(
                    text,
                    "percent escapes and fragments are not understood; give the directory itself"
                            + " instead of a URI, without file:");
        }
        return path;
    }

    private static IllegalArgumentException malformed(String text, String reason) {
        return new IllegalArgumentException("store URI '" + text + "' is malformed: " + reason);
    }
}
