package io.persist.batch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

final class FetchLimitTest {
    private static final int KIB = 1024;

    /** Of 1000 KiB in each half. */
    private final FetchLimit limit = new FetchLimit(2000 * KIB, 1.25);

    @Test
    void aPartCostsMoreThanItsSizeUntilItIsClosed() throws Exception {
        FetchLimit.Room room = limit.await(80 * KIB);
        assertThat(limit.freeBytes()).isEqualTo((2000 - 100) * KIB);
        room.close();
        room.close();
        assertThat(limit.freeBytes()).isEqualTo(2000 * KIB);
    }

    @Test
    void whatIsNeededWaitsForItsTurnAndNotForWhatLiesAhead() throws Exception {
        try (FetchLimit.Room ahead = limit.tryAhead(700 * KIB)) {
            assertThat(ahead).isNotNull();
            assertThat(limit.tryAhead(200 * KIB)).isNull();
            ExecutorService other = Executors.newSingleThreadExecutor();
            try {
                CountDownLatch waits = new CountDownLatch(1);
                Future<FetchLimit.Room> second;
                try (FetchLimit.Room first = limit.await(500 * KIB)) {
                    assertThat(first).isNotNull();
                    second =
                            other.submit(
                                    () -> {
                                        waits.countDown();
                                        return limit.await(400 * KIB);
                                    });
                    waits.await();
                    assertThatThrownBy(() -> second.get(20, TimeUnit.MILLISECONDS))
                            .isInstanceOf(TimeoutException.class);
                }
                second.get().close();
            } finally {
                other.shutdownNow();
            }
        }
        assertThat(limit.freeBytes()).isEqualTo(2000 * KIB);
    }

    @Test
    void aPartLargerThanEverythingTakesAll() throws Exception {
        try (FetchLimit.Room all = limit.await(Long.MAX_VALUE);
                FetchLimit.Room ahead = limit.tryAhead(1L << 40)) {
            assertThat(all).isNotNull();
            assertThat(ahead).isNotNull();
            assertThat(limit.freeBytes()).isZero();
        }
        assertThat(limit.freeBytes()).isEqualTo(2000 * KIB);
    }

    @Test
    void whoWaitsCanBeInterrupted() throws Exception {
        ExecutorService other = Executors.newSingleThreadExecutor();
        try (FetchLimit.Room all = limit.await(1000 * KIB)) {
            assertThat(all).isNotNull();
            Future<FetchLimit.Room> waiting = other.submit(() -> limit.await(1));
            other.shutdownNow();
            assertThatThrownBy(waiting::get)
                    .isInstanceOf(ExecutionException.class)
                    .hasCauseInstanceOf(InterruptedException.class);
        }
        assertThat(limit.freeBytes()).isEqualTo(2000 * KIB);
    }

    @Test
    void limitsArePositive() {
        assertThatThrownBy(() -> new FetchLimit(0, 1)).hasMessageContaining("memoryBytes");
        assertThatThrownBy(() -> new FetchLimit(1, 0)).hasMessageContaining("costFactor");
    }
}
