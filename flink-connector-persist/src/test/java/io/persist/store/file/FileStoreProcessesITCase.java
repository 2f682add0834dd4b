package io.persist.store.file;

import static org.assertj.core.api.Assertions.assertThat;

import io.persist.store.StoreException;
import io.persist.store.log.LogConsensus;
import io.persist.testing.CasCounter;
import io.persist.testing.SeededIds;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import java.util.stream.Stream;

/** Several JVMs on one directory; some stand still for long, some are killed. */
@Timeout(120)
class FileStoreProcessesITCase {
    private final SeededIds ids = new SeededIds(1);
    private final List<Worker> workers = new ArrayList<>();

    @TempDir Path root;

    @AfterEach
    void killAll() {
        workers.forEach(worker -> worker.process.destroyForcibly());
    }

    /** A child process and what it has said. */
    private static final class Worker {
        private final String name;
        private final Process process;
        private final BufferedReader output;

        Worker(String name, Process process) {
            this.name = name;
            this.process = process;
            this.output = process.inputReader(StandardCharsets.UTF_8);
        }

        /** Reads its output up to a line that it will say. */
        void await(String line) throws IOException {
            List<String> before = new ArrayList<>();
            for (String said = output.readLine(); !line.equals(said); said = output.readLine()) {
                if (said == null) {
                    throw new AssertionError(name + " ended without '" + line + "': " + before);
                }
                before.add(said);
            }
        }

        List<String> rest() {
            return output.lines().toList();
        }

        void start() throws IOException {
            process.getOutputStream().write('\n');
            process.getOutputStream().flush();
        }

        void signal(String signal) throws IOException, InterruptedException {
            Process kill = new ProcessBuilder("kill", "-" + signal, "" + process.pid()).start();
            assertThat(kill.waitFor()).isZero();
        }
    }

    @Test
    void counterIsExactWhoeverStopsAndWhoeverIsKilled() throws Exception {
        Worker steady = launch("steady", "count", "60", "7");
        Worker truncating = launch("truncating", "count", "60", "1");
        List<Worker> stopped = new ArrayList<>();
        for (int i = 0; i < 3; i++) {
            stopped.add(launch("stopped" + i, "count", "40", "5"));
        }
        List<Worker> killed = new ArrayList<>();
        for (int i = 0; i < 2; i++) {
            killed.add(launch("killed" + i, "count", "1000000", "5"));
        }
        for (Worker worker : workers) {
            worker.await("ready");
        }
        for (Worker worker : stopped) {
            worker.start();
        }
        for (Worker worker : killed) {
            worker.start();
        }
        // Wherever they are: before a create, after it, in the middle of a truncation.
        for (Worker worker : stopped) {
            worker.await("counted 3");
            worker.signal("STOP");
        }
        TreeMap<String, Long> acknowledged = new TreeMap<>();
        for (Worker worker : killed) {
            worker.await("counted 3");
            worker.signal("KILL");
            worker.process.waitFor();
            acknowledged.put(worker.name, 3L + counts(worker.rest()));
        }
        steady.start();
        truncating.start();
        steady.await("done");
        truncating.await("done");
        LogConsensus consensus = new LogConsensus(FileObjects.open(root, ids), ids);
        long headBefore = FileStoreProcess.head(consensus);
        new CasCounter(consensus, FileStoreProcess.SHARD, "steady").truncate();
        for (Worker worker : stopped) {
            worker.signal("CONT");
        }
        for (Worker worker : stopped) {
            worker.await("done");
        }
        assertThat(FileStoreProcess.head(consensus)).isGreaterThan(headBefore);

        TreeMap<String, Long> counts =
                new TreeMap<>(CasCounter.read(consensus, FileStoreProcess.SHARD));
        acknowledged.forEach(
                (name, count) ->
                        // One more may be in the log than the killed one could tell.
                        assertThat(counts.remove(name)).as(name).isBetween(count, count + 1));
        TreeMap<String, Long> expected = new TreeMap<>();
        expected.put("steady", 60L);
        expected.put("truncating", 60L);
        stopped.forEach(worker -> expected.put(worker.name, 40L));
        assertThat(counts).isEqualTo(expected);
        long sum =
                CasCounter.read(consensus, FileStoreProcess.SHARD).values().stream()
                        .mapToLong(Long::longValue)
                        .sum();
        assertThat(FileStoreProcess.head(consensus)).as("entries ever").isEqualTo(sum - 1);
    }

