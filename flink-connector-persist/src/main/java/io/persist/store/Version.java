package io.persist.store;

import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A semantic version as it labels states and batches, ordered by precedence: a pre-release lies
 * below its release, build metadata does not count.
 *
 * @param preRelease the dot-separated identifiers after the hyphen; empty for a release
 */
public record Version(long major, long minor, long patch, List<String> preRelease)
        implements Comparable<Version> {
    private static final Pattern FORM =
            Pattern.compile(
                    "(\\d{1,18})\\.(\\d{1,18})\\.(\\d{1,18})(?:-([0-9A-Za-z.-]+))?(?:\\+[0-9A-Za-z.-]+)?");

    public Version {
        preRelease = List.copyOf(preRelease);
    }

    /**
     * @throws IllegalArgumentException if {@code text} is no semantic version; the empty text is
     *     0.0.0, as in states that carry no label
     */
    public static Version parse(String text) {
        if (text.isEmpty()) {
            return new Version(0, 0, 0, List.of());
        }
        Matcher matcher = FORM.matcher(text);
        if (!matcher.matches()) {
            throw new IllegalArgumentException("'" + text + "' is no semantic version");
        }
        String pre = matcher.group(4);
        return new Version(
                Long.parseLong(matcher.group(1)),
                Long.parseLong(matcher.group(2)),
                Long.parseLong(matcher.group(3)),
                pre == null ? List.of() : List.of(pre.split("\\.", -1)));
    }

    @Override
    public int compareTo(Version other) {
        int byNumbers = Long.compare(major, other.major);
        byNumbers = byNumbers != 0 ? byNumbers : Long.compare(minor, other.minor);
        byNumbers = byNumbers != 0 ? byNumbers : Long.compare(patch, other.patch);
        if (byNumbers != 0) {
            return byNumbers;
        }
        if (preRelease.isEmpty() || other.preRelease.isEmpty()) {
            return Boolean.compare(preRelease.isEmpty(), other.preRelease.isEmpty());
        }
        for (int i = 0; i < Math.min(preRelease.size(), other.preRelease.size()); i++) {
            int byPart = compareIdentifiers(preRelease.get(i), other.preRelease.get(i));
            if (byPart != 0) {
                return byPart;
            }
        }
        return Integer.compare(preRelease.size(), other.preRelease.size());
    }

    /** Numbers compare as numbers and lie below words. */
    private static int compareIdentifiers(String left, String right) {
        boolean leftNumber = isNumber(left);
        boolean rightNumber = isNumber(right);
        if (leftNumber && rightNumber) {
            return Long.compare(Long.parseLong(left), Long.parseLong(right));
        }
        if (leftNumber != rightNumber) {
            return leftNumber ? -1 : 1;
        }
        return left.compareTo(right);
    }

    private static boolean isNumber(String identifier) {
        return identifier.matches("\\d{1,18}");
    }

    @Override
    public String toString() {
        return major
                + "."
                + minor
                + "."
                + patch
                + (preRelease.isEmpty() ? "" : "-" + String.join(".", preRelease));
    }
}
