package io.persist.tools.bench;

import io.persist.codec.Codec;
import io.persist.codec.Codecs;
import io.persist.codec.Unit;

/**
 * Rows made beforehand, and how they are stored.
 *
 * @param name as in the report
 * @param rows not to be changed
 * @param vals one for all rows, or one per row
 */
@SuppressWarnings("ArrayRecordComponent") // rows are data, and never compared
record DataSet<K, V>(String name, Codec<K> keyCodec, Codec<V> valCodec, K[] rows, V[] vals) {
    /** Rows of one time. */
    static final int ROWS_PER_TIME = 100_000;

    static <K> DataSet<K, Unit> keys(String name, Codec<K> codec, K[] rows) {
        return new DataSet<>(name, codec, Codecs.UNIT, rows, new Unit[] {Unit.UNIT});
    }

    int size() {
        return rows.length;
    }

    K key(int row) {
        return rows[row];
    }

    V val(int row) {
        return vals[vals.length == 1 ? 0 : row];
    }

    static long time(int row) {
        return row / ROWS_PER_TIME;
    }

    /** After all times. */
    long upper() {
        return time(size()) + 1;
    }
}
