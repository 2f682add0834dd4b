package io.persist.flink.sink;

import java.time.Duration;

/** A program of its own: a small job in a JVM that was given no flags at all. */
final class SinkWithoutFlags {
    static final int ROWS = 5_000;

    private SinkWithoutFlags() {}

    public static void main(String[] arguments) throws Exception {
        var environment = SinkJobs.environment(Duration.ofMillis(200));
        // Large enough for parts in blob, which is where Arrow and Parquet come in.
        SinkJobs.rows(environment, ROWS, 1_000_000)
                .sinkTo(new TestShard(arguments[0]).sink().build());
        environment.execute();
    }
}
