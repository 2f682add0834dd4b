package io.persist.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.persist.codec.CorruptDataException;

import org.junit.jupiter.api.Test;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

final class RetryTest {
    private final List<Long> waits = new ArrayList<>();
    private long now;

    /** Time passes only while someone sleeps. */
    private final Clock clock =
            new Clock() {
                @Override
                public ZoneId getZone() {
                    return ZoneOffset.UTC;
                }

                @Override
                public Clock withZone(ZoneId zone) {
                    return this;
                }

                @Override
                public Instant instant() {
                    return Instant.ofEpochMilli(now);
                }
            };

    private Retry retry(Duration deadline) {
        return new Retry(
                new Retry.Policy(Duration.ofMillis(100), Duration.ofSeconds(1), deadline),
                clock,
                millis -> {
                    waits.add(millis);
                    now += millis;
                },
                new Random(1));
    }

    @Test
    void waitsDoubleUpToTheLimitUntilTheOperationSucceeds() throws Exception {
        int[] attempts = {0};

        String result =
                retry(Duration.ofMinutes(1))
                        .call(
                                "set x",
                                () -> {
                                    if (++attempts[0] <= 6) {
                                        throw new StoreException.Indeterminate("lost");
                                    }
                                    return "done";
                                });

        assertThat(result).isEqualTo("done");
        assertThat(waits).hasSize(6);
        List<Long> ideal = List.of(100L, 200L, 400L, 800L, 1000L, 1000L);
        for (int i = 0; i < waits.size(); i++) {
            assertThat(waits.get(i)).isBetween(ideal.get(i) * 9 / 10, ideal.get(i) * 11 / 10);
        }
    }

    @Test
    void corruptDataIsNotRepeated() {
        CorruptDataException corrupt = new CorruptDataException("entry 3: bad magic");

        assertThatThrownBy(
                        () ->
                                retry(Duration.ofMinutes(1))
                                        .call(
                                                "head",
                                                () -> {
                                                    throw new StoreException.Determinate(
                                                            "head", corrupt);
                                                }))
                .hasCause(corrupt);
        assertThat(waits).isEmpty();
    }

    @Test
    void theLastFailureIsThrownOnceTheDeadlineHasPassed() {
        int[] attempts = {0};

        assertThatThrownBy(
                        () ->
                                retry(Duration.ofSeconds(2))
                                        .call(
                                                "get x",
                                                () -> {
                                                    throw new StoreException.Determinate(
                                                            "attempt " + ++attempts[0]);
                                                }))
                .isInstanceOf(StoreException.Determinate.class)
                .hasMessage("attempt " + (waits.size() + 1));
        assertThat(now).isLessThanOrEqualTo(2000);
        assertThat(attempts[0]).isGreaterThan(3);
    }

    @Test
    void anInterruptedThreadDoesNotTryAgain() {
        assertThatThrownBy(
                        () ->
                                retry(Duration.ofSeconds(2))
                                        .call(
                                                "get x",
                                                () -> {
                                                    Thread.currentThread().interrupt();
                                                    throw new StoreException.Indeterminate(
                                                            "closed by interrupt");
                                                }))
                .isInstanceOf(InterruptedException.class)
                .hasMessageContaining("get x");
        assertThat(waits).isEmpty();
    }

    @Test
    void impossiblePoliciesAreRefused() {
        assertThatThrownBy(
                        () -> new Retry.Policy(Duration.ZERO, Duration.ofSeconds(1), Duration.ZERO))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(
                        () ->
                                new Retry.Policy(
                                        Duration.ofSeconds(2),
                                        Duration.ofSeconds(1),
                                        Duration.ZERO))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("below");
    }
}
