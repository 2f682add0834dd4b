package io.persist.cli;

import io.persist.codec.relation.Datum;

import org.jspecify.annotations.Nullable;

import java.math.BigDecimal;
import java.math.MathContext;
import java.util.List;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.stream.Collectors;

/**
 * Values as text for people, in SQL's forms: what {@code persist read} prints where JSON has
 * nothing of its own.
 */
final class DatumText {
    private static final int MAX_FLOAT_DIGITS = 17;
    private static final int MONTHS_PER_YEAR = 12;
    private static final long MICROS_PER_SECOND = 1_000_000;
    private static final long MICROS_PER_HOUR = 3_600 * MICROS_PER_SECOND;

    /** Letters of the privileges, with their bits, in the order in which they are shown. */
    private static final String PRIVILEGE_LETTERS = "arwdUCRBNP";

    private static final int[] PRIVILEGE_BITS = {0, 1, 2, 3, 8, 9, 31, 30, 29, 32};

    private DatumText() {}

    static String of(Datum datum) {
        if (datum instanceof Datum.Null) {
            return "null";
        } else if (datum instanceof Datum.Bool v) {
            return Boolean.toString(v.value());
        } else if (datum instanceof Datum.Int16 v) {
            return Short.toString(v.value());
        } else if (datum instanceof Datum.Int32 v) {
            return Integer.toString(v.value());
        } else if (datum instanceof Datum.Int64 v) {
            return Long.toString(v.value());
        } else if (datum instanceof Datum.UInt8 v) {
            return Integer.toString(v.value());
        } else if (datum instanceof Datum.UInt16 v) {
            return Integer.toString(v.value());
        } else if (datum instanceof Datum.UInt32 v) {
            return Long.toString(v.value());
        } else if (datum instanceof Datum.UInt64 v) {
            return Long.toUnsignedString(v.bits());
        } else if (datum instanceof Datum.MzTimestamp v) {
            return Long.toUnsignedString(v.bits());
        } else if (datum instanceof Datum.Float32 v) {
            return floating(v.value(), d -> d.floatValue() == v.value());
        } else if (datum instanceof Datum.Float64 v) {
            return floating(v.value(), d -> d.doubleValue() == v.value());
        } else if (datum instanceof Datum.Numeric v) {
            return v.value().toString();
        } else if (datum instanceof Datum.Bytea v) {
            return "0x" + v.value().hex();
        } else if (datum instanceof Datum.Text v) {
            return quoted(v.value());
        } else if (datum instanceof Datum.Jsonb v) {
            return v.text();
        } else if (datum instanceof Datum.Uuid v) {
            return v.value().toString();
        }
        return composed(datum);
    }

    private static String composed(Datum datum) {
        if (datum instanceof Datum.Interval v) {
            return interval(v);
        } else if (datum instanceof Datum.AclItem v) {
            return v.grantee() + "=" + privileges(v.privileges()) + "/" + v.grantor();
        } else if (datum instanceof Datum.MzAclItem v) {
            return role(v.grantee(), "")
                    + "="
                    + privileges(v.privileges())
                    + "/"
                    + role(v.grantor(), "p");
        } else if (datum instanceof Datum.List v) {
            return joined(v.elements(), DatumText::of, "[", "]");
        } else if (datum instanceof Datum.Record v) {
            return joined(v.fields(), DatumText::of, "[", "]");
        } else if (datum instanceof Datum.Map v) {
            return joined(v.entries(), e -> e.key() + ": " + of(e.value()), "{", "}");
        } else if (datum instanceof Datum.Array v) {
            return joined(v.elements(), DatumText::of, "{", "}");
        } else if (datum instanceof Datum.Range v) {
            return range(v.bounds());
        }
        return ValueRendering.moment(datum);
    }

    private static <T> String joined(
            List<T> parts, Function<T, String> text, String open, String close) {
        return parts.stream().map(text).collect(Collectors.joining(", ", open, close));
    }

