package io.persist.store.log;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.persist.codec.Bytes;
import io.persist.store.ConditionalObjects;
import io.persist.store.StoreException;
import io.persist.store.mem.MemObjects;
import io.persist.testing.SeededIds;

import org.junit.jupiter.api.Test;

import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

class CreateProbeTest {
    private final MemObjects objects = new MemObjects();

    @Test
    void atomicStoreIsTakenAndLeftClean() throws Exception {
        new CreateProbe(objects, new SeededIds(1), Runnable::run).require(2, 5);
        ExecutorService pool = Executors.newFixedThreadPool(4);
        try {
            new CreateProbe(objects, new SeededIds(1), pool).require(5, 50);
        } finally {
            pool.shutdownNow();
        }
        assertThat(objects.list("")).isEmpty();
    }

    @Test
    void poolThatNeverRunsAnythingDoesNotBlock() throws Exception {
        new CreateProbe(objects, new SeededIds(1), task -> {}).require(1, 5);
        assertThat(objects.list("")).isEmpty();
    }

    @Test
    void storeThatOverwritesIsRefused() {
        ConditionalObjects overwriting =
                new ConditionalObjects() {
                    @Override
                    public boolean createIfAbsent(String key, Bytes value) {
                        objects.delete(key);
                        return objects.createIfAbsent(key, value);
                    }

                    @Override
                    public Optional<Bytes> get(String key) {
                        return objects.get(key);
                    }

                    @Override
                    public void delete(String key) {
                        objects.delete(key);
                    }

                    @Override
                    public List<String> list(String folder) {
                        return objects.list(folder);
                    }

                    @Override
                    public void close() {}

                    @Override
                    public String toString() {
                        return "overwriting store";
                    }
                };
        assertThatThrownBy(
                        () ->
                                new CreateProbe(overwriting, new SeededIds(1), Runnable::run)
                                        .require(1, 5))
                .isInstanceOf(StoreException.Determinate.class)
                .hasMessageContainingAll(
                        "overwriting store", "5 of 5 racing creators won", "PostgreSQL");
        assertThat(objects.list("")).isEmpty();
    }
}