    @Test
    void racingCreatorsOfManyProcessesHaveOneWinnerEach() throws Exception {
        int rounds = 100;
        for (int i = 0; i < 4; i++) {
            launch("racer" + i, "create", "" + rounds);
        }
        for (Worker worker : workers) {
            worker.await("ready");
        }
        for (Worker worker : workers) {
            worker.start();
        }
        String[] winners = new String[rounds];
        for (Worker worker : workers) {
            for (String line : worker.rest()) {
                if (line.startsWith("won ")) {
                    int round = Integer.parseInt(line.substring(4));
                    assertThat(winners[round]).as("second winner of " + round).isNull();
                    winners[round] = worker.name;
                }
            }
        }
        FileObjects objects = FileObjects.open(root, ids);
        for (int round = 0; round < rounds; round++) {
            assertThat(objects.get("race/" + round).orElseThrow().utf8()).isEqualTo(winners[round]);
        }
    }

    @Test
    void flatLayoutInAPosixLocaleIsRefusedWithTheCure() throws Exception {
        String asked = output(child("FLAT", "1").withLocale("POSIX"));
        assertThat(asked)
                .startsWith("Determinate ")
                .contains("flat layout", "U+2215", "LC_ALL=C.UTF-8");
        assertThat(files()).isEmpty();

        assertThat(output(child("FLAT", "1").withLocale("C.UTF-8"))).isEqualTo("done");
        assertThat(files()).hasSize(1);
        String found = output(child("any", "1").withLocale("POSIX"));
        assertThat(found).startsWith("Determinate ").contains("LC_ALL=C.UTF-8");
        assertThat(files()).hasSize(1);
    }

    @Test
    void nestedLayoutNeedsNoLocale() throws Exception {
        assertThat(output(child("any", "1").withLocale("POSIX"))).isEqualTo("done");
        assertThat(root.resolve(FileStoreProcess.SHARD + "/n2600000/p1")).hasSize(1);
    }

    @Test
    void blobThatDoesNotFitLeavesNothing() throws Exception {
        // The limit on the size of files stands for a full disk: write(2) fails half way.
        String said = output(child("any", "3000000").withLocale("C.UTF-8").withFileLimit());
        assertThat(said)
                .startsWith("Determinate ")
                .contains("cannot write the 3000000 bytes of blob file");
        assertThat(files()).isEmpty();
    }

    private Worker launch(String name, String task, String... arguments) throws IOException {
        List<String> command = new ArrayList<>(java());
        command.addAll(List.of(task, root.toString(), name));
        command.addAll(List.of(arguments));
        ProcessBuilder builder = new ProcessBuilder(command);
        builder.redirectError(ProcessBuilder.Redirect.INHERIT);
        Worker worker = new Worker(name, builder.start());
        workers.add(worker);
        return worker;
    }

    /** A process that writes one blob. */
    private record Child(List<String> command, String locale) {
        Child withLocale(String other) {
            return new Child(command, other);
        }

        /** Files of at most 1 MiB. */
        Child withFileLimit() {
            List<String> limited =
                    new ArrayList<>(List.of("bash", "-c", "ulimit -f 1024; exec \"$@\""));
            limited.add("bash");
            limited.addAll(command);
            return new Child(limited, locale);
        }
    }

    private Child child(String layout, String bytes) {
        List<String> command = new ArrayList<>(java());
        command.addAll(List.of("blob", root.toString(), layout, bytes));
        return new Child(command, "C.UTF-8");
    }

    private String output(Child child) throws IOException, StoreException {
        ProcessBuilder builder = new ProcessBuilder(child.command);
        builder.redirectError(ProcessBuilder.Redirect.INHERIT);
        builder.environment().put("LC_ALL", child.locale);
        Worker worker = new Worker(child.locale, builder.start());
        workers.add(worker);
        return String.join("\n", worker.rest());
    }

    private static List<String> java() {
        return List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-ea",
                "-Xmx64m",
                "-XX:TieredStopAtLevel=1",
                "-XX:+UseSerialGC",
                "-Xshare:auto",
                "-XX:-UsePerfData",
                "-cp",
                System.getProperty("java.class.path"),
                FileStoreProcess.class.getName());
    }

    private static long counts(List<String> lines) {
        return lines.stream().filter(line -> line.startsWith("counted ")).count();
    }

    private List<Path> files() throws IOException {
        try (Stream<Path> files = Files.walk(root).filter(Files::isRegularFile)) {
            return files.toList();
        }
    }
}
