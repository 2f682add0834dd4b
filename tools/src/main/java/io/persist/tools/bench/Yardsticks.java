package io.persist.tools.bench;

import com.github.luben.zstd.Zstd;

import io.persist.codec.Bytes;

import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.util.List;
import java.util.SplittableRandom;

/** What this machine does per second, to compare with. */
final class Yardsticks {
    private static final ThreadMXBean THREADS = ManagementFactory.getThreadMXBean();
    private static final int TEXT_BYTES = 100_000_000;

    private final byte[] text = DataSets.text(new SplittableRandom(4), TEXT_BYTES);
    private final byte[] compressed = new byte[(int) Zstd.compressBound(TEXT_BYTES)];

    /** Megabytes of text that one thread compresses with zstd-1 in a second of its own. */
    double zstdMegabytesPerSecond() {
        long start = THREADS.getCurrentThreadCpuTime();
        long size =
                Zstd.compressByteArray(compressed, 0, compressed.length, text, 0, text.length, 1);
        if (Zstd.isError(size)) {
            throw new IllegalStateException("zstd: " + Zstd.getErrorName(size));
        }
        return TEXT_BYTES * 1e3 / (THREADS.getCurrentThreadCpuTime() - start);
    }

    /** Copies the parts into arrays that exist already. */
    static Copy copier(List<Bytes> parts) {
        List<byte[]> targets = parts.stream().map(part -> new byte[part.length()]).toList();
        return () -> {
            for (int i = 0; i < parts.size(); i++) {
                parts.get(i).copyTo(targets.get(i), 0);
            }
        };
    }

    /** A copy of all parts. */
    interface Copy {
        void run();
    }
}
