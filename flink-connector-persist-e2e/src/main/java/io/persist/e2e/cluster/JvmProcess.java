package io.persist.e2e.cluster;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A Java program in a process of its own, whose output goes to a file. */
public final class JvmProcess {
    private final String name;
    private final Process process;
    private final Path log;

    /** Continues the process when its input ends; null unless the process is stopped. */
    private volatile @Nullable Process pauseKeeper;

    private JvmProcess(String name, Process process, Path log) {
        this.name = name;
        this.process = process;
        this.log = log;
    }

    /**
     * @param flags of the JVM
     * @param program main class and its arguments
     */
    static JvmProcess start(
            String name, List<String> flags, String classPath, List<String> program, Path log)
            throws IOException {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(flags);
        command.addAll(List.of("-cp", classPath, Child.class.getName()));
        command.addAll(program);
        ProcessBuilder builder = new ProcessBuilder(command);
        // Flags meant for this JVM, such as those of an agent.
        builder.environment().remove("JAVA_TOOL_OPTIONS");
        builder.environment().remove("JDK_JAVA_OPTIONS");
        builder.environment().put("LC_ALL", "C.UTF-8");
        return new JvmProcess(
                name,
                builder.redirectErrorStream(true)
                        .redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()))
                        .start(),
                log);
    }

    public String name() {
        return name;
    }

    public boolean isAlive() {
        return process.isAlive();
    }

    /** Where its output goes. */
    public Path log() {
        return log;
    }

    /**
     * Waits until the process has written something.
     *
     * @param pattern with one group
     * @return what the group matched first; empty if the process ended without it
     */
    String awaitInLog(Pattern pattern, Duration limit) throws IOException, InterruptedException {
        return Await.answer(
                name + " to write '" + pattern + "'",
                limit,
                () -> {
                    boolean lives = isAlive();
                    Matcher matcher = pattern.matcher(Files.readString(log));
                    return matcher.find() ? matcher.group(1) : lives ? null : "";
                });
    }

    /** SIGKILL, which also ends what is stopped; returns when the process is gone. */
    public void kill() {
        end();
        process.onExit().join();
    }

    /** SIGKILL without waiting. */
    void end() {
        Process keeper = pauseKeeper;
        if (keeper != null) {
            keeper.destroyForcibly();
        }
        process.destroyForcibly();
    }

    /**
     * SIGSTOP: it does nothing until it is continued, and nobody tells it. If this JVM ends first,
     * it is continued, to notice that.
     */
    public void pause() throws IOException {
        String pid = Long.toString(process.pid());
        Process keeper =
                new ProcessBuilder(
                                "sh",
                                "-c",
                                "kill -STOP $0 && echo stopped && cat > /dev/null; kill -CONT $0",
                                pid)
                        .redirectErrorStream(true)
                        .start();
        pauseKeeper = keeper;
        String answer = keeper.inputReader(StandardCharsets.UTF_8).readLine();
        if (!"stopped".equals(answer)) {
            throw new IOException("SIGSTOP for " + this + " failed: " + answer);
        }
    }

    /** SIGCONT. */
    public void resume() throws IOException, InterruptedException {
        Process keeper = pauseKeeper;
        if (keeper == null) {
            throw new IllegalStateException(this + " was not stopped");
        }
        keeper.getOutputStream().close();
        if (keeper.waitFor() != 0) {
            throw new IOException("SIGCONT for " + this + " failed");
        }
        pauseKeeper = null;
    }

    @Override
    public String toString() {
        return name + " (process " + process.pid() + ")";
    }
}