    /** As SQL prints it: as few digits as tell the value from others, without exponent. */
    private static String floating(double value, Predicate<BigDecimal> isValue) {
        if (!Double.isFinite(value)) {
            return Double.isNaN(value) ? "NaN" : value > 0 ? "inf" : "-inf";
        }
        if (value == 0) {
            return Double.doubleToRawLongBits(value) == 0 ? "0" : "-0";
        }
        // (Not toString: in Java 17 that gives a digit too many for some.)
        BigDecimal exact = new BigDecimal(value);
        BigDecimal rounded = exact;
        for (int digits = 1; digits <= MAX_FLOAT_DIGITS; digits++) {
            rounded = exact.round(new MathContext(digits));
            if (isValue.test(rounded)) {
                break;
            }
        }
        return rounded.stripTrailingZeros().toPlainString();
    }

    private static String quoted(String text) {
        String escaped =
                text.replace("\"", "\\\"")
                        .replace("\n", "\\n")
                        .replace("\r", "\\r")
                        .replace("\t", "\\t");
        return '"' + escaped + '"';
    }

    private static String range(Datum.@Nullable Bounds bounds) {
        if (bounds == null) {
            return "empty";
        }
        Datum lower = bounds.lower().value();
        Datum upper = bounds.upper().value();
        return (bounds.lower().inclusive() ? "[" : "(")
                + (lower == null ? "" : of(lower))
                + ","
                + (upper == null ? "" : of(upper))
                + (bounds.upper().inclusive() ? "]" : ")");
    }

    private static String privileges(long bits) {
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < PRIVILEGE_BITS.length; i++) {
            if ((bits >> PRIVILEGE_BITS[i] & 1) != 0) {
                text.append(PRIVILEGE_LETTERS.charAt(i));
            }
        }
        return text.toString();
    }

    private static String role(Datum.Role role, String ofPublic) {
        String letter =
                switch (role.kind()) {
                    case SYSTEM -> "s";
                    case PREDEFINED -> "g";
                    case USER -> "u";
                    case PUBLIC -> ofPublic;
                };
        return role.kind() == Datum.Role.Kind.PUBLIC
                ? letter
                : letter + Long.toUnsignedString(role.id());
    }

    private static String interval(Datum.Interval interval) {
        StringBuilder text = new StringBuilder();
        boolean negative = unit(interval.months() / MONTHS_PER_YEAR, "year", false, text);
        negative = unit(interval.months() % MONTHS_PER_YEAR, "month", negative, text);
        negative = unit(interval.days(), "day", negative, text);
        long micros = interval.micros();
        if (micros != 0 || text.isEmpty()) {
            String sign = micros < 0 ? "-" : negative ? "+" : "";
            // Divided before the sign is dropped: the least number has no opposite.
            long hours = Math.abs(micros / MICROS_PER_HOUR);
            long rest = Math.abs(micros % MICROS_PER_HOUR);
            long seconds = rest / MICROS_PER_SECOND;
            text.append(text.isEmpty() ? "" : " ").append(sign);
            text.append(twoDigits(hours)).append(':').append(twoDigits(seconds / 60));
            text.append(':').append(twoDigits(seconds % 60));
            long fraction = rest % MICROS_PER_SECOND;
            if (fraction != 0) {
                BigDecimal decimal = BigDecimal.valueOf(fraction, 6).stripTrailingZeros();
                text.append(decimal.toPlainString().substring(1));
            }
        }
        return text.toString();
    }

    /** Whether the last number shown is negative, so that a positive one after it has a sign. */
    private static boolean unit(int count, String name, boolean negative, StringBuilder text) {
        if (count == 0) {
            return negative;
        }
        text.append(text.isEmpty() ? "" : " ");
        text.append(count > 0 && negative ? "+" : "").append(count).append(' ').append(name);
        text.append(count == 1 ? "" : "s");
        return count < 0;
    }

    private static String twoDigits(long value) {
        return (value < 10 ? "0" : "") + value;
    }
}
