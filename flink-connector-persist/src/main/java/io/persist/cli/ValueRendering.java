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
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeFormatterBuilder;
import java.time.temporal.ChronoField;

/**
 * Keys and values as JSON: a String as a string, bytes as hex, unit as null, a row as an object of
 * its columns, an error row as {@code {"err": hex}}. Numbers stay numbers, except what JSON cannot
 * say (NaN and the infinities), which become strings; dates and times are strings in SQL's form.
 */
final class ValueRendering<T> {
    private static final JsonNodeFactory NODES = JsonNodeFactory.instance;
    private static final DateTimeFormatter TIME =
            new DateTimeFormatterBuilder()
                    .appendPattern("HH:mm:ss")
                    .appendFraction(ChronoField.NANO_OF_SECOND, 0, 9, true)
                    .toFormatter(java.util.Locale.ROOT);

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
        }
        return NODES.textNode(moment(datum));
    }

    /** A leap second is shown as the second before it. */
    private static String moment(Datum datum) {
        if (datum instanceof Datum.Date v) {
            return LocalDate.ofEpochDay(v.unixDays()).toString();
        } else if (datum instanceof Datum.Time v) {
            return TIME.format(
                    LocalTime.ofSecondOfDay(v.secondsOfDay())
                            .withNano(Math.min(v.nanos(), 999_999_999)));
        } else if (datum instanceof Datum.Timestamp v) {
            return dateTime(v.epochSeconds(), v.nanos());
        } else if (datum instanceof Datum.TimestampTz v) {
            return dateTime(v.epochSeconds(), v.nanos()) + "+00";
        }
        throw new AssertionError(datum);
    }

    private static String dateTime(long epochSeconds, int nanos) {
        LocalDateTime moment =
                LocalDateTime.ofEpochSecond(
                        epochSeconds, Math.min(nanos, 999_999_999), ZoneOffset.UTC);
        return moment.toLocalDate() + " " + TIME.format(moment.toLocalTime());
    }
}
