package io.persist.batch.build;

import io.persist.frontier.Antichain;
import io.persist.frontier.TimeDomain;

import java.util.Arrays;
import java.util.OptionalLong;

/**
 * The times of a batch that none of its other times is beyond: what its upper must lie beyond. For
 * totally ordered times that is the last one. One thread.
 */
final class MaximalTimes {
    private final TimeDomain domain;
    private long[] times = new long[1];
    private int count;

    MaximalTimes(TimeDomain domain) {
        this.domain = domain;
    }

    void add(long time) {
        if (count == 1 && times[0] == time) {
            return;
        }
        for (int i = 0; i < count; i++) {
            if (domain.lessEqual(time, times[i])) {
                return;
            }
        }
        int kept = 0;
        for (int i = 0; i < count; i++) {
            if (!domain.lessEqual(times[i], time)) {
                times[kept++] = times[i];
            }
        }
        if (kept == times.length) {
            times = Arrays.copyOf(times, 2 * kept);
        }
        times[kept] = time;
        count = kept + 1;
    }

    /** A time that {@code upper} does not lie beyond. */
    OptionalLong firstBeyond(Antichain upper) {
        return Arrays.stream(times, 0, count).filter(upper::lessEqual).findFirst();
    }
}
