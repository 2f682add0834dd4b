package io.persist.client.critical;

import io.persist.state.Readers;

import java.time.Duration;

/**
 * @param newReaders where leased readers begin that this client registers; {@link
 *     Readers.Start#CRITICAL_SINCE} where nobody should read what only other readers still keep
 * @param downgradeInterval {@link SinceHandle#maybeCompareAndDowngrade} does nothing sooner after
 *     the last try; longer to save commits, zero for none saved
 */
public record CriticalSettings(Readers.Start newReaders, Duration downgradeInterval) {
    public static final CriticalSettings DEFAULT =
            new CriticalSettings(Readers.Start.SHARD_SINCE, Duration.ofSeconds(30));

    public CriticalSettings {
        if (downgradeInterval.isNegative()) {
            throw new IllegalArgumentException(
                    "downgradeInterval must not be negative, is " + downgradeInterval);
        }
    }

    public CriticalSettings withNewReaders(Readers.Start value) {
        return new CriticalSettings(value, downgradeInterval);
    }

    public CriticalSettings withDowngradeInterval(Duration value) {
        return new CriticalSettings(newReaders, value);
    }
}
