package io.persist.state;

import org.jspecify.annotations.Nullable;

/** Change of one entry of a collection of the state. A singleton has the key {@code Unit}. */
public sealed interface FieldDiff<K, V> {
    K key();

    /** The value that must be there before; null if there must be none. */
    @Nullable V before();

    /** The value afterwards; null if the entry goes. */
    @Nullable V after();

    record Insert<K, V>(K key, V value) implements FieldDiff<K, V> {
        @Override
        public @Nullable V before() {
            return null;
        }

        @Override
        public V after() {
            return value;
        }
    }

    record Update<K, V>(K key, V old, V value) implements FieldDiff<K, V> {
        @Override
        public V before() {
            return old;
        }

        @Override
        public V after() {
            return value;
        }
    }

    record Delete<K, V>(K key, V old) implements FieldDiff<K, V> {
        @Override
        public V before() {
            return old;
        }

        @Override
        public @Nullable V after() {
            return null;
        }
    }
}
