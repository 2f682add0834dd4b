package io.persist.part;

import static org.assertj.core.api.Assertions.assertThat;

import io.persist.codec.Bytes;

import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.RootAllocator;
import org.junit.jupiter.api.Test;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** Nobody who runs a job can be asked to open packages of the JDK to us. */
class PlainJvmTest {
    @Test
    void partsAreWrittenAndReadWithoutJvmFlags() throws Exception {
        String java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
        ProcessBuilder builder =
                new ProcessBuilder(
                        List.of(
                                java,
                                "-cp",
                                System.getProperty("java.class.path"),
                                Main.class.getName()));
        builder.environment().keySet().removeIf(name -> name.contains("JAVA"));
        Process process = builder.redirectErrorStream(true).start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
        assertThat(output).endsWith("done\n");
        assertThat(process.exitValue()).isZero();
    }

    /** What runs in the other process. */
    static final class Main {
        private Main() {}

        public static void main(String[] args) throws Exception {
            try (BufferAllocator allocator = new RootAllocator();
                    Updates updates = PartTests.example(allocator)) {
                for (String compression :
                        List.of("none", "snappy", "lz4", "zstd-3", "gzip-6", "brotli-4")) {
                    ParquetSettings settings =
                            new ParquetSettings(Compression.parse(compression), true);
                    Bytes file =
                            ParquetParts.encode(
                                    updates, PartFormat.BOTH, PartTests.USER, 0, settings);
                    try (DecodedPart part = ParquetParts.decode(file, allocator)) {
                        PartTests.assertSame(part.updates(), updates);
                    }
                }
                Bytes inline = InlineParts.encode(updates, PartFormat.BOTH, PartTests.USER, 0);
                try (DecodedPart part = InlineParts.decode(inline, allocator)) {
                    PartTests.assertSame(part.updates(), updates);
                    KeyLowerEncoding.ofColumn(part.updates().structured().keys(), 256);
                }
            }
            System.out.print("done\n");
        }
    }
}
