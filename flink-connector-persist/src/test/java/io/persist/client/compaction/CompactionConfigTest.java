package io.persist.client.compaction;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.persist.frontier.Antichain;
import io.persist.frontier.Description;
import io.persist.state.maintenance.Claims;
import io.persist.state.spine.IdBatch;
import io.persist.state.spine.MergeRequest;
import io.persist.state.spine.SpineId;

import org.junit.jupiter.api.Test;

import java.time.Duration;
import java.util.List;
import java.util.function.UnaryOperator;

/** Defaults and bounds of what is told to compaction. */
final class CompactionConfigTest {
    @Test
    void defaultsAreTheOriginals() {
        CompactionConfig config = CompactionConfig.builder().disabledInProcess(false).build();
        assertThat(config)
                .isEqualTo(
                        new CompactionConfig(
                                true,
                                20,
                                5,
                                100_000,
                                8,
                                8,
                                1024,
                                Duration.ofSeconds(90),
                                true,
                                false,
                                true,
                                32,
                                new Claims(false, false, 100, "", 3_600_000),
                                CompactionMetrics.NONE));
    }

    @Test
    void whatMakesNoSenseIsRefused() {
        refused("queueSize", b -> b.queueSize(0));
        refused("concurrency", b -> b.concurrency(0));
        refused("yieldAfterUpdates", b -> b.yieldAfterUpdates(0));
        refused("minInputs", b -> b.minInputs(-1));
        refused("minParts", b -> b.minParts(-1));
        refused("minUpdates", b -> b.minUpdates(-1));
        refused("minimumTimeout", b -> b.minimumTimeout(Duration.ZERO));
        refused("deleteConcurrency", b -> b.deleteConcurrency(0));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new Claims(false, true, -1, "", 0))
                .withMessageContaining("-1");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new Claims(false, true, 100, "soon", 0))
                .withMessageContaining("soon");
    }

    private static void refused(String name, UnaryOperator<CompactionConfig.Builder> wrong) {
        CompactionConfig.Builder builder = wrong.apply(CompactionConfig.builder());
        assertThatIllegalArgumentException().isThrownBy(builder::build).withMessageContaining(name);
    }

    @Test
    void theTimeoutGrowsWithTheInputs() {
        CompactionConfig config = CompactionConfig.builder().build();
        assertThat(config.timeoutMillis(request(5L << 20))).isEqualTo(90_000);
        assertThat(config.timeoutMillis(request(200L << 20))).isEqualTo(200_000);
    }

    private static MergeRequest request(long bytes) {
        Description desc = new Description(Antichain.of(0), Antichain.of(1), Antichain.minimum());
        return new MergeRequest(
                new SpineId(0, 1),
                desc,
                List.of(
                        new IdBatch(
                                new SpineId(0, 1),
                                ChunksTest.batch(0, ChunksTest.run("a", bytes)))));
    }
}
