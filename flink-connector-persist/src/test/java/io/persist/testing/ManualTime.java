package io.persist.testing;

import io.persist.store.Sleeper;

import java.time.Clock;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.concurrent.atomic.AtomicLong;

/** A clock that stands still until someone sleeps, or moves it. Any thread. */
public final class ManualTime extends Clock implements Sleeper {
    private final AtomicLong now;

    public ManualTime(long startMillis) {
        this.now = new AtomicLong(startMillis);
    }

    @Override
    public void sleep(long millis) throws InterruptedException {
        if (Thread.interrupted()) {
            throw new InterruptedException("interrupted while sleeping");
        }
        now.addAndGet(millis);
    }

    public void advance(long millis) {
        now.addAndGet(millis);
    }

    @Override
    public long millis() {
        return now.get();
    }

    @Override
    public Instant instant() {
        return Instant.ofEpochMilli(millis());
    }

    @Override
    public ZoneId getZone() {
        return ZoneOffset.UTC;
    }

    @Override
    public Clock withZone(ZoneId zone) {
        return this;
    }
}
