package io.persist.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;

import io.persist.codec.Bytes;
import io.persist.codec.Codec;
import io.persist.codec.ShardId;
import io.persist.codec.Unit;
import io.persist.codec.relation.Datum;
import io.persist.codec.relation.Numeric;
import io.persist.codec.relation.RelationCodec;
import io.persist.codec.relation.RelationDesc;
import io.persist.codec.relation.SourceData;

import java.time.LocalDate;
import java.util.Locale;

/**
 * Keys and values as JSON: a String as a string, bytes as hex, unit as null, a row as an object of
 * its columns, an error row as {@code {"err": hex}}. Numbers stay numbers, except what JSON cannot
 * say (NaN and the infinities), which become strings; all else is a string in SQL's form.
 */
final class ValueRendering<T> {
    private static final JsonNodeFactory NODES = JsonNodeFactory.instance;
    private static final int SECONDS_PER_DAY = 86_400;
    private static final int NANOS_PER_SECOND = 1_000_000_000;

    private final Codec<T> codec;
    private final boolean raw;

    private ValueRendering(Codec<T> codec, boolean raw) {
        this.codec = codec;
        this.raw = raw;
    }

    static <T> ValueRendering<T> readable(Codec<T> codec) {
        return new ValueRendering<>(codec, false);
    }

    /** Hex of the codec's row bytes, whatever the codec. */
    static <T> ValueRendering<T> raw(Codec<T> codec) {
        return new ValueRendering<>(codec, true);
    }

    JsonNode json(T value) {
        if (raw) {
            return NODES.textNode(codec.encode(value).hex());
        }
        if (value instanceof String text) {
            return NODES.textNode(text);
        }
        if (value instanceof Bytes bytes) {
            return NODES.textNode(bytes.hex());
        }
        if (value instanceof Unit) {
            return NODES.nullNode();
        }
        if (value instanceof ShardId shard) {
            return NODES.textNode(shard.toString());
        }
        if (value instanceof SourceData data && codec instanceof RelationCodec<?> relation) {
            return row(data, relation.desc());
        }
        throw new AssertionError(value);
    }

    private static ObjectNode row(SourceData data, RelationDesc desc) {
        ObjectNode object = NODES.objectNode();
        if (data instanceof SourceData.Error error) {
            object.put("err", error.dataflowError().hex());
            return object;
        }
        if (data instanceof SourceData.Row row) {
            for (int i = 0; i < row.datums().size(); i++) {
                object.set(desc.columns().get(i).name(), datum(row.datums().get(i)));
            }
            return object;
        }
        throw new AssertionError(data);
    }

    private static JsonNode datum(Datum datum) {
        if (datum instanceof Datum.Null) {
            return NODES.nullNode();
        } else if (datum instanceof Datum.Bool v) {
            return NODES.booleanNode(v.value());
        } else if (datum instanceof Datum.Int16 v) {
            return NODES.numberNode(v.value());
        } else if (datum instanceof Datum.Int32 v) {
            return NODES.numberNode(v.value());
        } else if (datum instanceof Datum.Int64 v) {
            return NODES.numberNode(v.value());
        } else if (datum instanceof Datum.Float32 v) {
            return Float.isFinite(v.value())
                    ? NODES.numberNode(v.value())
                    : NODES.textNode(Float.toString(v.value()));
        } else if (datum instanceof Datum.Float64 v) {
            return Double.isFinite(v.value())
                    ? NODES.numberNode(v.value())
                    : NODES.textNode(Double.toString(v.value()));
        } else if (datum instanceof Datum.Numeric v) {
            return v.value() instanceof Numeric.Finite finite
                    ? NODES.numberNode(finite.value())
                    : NODES.textNode(v.value().toString());
        } else if (datum instanceof Datum.Bytea v) {
            return NODES.textNode(v.value().hex());
        } else if (datum instanceof Datum.Text v) {
            return NODES.textNode(v.value());
        } else if (datum instanceof Datum.UInt8 v) {
            return NODES.numberNode(v.value());
        } else if (datum instanceof Datum.UInt16 v) {
            return NODES.numberNode(v.value());
        } else if (datum instanceof Datum.UInt32 v) {
            return NODES.numberNode(v.value());
        }
        return NODES.textNode(DatumText.of(datum));
    }

    /** As SQL prints it; a leap second is second 60 of its minute. */
    static String moment(Datum datum) {
        if (datum instanceof Datum.Date v) {
            return LocalDate.ofEpochDay(v.unixDays()).toString();
        } else if (datum instanceof Datum.Time v) {
            return time(v.secondsOfDay(), v.nanos());
        } else if (datum instanceof Datum.Timestamp v) {
            return dateTime(v.epochSeconds(), v.nanos());
        } else if (datum instanceof Datum.TimestampTz v) {
            return dateTime(v.epochSeconds(), v.nanos()) + " UTC";
        }
        throw new AssertionError(datum);
    }

    private static String dateTime(long epochSeconds, int nanos) {
        LocalDate day = LocalDate.ofEpochDay(Math.floorDiv(epochSeconds, SECONDS_PER_DAY));
        return day + " " + time(Math.floorMod(epochSeconds, SECONDS_PER_DAY), nanos);
    }

    /** With milliseconds, microseconds or nanoseconds, whichever are needed. */
    private static String time(int secondsOfDay, int nanos) {
        int leap = nanos / NANOS_PER_SECOND;
        String text =
                String.format(
                        Locale.ROOT,
                        "%02d:%02d:%02d",
                        secondsOfDay / 3600,
                        secondsOfDay / 60 % 60,
                        secondsOfDay % 60 + leap);
        String digits = String.format(Locale.ROOT, "%09d", nanos % NANOS_PER_SECOND);
        int end = digits.endsWith("000000") ? 3 : digits.endsWith("000") ? 6 : 9;
        return nanos % NANOS_PER_SECOND == 0 ? text : text + "." + digits.substring(0, end);
    }
}
