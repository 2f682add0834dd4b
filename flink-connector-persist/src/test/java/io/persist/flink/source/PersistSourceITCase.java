package io.persist.flink.source;

import static io.persist.flink.source.TestShard.update;

import static org.assertj.core.api.Assertions.assertThat;

import io.persist.client.Update;
import io.persist.codec.Unit;

import org.apache.flink.api.common.eventtime.WatermarkStrategy;
import org.apache.flink.api.common.functions.RichMapFunction;
import org.apache.flink.api.common.state.CheckpointListener;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.configuration.CheckpointingOptions;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.RestartStrategyOptions;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.util.CollectionUtil;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

class PersistSourceITCase {
    private static final int KEYS = 20_000;

    @TempDir private Path directory;

    /** Fails once, after the first checkpoint that it hears of. */
    private static final class FailOnce extends RichMapFunction<String, String>
            implements CheckpointListener {
        private static final long serialVersionUID = 1L;

        private final String marker;
        private int seen;
        private boolean checkpointed;

        FailOnce(Path marker) {
            this.marker = marker.toString();
        }

        @Override
        public String map(String value) throws IOException {
            seen++;
            if (checkpointed && getRuntimeContext().getTaskInfo().getAttemptNumber() == 0) {
                Files.writeString(Path.of(marker), "after " + seen);
                throw new IOException("injected");
            }
            return value;
        }

        @Override
        public void notifyCheckpointComplete(long checkpointId) {
            checkpointed = seen > 0;
        }
    }

    @Test
    @Timeout(120)
    void aRestartInTheMiddleEmitsEachRowExactlyOnce() throws Exception {
        List<Update<String, Unit>> updates = new ArrayList<>();
        List<String> expected = new ArrayList<>();
        for (int i = 0; i < KEYS; i++) {
            int copies = 1 + i % 3;
            updates.add(update("k" + i, 0, copies));
            for (int copy = 0; copy < copies; copy++) {
                expected.add("k" + i);
            }
        }
        Path marker = directory.resolve("failed");
        try (TestShard shard = new TestShard(directory.resolve("shard"))) {
            shard.append(1, updates);
            Configuration configuration = new Configuration();
            configuration.set(CheckpointingOptions.CHECKPOINTING_INTERVAL, Duration.ofMillis(10));
            configuration.set(RestartStrategyOptions.RESTART_STRATEGY, "fixed-delay");
            configuration.set(
                    RestartStrategyOptions.RESTART_STRATEGY_FIXED_DELAY_DELAY, Duration.ZERO);
            StreamExecutionEnvironment environment =
                    StreamExecutionEnvironment.getExecutionEnvironment(configuration);
            environment.setParallelism(2);

            List<String> records =
                    CollectionUtil.iteratorToList(
                            environment
                                    .fromSource(
                                            shard.source(),
                                            WatermarkStrategy.noWatermarks(),
                                            "shard")
                                    .map(new FailOnce(marker))
                                    .returns(Types.STRING)
                                    .executeAndCollect());

            assertThat(marker).exists();
            assertThat(records).hasSize(expected.size());
            assertThat(records).containsExactlyInAnyOrderElementsOf(expected);
            assertThat(shard.inspect().readers())
                    .as("what is left is the lease of the attempt that failed")
                    .hasSizeLessThanOrEqualTo(1);
        }
    }
}
