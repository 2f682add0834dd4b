package io.persist.flink.sink;

import io.persist.codec.Codec;
import io.persist.codec.Codecs;
import io.persist.codec.Unit;

import org.apache.flink.api.common.eventtime.WatermarkStrategy;
import org.apache.flink.api.common.functions.MapFunction;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.api.connector.source.util.ratelimit.RateLimiterStrategy;
import org.apache.flink.configuration.CheckpointingOptions;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.RestartStrategyOptions;
import org.apache.flink.connector.datagen.source.DataGeneratorSource;
import org.apache.flink.streaming.api.datastream.DataStream;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;

import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/** Jobs that write numbered rows. */
final class SinkJobs {
    private SinkJobs() {}

    /** Parallelism 2, a checkpoint every so often, restarts at once and often. */
    static StreamExecutionEnvironment environment(Duration checkpointInterval) {
        Configuration configuration = new Configuration();
        configuration.set(CheckpointingOptions.CHECKPOINTING_INTERVAL, checkpointInterval);
        configuration.set(RestartStrategyOptions.RESTART_STRATEGY, "fixed-delay");
        configuration.set(RestartStrategyOptions.RESTART_STRATEGY_FIXED_DELAY_ATTEMPTS, 20);
        configuration.set(
                RestartStrategyOptions.RESTART_STRATEGY_FIXED_DELAY_DELAY, Duration.ofMillis(10));
        return StreamExecutionEnvironment.getExecutionEnvironment(configuration).setParallelism(2);
    }

    static String row(long number) {
        return "row-%07d".formatted(number);
    }

    static long number(String row) {
        return Long.parseLong(row, "row-".length(), row.length(), 10);
    }

    static DataStream<String> rows(
            StreamExecutionEnvironment environment, long count, double perSecond) {
        DataGeneratorSource<String> source =
                new DataGeneratorSource<>(
                        SinkJobs::row,
                        count,
                        RateLimiterStrategy.perSecond(perSecond),
                        Types.STRING);
        return environment.fromSource(source, WatermarkStrategy.noWatermarks(), "rows");
    }

    /**
     * Fails at each of some rows, once, however often the job is restarted.
     *
     * @param markers directory that remembers the failures
     */
    record FailOnceAt(List<String> rows, String markers) implements MapFunction<String, String> {
        @Override
        public String map(String row) throws IOException {
            if (rows.contains(row)) {
                try {
                    Files.createFile(Path.of(markers, row));
                } catch (FileAlreadyExistsException e) {
                    return row;
                }
                throw new IOException("injected failure at " + row);
            }
            return row;
        }
    }

    /** Strings as keys, made of anything. */
    interface StringKeys<IN> extends PersistRecordSerializer<IN, String, Unit> {
        @Override
        default Codec<String> keyCodec() {
            return Codecs.STRING;
        }

        @Override
        default Codec<Unit> valCodec() {
            return Codecs.UNIT;
        }
    }
}
