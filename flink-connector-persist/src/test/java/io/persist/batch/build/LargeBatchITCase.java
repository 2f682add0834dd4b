package io.persist.batch.build;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * A batch far larger than the memory of its process. Its size is {@code large.batch.mebibytes}, by
 * default small enough for every build.
 */
final class LargeBatchITCase {
    @Test
    void aBatchOfManyPartsFitsInASmallProcess_B32() throws Exception {
        String mebibytes = System.getProperty("large.batch.mebibytes", "1024");
        String java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
        ProcessBuilder builder =
                new ProcessBuilder(
                        List.of(
                                java,
                                "-Xmx512m",
                                "-XX:MaxDirectMemorySize=32m",
                                "-cp",
                                System.getProperty("java.class.path"),
                                LargeBatchProcess.class.getName(),
                                mebibytes));
        builder.environment().keySet().removeIf(name -> name.contains("JAVA"));
        Process process = builder.redirectErrorStream(true).start();

        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);

        assertThat(process.waitFor(1, TimeUnit.MINUTES)).isTrue();
        assertThat(process.exitValue()).as(output).isZero();
        assertThat(output).contains("built " + mebibytes + " MiB");
    }
}
