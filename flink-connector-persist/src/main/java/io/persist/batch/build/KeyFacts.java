package io.persist.batch.build;

import io.persist.batch.BatchConfig;
import io.persist.batch.RunOrder;
import io.persist.codec.Bytes;
import io.persist.codec.Codec;
import io.persist.codec.CorruptDataException;
import io.persist.codec.ShardId;
import io.persist.codec.StatsKind;
import io.persist.codec.Vectors;
import io.persist.part.LeastKey;
import io.persist.part.Updates;
import io.persist.part.stats.KeyStats;
import io.persist.part.stats.StructStats;
import io.persist.part.stats.TrimmedStats;

import org.apache.arrow.vector.FieldVector;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.util.Objects;

/**
 * What metadata says about the keys of a part that comes in pieces. One thread at a time; the
 * caller closes it.
 */
final class KeyFacts implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(KeyFacts.class);

    private final ShardId shard;
    private final BatchConfig config;
    private final Codec<?> keys;
    private final RunOrder order;
    private final LeastKey leastRow = new LeastKey();
    private final LeastKey leastColumn = new LeastKey();
    private long count;

    /** Null if they are switched off, or not known of keys like these. */
    private @Nullable KeyStats stats;

    /**
     * @param keys of the schema that statistics are made for
     * @param order of the run that the part is for
     */
    KeyFacts(ShardId shard, BatchConfig config, Codec<?> keys, RunOrder order) {
        this.shard = shard;
        this.config = config;
        this.keys = keys;
        this.order = order;
        this.stats = config.stats().enabled() ? new KeyStats(keys.keyStatistics()) : null;
    }

    /** Takes the keys of the next updates into account for {@link #stats}. */
    void measure(Updates updates) {
        count += updates.count();
        if (stats == null) {
            return;
        }
        StatsKind.Struct kind = keys.keyStatistics();
        Updates.StructuredColumns columns = updates.structured();
        if (columns != null) {
            // Inline parts that move to blob may be of another schema.
            if (Vectors.isSameType(columns.keys().getField(), keys.structuredField("k_s"))) {
                stats.add(columns.keys());
            } else {
                stats = null;
            }
        } else if (KeyStats.ofCount(kind, count) == null) {
            try (FieldVector column = decodeKeys(updates, updates.count())) {
                stats.add(column);
            } catch (CorruptDataException e) {
                LOG.warn("a part of shard {} gets no statistics", shard, e);
                stats = null;
            }
        }
    }

    /** Takes the keys of the next updates into account for lower bounds. */
    void bound(Updates updates) {
        Updates.RowColumns rows = updates.rows();
        if (rows != null) {
            leastRow.add(rows.keys());
        }
        if (config.structuredKeyLowerMaxBytes() == 0) {
            return;
        }
        Updates.StructuredColumns columns = updates.structured();
        if (columns != null && order == RunOrder.STRUCTURED) {
            leastColumn.addSorted(columns.keys());
        } else if (columns != null) {
            leastColumn.add(columns.keys());
        } else if (order == RunOrder.STRUCTURED && count == 0) {
            boundOfRows(updates);
        }
    }

    /**
     * As the original, parts of rows have one if they are of a sorted run, whose first key is the
     * least.
     */
    private void boundOfRows(Updates updates) {
        try (FieldVector first = decodeKeys(updates, 1)) {
            leastColumn.addSorted(first);
        } catch (CorruptDataException e) {
            LOG.warn("a part of shard {} gets no lower bound", shard, e);
        }
    }

    /** The columns of the first keys of updates that have row bytes only. */
    private FieldVector decodeKeys(Updates updates, int number) throws CorruptDataException {
        Updates.RowColumns rows = Objects.requireNonNull(updates.rows());
        return Vectors.decodeRows("k_s", keys, rows.keys(), number, updates.times().getAllocator());
    }

    Bytes keyLower() {
        return leastRow.rowBound();
    }

    @Nullable Bytes structuredKeyLower() {
        return leastColumn.columnBound(config.structuredKeyLowerMaxBytes());
    }

    @Nullable TrimmedStats stats() {
        if (stats == null) {
            return null;
        }
        StructStats counted = KeyStats.ofCount(keys.keyStatistics(), count);
        return KeyStats.trim(counted == null ? stats.stats() : counted, config.stats());
    }

    /** Idempotent. */
    @Override
    public void close() {
        leastRow.close();
        leastColumn.close();
    }
}
