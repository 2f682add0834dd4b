package io.persist.batch.build;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** Building where there is no room left: errors say where, and nothing is left behind. */
@EnabledOnOs(OS.LINUX)
final class FullDiskITCase {
    /** A limit that the operating system puts on every file: the write comes back short. */
    @Test
    void aPartBeyondTheLargestFileIsRefusedAndLeavesNothing_B43(@TempDir Path directory)
            throws Exception {
        // Units of 512 bytes.
        String shell = "ulimit -f 128 && exec \"$@\"";

        assertDone(directory, List.of("sh", "-c", shell, "sh"), "200", "100000", "70000");
    }

    /** A file system of 1 MiB, which only this process sees. */
    @Test
    void aFullFileSystemRefusesPartsAndKeepsNothingOfThem_B43(@TempDir Path directory)
            throws Exception {
        String mount = "mount -t tmpfs -o size=1m tmpfs '" + directory + "'";
        List<String> unshare = List.of("unshare", "-rm", "sh", "-c");
        assumeThat(exitCode(unshare, mount)).as("may mount a file system of its own").isZero();
        List<String> command = new ArrayList<>(unshare);
        command.addAll(List.of(mount + " && exec \"$@\"", "sh"));

        assertDone(directory, command, "3000", "200000", "2000000");
    }

    private static int exitCode(List<String> command, String last) throws Exception {
        List<String> all = new ArrayList<>(command);
        all.add(last);
        Process process = new ProcessBuilder(all).redirectErrorStream(true).start();
        process.getInputStream().readAllBytes();
        return process.waitFor();
    }

    private static void assertDone(Path directory, List<String> under, String... args)
            throws Exception {
        List<String> command = new ArrayList<>(under);
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(
                List.of(
                        "-Xmx64m",
                        "-XX:-UsePerfData",
                        "-cp",
                        System.getProperty("java.class.path"),
                        FullDiskProcess.class.getName(),
                        directory.toString()));
        command.addAll(List.of(args));
        ProcessBuilder builder = new ProcessBuilder(command);
        builder.environment().keySet().removeIf(name -> name.contains("JAVA"));
        Process process = builder.redirectErrorStream(true).start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor(1, TimeUnit.MINUTES)).isTrue();
        assertThat(output).endsWith("done\n").containsPattern("refused: .*" + directory);
    }
}
