package io.persist.cli;

import com.fasterxml.jackson.databind.node.ObjectNode;

import io.persist.codec.Bytes;
import io.persist.codec.CorruptDataException;
import io.persist.codec.relation.Datum;
import io.persist.codec.relation.Numeric;
import io.persist.codec.relation.stored.PackedNumeric;
import io.persist.part.stats.ColumnStats;
import io.persist.part.stats.JsonStats;
import io.persist.part.stats.StatsEncoding;
import io.persist.part.stats.StructStats;
import io.persist.part.stats.ValueStats;
import io.persist.part.stats.ValueStats.FixedSize;

import java.nio.ByteBuffer;
import java.time.DateTimeException;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.UUID;

/** Statistics of a part as text and as JSON: nulls and bounds of every column. */
final class StatsRendering {
    private static final long SECONDS_PER_DAY = 86_400;

    private StatsRendering() {}

    /** A line for each column, nested ones indented. */
    static List<String> lines(Bytes encoded) {
        List<String> lines = new ArrayList<>();
        try {
            addLines(StatsEncoding.decode(encoded), "", lines);
        } catch (CorruptDataException e) {
            lines.add("unreadable: " + e.getMessage());
        }
        return lines;
    }

    private static void addLines(StructStats stats, String indent, List<String> lines) {
        lines.add(indent + stats.len() + " keys");
        stats.columns()
                .forEach(
                        (name, column) -> {
                            lines.add(indent + "  " + line(name, column));
                            if (column.values() instanceof StructStats struct) {
                                addLines(struct, indent + "    ", lines);
                            }
                        });
    }

    private static String line(String name, ColumnStats column) {
        String nulls = column.nulls() == null ? "" : "  nulls " + column.nulls();
        return Output.JSON.getNodeFactory().textNode(name) + nulls + "  " + text(column.values());
    }

    static ObjectNode json(Bytes encoded) {
        ObjectNode node = Output.JSON.createObjectNode();
        try {
            fill(node, StatsEncoding.decode(encoded));
        } catch (CorruptDataException e) {
            node.put("unreadable", e.getMessage());
        }
        return node;
    }

    private static void fill(ObjectNode node, StructStats stats) {
        node.put("len", stats.len());
        ObjectNode columns = node.putObject("columns");
        stats.columns()
                .forEach(
                        (name, column) -> {
                            ObjectNode child = columns.putObject(name);
                            if (column.nulls() != null) {
                                child.put("nulls", column.nulls());
                            }
                            if (column.values() instanceof StructStats struct) {
                                fill(child, struct);
                            } else {
                                child.put("values", text(column.values()));
                            }
                        });
    }

    private static String text(ValueStats values) {
        if (values instanceof StructStats) {
            return "";
        } else if (values instanceof ValueStats.None) {
            return "any";
        } else if (values instanceof ValueStats.Bools b) {
            return b.lower() + " .. " + b.upper();
        } else if (values instanceof ValueStats.Integers b) {
            boolean bits = b.type() == ValueStats.IntegerType.U64;
            return bits
                    ? Long.toUnsignedString(b.lower()) + " .. " + Long.toUnsignedString(b.upper())
                    : b.lower() + " .. " + b.upper();
        } else if (values instanceof ValueStats.Floats b) {
            return b.lower() + " .. " + b.upper();
        } else if (values instanceof ValueStats.Doubles b) {
            return b.lower() + " .. " + b.upper();
        } else if (values instanceof ValueStats.Texts b) {
            return quoted(b.lower()) + " .. " + quoted(b.upper());
        } else if (values instanceof ValueStats.Binaries b) {
            return hex(b.lower()) + " .. " + hex(b.upper());
        } else if (values instanceof ValueStats.Atomics b) {
            return hex(b.lower()) + " .. " + hex(b.upper());
        } else if (values instanceof ValueStats.FixedSizes b) {
            return fixedSize(b.type(), b.lower()) + " .. " + fixedSize(b.type(), b.upper());
        } else if (values instanceof JsonStats json) {
            return "json " + json(json);
        }
        throw new AssertionError(values);
    }

    private static String json(JsonStats stats) {
        if (stats instanceof JsonStats.Simple simple) {
            return simple.name().toLowerCase(Locale.ROOT);
        } else if (stats instanceof JsonStats.Bools b) {
            return b.lower() + " .. " + b.upper();
        } else if (stats instanceof JsonStats.Texts b) {
            return quoted(b.lower()) + " .. " + quoted(b.upper());
        } else if (stats instanceof JsonStats.Numbers b) {
            return "numbers " + hex(b.lower()) + " .. " + hex(b.upper());
        } else if (stats instanceof JsonStats.Maps maps) {
            List<String> members = new ArrayList<>();
            maps.members()
                    .forEach(
                            m ->
                                    members.add(
                                            quoted(m.key())
                                                    + " in "
                                                    + m.len()
                                                    + ": "
                                                    + json(m.values())));
            return "{" + String.join(", ", members) + "}";
        }
        throw new AssertionError(stats);
    }

    private static String quoted(String text) {
        return Output.JSON.getNodeFactory().textNode(text).toString();
    }

    private static String hex(Bytes bytes) {
        return "0x" + bytes.hex();
    }

    /** Hex of what is no value of the type. */
    private static String fixedSize(FixedSize type, Bytes bytes) {
        int length = type == FixedSize.TIME ? 8 : type == FixedSize.NUMERIC ? 40 : 16;
        if (bytes.length() != length) {
            return hex(bytes);
        }
        ByteBuffer packed = bytes.asByteBuffer();
        try {
            return switch (type) {
                case TIME -> DatumText.of(new Datum.Time(packed.getInt(0), packed.getInt(4)));
                case DATE_TIME -> DatumText.of(timestamp(packed));
                case INTERVAL ->
                        DatumText.of(
                                new Datum.Interval(
                                        packed.getInt(0) ^ Integer.MIN_VALUE,
                                        packed.getInt(4) ^ Integer.MIN_VALUE,
                                        packed.getLong(8) ^ Long.MIN_VALUE));
                case UUID -> new UUID(packed.getLong(0), packed.getLong(8)).toString();
                case NUMERIC -> numeric(bytes);
            };
        } catch (DateTimeException e) {
            return hex(bytes);
        }
    }

    private static Datum timestamp(ByteBuffer packed) {
        int year = packed.getInt(0) ^ Integer.MIN_VALUE;
        long day = LocalDate.ofYearDay(year, packed.getInt(4)).toEpochDay();
        return new Datum.Timestamp(day * SECONDS_PER_DAY + packed.getInt(8), packed.getInt(12));
    }

    private static String numeric(Bytes bytes) {
        byte[] packed = bytes.toArray();
        if (!PackedNumeric.isValid(packed, packed.length)) {
            return hex(bytes);
        }
        if (PackedNumeric.isFinite(packed)) {
            return Numeric.of(PackedNumeric.decimal(packed)).toString();
        }
        if (PackedNumeric.isNan(packed)) {
            return Numeric.Special.NAN.toString();
        }
        return (PackedNumeric.isNegative(packed)
                        ? Numeric.Special.NEGATIVE_INFINITY
                        : Numeric.Special.POSITIVE_INFINITY)
                .toString();
    }
}
