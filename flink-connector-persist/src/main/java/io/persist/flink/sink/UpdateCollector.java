package io.persist.flink.sink;

import java.io.IOException;

/** Takes the updates of a record. */
@FunctionalInterface
public interface UpdateCollector<K, V> {
    /**
     * Adds {@code diff} copies of a key and value; negative to retract them, 0 for nothing. Blocks
     * while too many parts are on their way to the store. Key and value may be reused afterwards.
     *
     * @throws IOException if an earlier part could not be stored
     */
    void collect(K key, V val, long diff) throws IOException, InterruptedException;
}
