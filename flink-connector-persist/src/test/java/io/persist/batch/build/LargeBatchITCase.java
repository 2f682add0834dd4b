package io.persist.batch.build;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * Batches far larger than the memory of their process. Their sizes are {@code
 * large.batch.mebibytes} and {@code merged.batch.mebibytes}, by default small enough for every
 * build.
 */
final class LargeBatchITCase {
    @Test
    void aBatchOfManyPartsFitsInASmallProcess_B32() throws Exception {
        String mebibytes = System.getProperty("large.batch.mebibytes", "1024");

        String output = run("512m", mebibytes);

        assertThat(output).contains("built " + mebibytes + " MiB");
    }

    /** 192 MiB of parts, merged twice, in 64 MiB of heap and 38 beside it. */
    @Test
    void aBatchOfManyRunsIsMergedInASmallProcess_B26_B34(@TempDir Path directory) throws Exception {
        String mebibytes = System.getProperty("merged.batch.mebibytes", "192");

        String output = run("64m", mebibytes, directory.toString());

        assertThat(output).contains("built " + mebibytes + " MiB");
        assertThat(files(directory)).as("blobs of a deleted batch").isEmpty();
    }

    private static String run(String heap, String... args) throws Exception {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(
                List.of(
                        "-Xmx" + heap,
                        "-XX:MaxDirectMemorySize=32m",
                        "-cp",
                        System.getProperty("java.class.path"),
                        LargeBatchProcess.class.getName()));
        command.addAll(List.of(args));
        ProcessBuilder builder = new ProcessBuilder(command);
        builder.environment().keySet().removeIf(name -> name.contains("JAVA"));
        Process process = builder.redirectErrorStream(true).start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor(1, TimeUnit.MINUTES)).isTrue();
        assertThat(process.exitValue()).as(output).isZero();
        return output;
    }

    private static List<Path> files(Path directory) throws IOException {
        try (Stream<Path> paths = Files.walk(directory)) {
            return paths.filter(Files::isRegularFile).toList();
        }
    }
}
