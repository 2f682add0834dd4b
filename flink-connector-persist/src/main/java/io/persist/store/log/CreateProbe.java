package io.persist.store.log;

import io.persist.codec.Bytes;
import io.persist.store.ConditionalObjects;
import io.persist.store.StoreException;

import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.FutureTask;
import java.util.function.Supplier;

/**
 * Tries whether a store's create-if-absent is atomic: of many racing creators exactly one may win.
 * It finds stores that ignore the condition or race it; it cannot prove that one never does.
 */
public final class CreateProbe {
    private final ConditionalObjects objects;
    private final Supplier<UUID> ids;
    private final Executor io;

    public CreateProbe(ConditionalObjects objects, Supplier<UUID> ids, Executor io) {
        this.objects = objects;
        this.ids = ids;
        this.io = io;
    }

    /**
     * Races creators on scratch keys below {@code probe/}, and removes them.
     *
     * @throws StoreException.Determinate if the store fails the probe, or cannot be used at all
     */
    public void require(int rounds, int creators) throws StoreException {
        for (int round = 0; round < rounds; round++) {
            String key = "probe/" + ids.get();
            try {
                race(key, creators);
            } finally {
                objects.delete(key);
            }
        }
    }

    private void race(String key, int count) throws StoreException {
        List<Bytes> values = new ArrayList<>();
        List<FutureTask<Boolean>> creators = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            Bytes value = Bytes.utf8(ids.get().toString());
            values.add(value);
            creators.add(new FutureTask<>(() -> objects.createIfAbsent(key, value)));
        }
        creators.forEach(io::execute);
        List<Bytes> winners = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            creators.get(i).run(); // does nothing if the pool has got to it already
            if (result(creators.get(i))) {
                winners.add(values.get(i));
            }
        }
        boolean again = objects.createIfAbsent(key, Bytes.utf8(ids.get().toString()));
        Bytes stored = objects.get(key).orElse(Bytes.EMPTY);
        if (winners.size() != 1 || again || !winners.contains(stored)) {
            throw new StoreException.Determinate(
                    objects
                            + " does not create objects atomically ("
                            + winners.size()
                            + " of "
                            + count
                            + " racing creators won, a later one "
                            + (again ? "too" : "did not")
                            + "), which a consensus on it needs: give a PostgreSQL URL as"
                            + " consensus");
        }
    }

    private static boolean result(FutureTask<Boolean> creator) throws StoreException {
        try {
            return creator.get();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new StoreException.Determinate("interrupted while probing the store", e);
        } catch (ExecutionException e) {
            if (e.getCause() instanceof StoreException failure) {
                throw failure;
            }
            throw new IllegalStateException(e.getCause());
        }
    }
}
