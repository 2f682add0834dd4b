package io.persist.testing;

import static org.assertj.core.api.Assertions.assertThat;

import io.persist.codec.Bytes;
import io.persist.store.ConditionalObjects;
import io.persist.store.StoreException;

import org.junit.jupiter.api.Test;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicBoolean;

/** What every store of conditional objects keeps. */
public abstract class ConditionalObjectsContract {
    /** Another client of the one store of this test. */
    protected abstract ConditionalObjects client() throws StoreException;

    @Test
    void firstCreateWins() throws StoreException {
        ConditionalObjects objects = client();
        assertThat(objects.get("s/log/1")).isEmpty();
        assertThat(objects.createIfAbsent("s/log/1", Bytes.utf8("a"))).isTrue();
        assertThat(objects.createIfAbsent("s/log/1", Bytes.utf8("b"))).isFalse();
        assertThat(client().createIfAbsent("s/log/1", Bytes.utf8("a"))).isFalse();
        assertThat(client().get("s/log/1")).contains(Bytes.utf8("a"));
    }

    @Test
    void deletedKeyCanBeCreatedAgain() throws StoreException {
        ConditionalObjects objects = client();
        objects.delete("s/log/1");
        objects.createIfAbsent("s/log/1", Bytes.utf8("a"));
        client().delete("s/log/1");
        assertThat(objects.get("s/log/1")).isEmpty();
        assertThat(objects.createIfAbsent("s/log/1", Bytes.EMPTY)).isTrue();
        assertThat(objects.get("s/log/1")).contains(Bytes.EMPTY);
    }

    @Test
    void listNamesWhatIsDirectlyBelow() throws StoreException {
        ConditionalObjects objects = client();
        for (String key : List.of("s/log/1", "s/log/2", "s/floor/1", "t/log/1", "single")) {
            objects.createIfAbsent(key, Bytes.utf8(key));
        }
        assertThat(client().list("")).containsExactlyInAnyOrder("s", "t", "single");
        assertThat(client().list("s/")).containsExactlyInAnyOrder("log", "floor");
        assertThat(client().list("s/log/")).containsExactlyInAnyOrder("1", "2");
        assertThat(client().list("u/")).isEmpty();
        assertThat(client().list("s/none/")).isEmpty();
    }

    @Test
    void racingCreatorsHaveOneWinnerAndReadersSeeWholeObjects() throws Exception {
        ConditionalObjects reader = client();
        byte[] filler = new byte[20_000];
        for (int round = 0; round < 5; round++) {
            String key = "s/log/" + round;
            AtomicBoolean done = new AtomicBoolean();
            List<Callable<Boolean>> tasks = new ArrayList<>();
            for (int i = 0; i < 20; i++) {
                ConditionalObjects client = client();
                byte[] value = filler.clone();
                java.util.Arrays.fill(value, (byte) i);
                tasks.add(() -> client.createIfAbsent(key, Bytes.takeArray(value)));
            }
            tasks.add(() -> watch(reader, key, done));
            tasks.add(
                    () -> {
                        while (reader.get(key).isEmpty()) {
                            Thread.onSpinWait();
                        }
                        done.set(true);
                        return false;
                    });
            assertThat(Racers.race(tasks).stream().filter(won -> won)).hasSize(1);
        }
    }

    private static boolean watch(ConditionalObjects objects, String key, AtomicBoolean done)
            throws StoreException {
        while (!done.get()) {
            Bytes value = objects.get(key).orElse(Bytes.EMPTY);
            if (!value.isEmpty()) {
                assertThat(value.length()).isEqualTo(20_000);
                assertThat(value.at(19_999)).isEqualTo(value.at(0));
            }
        }
        return false;
    }
}
