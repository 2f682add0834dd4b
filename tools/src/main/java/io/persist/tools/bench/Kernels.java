package io.persist.tools.bench;

import io.persist.batch.columns.PartBuffer;
import io.persist.codec.Bytes;
import io.persist.frontier.Antichain;
import io.persist.frontier.Description;
import io.persist.part.Compression;
import io.persist.part.ParquetParts;
import io.persist.part.ParquetSettings;
import io.persist.part.PartFormat;
import io.persist.part.Updates;

import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.RootAllocator;
import org.jspecify.annotations.NullUnmarked;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

import java.util.concurrent.TimeUnit;

/** The two halves of writing a part, per row. JMH makes one and calls it from one thread. */
@NullUnmarked // JMH fills the fields
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(1)
@Warmup(iterations = 5, time = 1)
@Measurement(iterations = 5, time = 1)
public class Kernels {
    private static final int ROWS = 50_000;
    private static final Description DESC =
            new Description(Antichain.minimum(), Antichain.empty(), Antichain.minimum());

    /** Name of the data set. */
    @Param({"a", "b", "c"})
    public String data;

    /** As the setting is spelled. */
    @Param({"none", "zstd-1"})
    public String compression;

    private BufferAllocator allocator;
    private DataSet<?, ?> rows;
    private Updates updates;
    private ParquetSettings settings;

    /** Called by JMH. */
    @Setup
    public void setUp() {
        allocator = new RootAllocator();
        rows =
                switch (data) {
                    case "a" -> DataSets.strings(ROWS);
                    case "b" -> DataSets.events(ROWS);
                    default -> DataSets.wide(ROWS);
                };
        updates = filled(rows);
        settings = new ParquetSettings(Compression.parse(compression), true);
    }

    /** Called by JMH. */
    @TearDown
    public void tearDown() {
        updates.close();
        allocator.close();
    }

    private <K, V> Updates filled(DataSet<K, V> source) {
        PartBuffer<K, V> buffer =
                new PartBuffer<>(
                        source.keyCodec(), source.valCodec(), PartFormat.STRUCTURED, allocator);
        for (int row = 0; row < source.size(); row++) {
            buffer.add(source.key(row), source.val(row), DataSet.time(row), 1);
        }
        return buffer.takeUpdates();
    }

    /** Rows into columns. */
    @Benchmark
    @OperationsPerInvocation(ROWS)
    public int fill() {
        try (Updates made = filled(rows)) {
            return made.count();
        }
    }

    /** Columns into the bytes of a part. */
    @Benchmark
    @OperationsPerInvocation(ROWS)
    public Bytes encode() {
        return ParquetParts.encode(updates, PartFormat.STRUCTURED, DESC, 0, settings);
    }
}
