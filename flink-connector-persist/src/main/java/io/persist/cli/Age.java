package io.persist.cli;

import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

import java.time.Duration;
import java.time.format.DateTimeParseException;
import java.util.Locale;

/** How an argument that is a length of time is understood: {@code 90d}, {@code 12h}, ISO 8601. */
final class Age implements ITypeConverter<Duration> {
    @Override
    public Duration convert(String text) {
        String iso = text.toUpperCase(Locale.ROOT);
        if (iso.matches("\\d+D")) {
            iso = "P" + iso;
        } else if (iso.matches("\\d+[HMS]")) {
            iso = "PT" + iso;
        }
        try {
            Duration age = Duration.parse(iso);
            if (!age.isNegative()) {
                return age;
            }
        } catch (DateTimeParseException e) {
            throw new TypeConversionException("'" + text + "' is no duration such as 90d");
        }
        throw new TypeConversionException("'" + text + "' is negative");
    }
}
