package io.persist.shard;

import io.persist.store.Sleeper;

import java.time.Clock;
import java.util.UUID;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;

/**
 * Everything that differs between two runs of the same code. Created once by the wiring of {@code
 * client}; by hand in tests. All four are used by many threads.
 *
 * @param clock wall clock, which leases are judged by: keep it synchronised
 * @param ids fresh random ids
 * @param random spreads retries
 */
public record Surroundings(
        Clock clock, Sleeper sleeper, Supplier<UUID> ids, RandomGenerator random) {
    public long nowMillis() {
        return clock.millis();
    }
}
