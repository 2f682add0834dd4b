package io.persist.store;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * First component of a part key: the version of the code that wrote the part, as {@code n} and
 * seven digits, or (only in very old shards) a writer id.
 */
public record WriterKey(String text) {
    private static final Pattern VERSION = Pattern.compile("(\\d+)\\.(\\d+)\\.(\\d+)(?:[-+].*)?");

    /**
     * The key of a version such as {@code 26.0.0}; pre-release and build metadata are dropped.
     *
     * @throws IllegalArgumentException beyond major 99, minor 999, patch 99, or if it is no version
     */
    public static WriterKey ofVersion(String version) {
        Matcher matcher = VERSION.matcher(version);
        if (!matcher.matches()) {
            throw new IllegalArgumentException(
                    "'" + version + "' is not a version of the form major.minor.patch");
        }
        int major = Integer.parseInt(matcher.group(1));
        int minor = Integer.parseInt(matcher.group(2));
        int patch = Integer.parseInt(matcher.group(3));
        if (major > 99 || minor > 999 || patch > 99) {
            throw new IllegalArgumentException(
                    "version " + version + " has no writer key (at most 99.999.99)");
        }
        return new WriterKey(
                String.format(java.util.Locale.ROOT, "n%02d%03d%02d", major, minor, patch));
    }

    @Override
    public String toString() {
        return text;
    }
}
