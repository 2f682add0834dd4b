package io.persist.testing;

import io.persist.store.StoreException;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/**
 * What happens to the requests of one client: decided by coins from a seed. A request may be lost,
 * its reply may be lost, it may be delayed, and a copy of it may arrive again; delayed requests and
 * copies arrive before some later request of any kind. Nothing sleeps. Safe for use by many
 * threads.
 */
public final class Fate {
    /** One request that changes the store. */
    public interface Request<T> {
        T send() throws StoreException;
    }

    private final Random coins;
    private final int oneIn;
    private final List<Request<?>> underWay = new ArrayList<>();

    /**
     * @param oneIn each kind of fault strikes one request in so many
     */
    public Fate(long seed, int oneIn) {
        this.coins = new Random(seed);
        this.oneIn = oneIn;
    }

    /** A request whose loss leaves doubt. */
    public <T> T change(String what, Request<T> request) throws StoreException {
        deliverSome();
        if (strikes()) {
            throw new StoreException.Indeterminate(what + ": request lost");
        }
        if (strikes()) {
            delay(request);
            throw new StoreException.Indeterminate(what + ": request delayed");
        }
        if (strikes()) {
            delay(request);
        }
        T result = request.send();
        if (strikes()) {
            throw new StoreException.Indeterminate(what + ": reply lost");
        }
        return result;
    }

    /** A request without effect. */
    public <T> T read(String what, Request<T> request) throws StoreException {
        deliverSome();
        if (strikes()) {
            throw new StoreException.Determinate(what + ": reply lost");
        }
        return request.send();
    }

    public synchronized boolean strikes() {
        return coins.nextInt(oneIn) == 0;
    }

    /** Lets everything that is still under way arrive. */
    public void deliverAll() {
        while (true) {
            Request<?> late;
            synchronized (this) {
                if (underWay.isEmpty()) {
                    return;
                }
                late = underWay.remove(coins.nextInt(underWay.size()));
            }
            arrive(late);
        }
    }

    private synchronized void delay(Request<?> request) {
        underWay.add(request);
    }

    private void deliverSome() {
        while (true) {
            Request<?> late;
            synchronized (this) {
                if (underWay.isEmpty() || coins.nextInt(8) > 0) {
                    return;
                }
                late = underWay.remove(coins.nextInt(underWay.size()));
            }
            arrive(late);
        }
    }

    private static void arrive(Request<?> late) {
        try {
            late.send();
        } catch (StoreException e) {
            return; // nobody waits for its answer
        }
    }
}
