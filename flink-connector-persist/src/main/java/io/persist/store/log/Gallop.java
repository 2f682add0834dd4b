package io.persist.store.log;

import io.persist.store.StoreException;

/** Finds the end of a range of numbers that are present, in steps that grow, then by bisection. */
final class Gallop {
    /** Single steps before they grow: mostly only one or two numbers are new. */
    private static final int SINGLE_STEPS = 2;

    private Gallop() {}

    interface Probe {
        boolean present(long number) throws StoreException;
    }

    /**
     * A number that is present, or {@code from}, and whose successor is absent. Needs one probe if
     * nothing is present after {@code from}, and a number of probes logarithmic in the distance
     * otherwise. If what is present changes meanwhile, both still held when they were probed.
     */
    static long last(long from, Probe probe) throws StoreException {
        long low = from;
        long step = 1;
        int hits = 0;
        while (low <= Long.MAX_VALUE - step && probe.present(low + step)) {
            low += step;
            hits++;
            step = hits < SINGLE_STEPS ? 1 : step * 2;
        }
        long high = low <= Long.MAX_VALUE - step ? low + step : Long.MAX_VALUE;
        while (high - low > 1) {
            long middle = low + (high - low) / 2;
            if (probe.present(middle)) {
                low = middle;
            } else {
                high = middle;
            }
        }
        return low;
    }
}
