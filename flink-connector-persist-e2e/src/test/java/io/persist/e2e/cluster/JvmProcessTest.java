package io.persist.e2e.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** Processes end with whoever started them, whatever state they are in. */
class JvmProcessTest {
    private static final Duration LIMIT = Duration.ofMinutes(1);
    private static final Pattern READY = Pattern.compile("ready (\\d+)");

    @TempDir private Path directory;

    /** Says so when it runs, and never ends. */
    static final class Idle {
        private Idle() {}

        public static void main(String[] args) throws InterruptedException {
            System.out.println("ready " + ProcessHandle.current().pid());
            new CountDownLatch(1).await();
        }
    }

    /** Starts another process and stops it; says which, and never ends. */
    static final class Parent {
        private Parent() {}

        public static void main(String[] args) throws IOException, InterruptedException {
            JvmProcess child = start(Idle.class, Path.of(args[0]));
            String pid = child.awaitInLog(READY, LIMIT);
            child.pause();
            System.out.println("ready " + pid);
            new CountDownLatch(1).await();
        }
    }

    private static JvmProcess start(Class<?> main, Path log, String... arguments)
            throws IOException {
        return JvmProcess.start(
                main.getSimpleName(),
                List.of("-Xmx32m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1"),
                System.getProperty("java.class.path"),
                Stream.concat(Stream.of(main.getName()), Stream.of(arguments)).toList(),
                log);
    }

    @Test
    void aStoppedProcessEndsAfterItsParentWasKilled() throws Exception {
        JvmProcess parent =
                start(
                        Parent.class,
                        directory.resolve("parent.log"),
                        directory.resolve("child.log").toString());
        long child = Long.parseLong(parent.awaitInLog(READY, LIMIT));
        assertThat(ProcessHandle.of(child)).isPresent();
        parent.kill();
        Await.answer(
                "the child to end",
                LIMIT,
                () -> {
                    Optional<ProcessHandle> left = ProcessHandle.of(child);
                    return left.filter(ProcessHandle::isAlive).isEmpty() ? Boolean.TRUE : null;
                });
    }

    @Test
    void aStoppedProcessCanBeContinuedAndKilled() throws Exception {
        JvmProcess process = start(Idle.class, directory.resolve("idle.log"));
        process.awaitInLog(READY, LIMIT);
        assertThatThrownBy(process::resume).isInstanceOf(IllegalStateException.class);
        process.pause();
        process.resume();
        process.pause();
        assertThat(process.isAlive()).isTrue();
        process.kill();
        assertThat(process.isAlive()).isFalse();
    }

    @Test
    void aProcessThatEndsWithoutTheAwaitedWordsIsNotWaitedFor() throws Exception {
        JvmProcess process = start(JvmProcessTest.class, directory.resolve("nothing.log"));
        assertThat(process.awaitInLog(READY, LIMIT)).isEmpty();
    }
}
