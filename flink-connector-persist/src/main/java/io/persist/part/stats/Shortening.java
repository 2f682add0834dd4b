package io.persist.part.stats;

import io.persist.codec.Bytes;
import io.persist.part.Truncation;

import java.time.DateTimeException;
import java.time.LocalDate;
import java.util.Objects;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Cuts bounds where they have ceased to agree (mz_persist_types stats.rs). */
final class Shortening {
    private static final Pattern ISO_TIMESTAMP =
            Pattern.compile(
                    "([0-9]{4})-([0-9]{2})-([0-9]{2})T[0-9]{2}:[0-9]{2}:[0-9]{2}\\.[0-9]{3}Z");

    private Shortening() {}

    /** Cut after what they have in common. Timestamps stay: people look for ranges of them. */
    static ValueStats.Texts of(ValueStats.Texts bounds) {
        String lower = bounds.lower();
        String upper = bounds.upper();
        int common = commonPrefix(lower, upper);
        if (common == 0 || (isTimestamp(lower) && isTimestamp(upper))) {
            return bounds;
        }
        String prefix = lower.substring(0, common);
        String shorter = Truncation.textUpper(upper, Bytes.utf8(prefix).length());
        return new ValueStats.Texts(prefix, Objects.requireNonNullElse(shorter, upper));
    }

    /** Cut behind the first byte that differs. */
    static ValueStats.Binaries of(ValueStats.Binaries bounds) {
        Bytes lower = bounds.lower();
        Bytes upper = bounds.upper();
        int common = 0;
        while (common < Math.min(lower.length(), upper.length())
                && lower.at(common) == upper.at(common)) {
            common++;
        }
        Bytes shorter = Truncation.bytesUpper(upper, common + 1);
        return new ValueStats.Binaries(
                Truncation.bytesLower(lower, common + 1),
                Objects.requireNonNullElse(shorter, upper));
    }

    /** In characters of Java, of which both halves of a pair agree, or none. */
    private static int commonPrefix(String a, String b) {
        int common = 0;
        while (common < Math.min(a.length(), b.length()) && a.charAt(common) == b.charAt(common)) {
            common++;
        }
        boolean halfPair = common > 0 && Character.isHighSurrogate(a.charAt(common - 1));
        return halfPair ? common - 1 : common;
    }

    private static boolean isTimestamp(String text) {
        Matcher matcher = ISO_TIMESTAMP.matcher(text);
        if (!matcher.matches()) {
            return false;
        }
        try {
            LocalDate.of(
                    Integer.parseInt(matcher.group(1)),
                    Integer.parseInt(matcher.group(2)),
                    Integer.parseInt(matcher.group(3)));
            return true;
        } catch (DateTimeException e) {
            return false;
        }
    }
}
