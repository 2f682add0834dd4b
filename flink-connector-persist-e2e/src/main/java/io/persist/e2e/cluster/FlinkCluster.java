package io.persist.e2e.cluster;

import java.io.File;
import java.io.IOException;
import java.net.BindException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * A JobManager and TaskManagers as processes. Their configuration and logs are in one directory;
 * logs of processes that follow each other there are numbered. One thread.
 */
public final class FlinkCluster implements AutoCloseable {
    private static final Duration START_LIMIT = Duration.ofMinutes(2);

    private static final int FIRST_PORT = 20_000;
    private static final int PORTS = 12_000;

    /** As Flink's own scripts have it. */
    private static final List<String> OPENED =
            List.of(
                    "java.lang",
                    "java.net",
                    "java.io",
                    "java.nio",
                    "sun.nio.ch",
                    "java.lang.reflect",
                    "java.text",
                    "java.time",
                    "java.util",
                    "java.util.concurrent",
                    "java.util.concurrent.atomic",
                    "java.util.concurrent.locks");

    private static final String LOGGING =
            """
            rootLogger.level = info
            rootLogger.appenderRef.console.ref = console
            appender.console.name = console
            appender.console.type = Console
            appender.console.layout.type = PatternLayout
            appender.console.layout.pattern = %d{HH:mm:ss.SSS} %-5p %c{1} [%t] %m%n
            """;

    private final Path directory;
    private final Size size;
    private final Thread hook = new Thread(this::endAll, "end of cluster");

    /** Every process that may live; also read by the hook. */
    private final Collection<JvmProcess> processes = new ConcurrentLinkedQueue<>();

    private final TreeMap<String, JvmProcess> taskManagers = new TreeMap<>();
    private int triedPorts;
    private int startedJobManagers;
    private int startedTaskManagers;
    private int restPort;
    private FlinkRest rest = new FlinkRest(0);

    /**
     * @param slots of each TaskManager
     */
    public record Size(int taskManagers, int slots) {}

    /**
     * @param directory for configuration and logs; must exist
     */
    public FlinkCluster(Path directory, Size size) {
        this.directory = directory.toAbsolutePath();
        this.size = size;
        Runtime.getRuntime().addShutdownHook(hook);
    }

    /** Starts what {@link Size} says, on new ports, and returns when all have found together. */
    public void start() throws IOException, InterruptedException {
        int rpcPort = freePort();
        restPort = freePort();
        rest = new FlinkRest(restPort);
        Path configuration = Files.createDirectories(directory.resolve("conf"));
        Files.writeString(configuration.resolve("config.yaml"), configuration(rpcPort));
        Files.writeString(configuration.resolve("log4j2.properties"), LOGGING);
        startedJobManagers++;
        launch(
                "jobmanager-" + startedJobManagers,
                List.of("-Xmx384m"),
                List.of("org.apache.flink.runtime.entrypoint.StandaloneSessionClusterEntrypoint"));
        for (int i = 0; i < size.taskManagers; i++) {
            startTaskManager();
        }
        awaitTaskManagers(size.taskManagers);
    }

    /** Starts one more, and does not wait for it. */
    public JvmProcess startTaskManager() throws IOException {
        startedTaskManagers++;
        String id = "taskmanager-" + startedTaskManagers;
        JvmProcess started =
                launch(
                        id,
                        List.of("-Xmx256m", "-XX:MaxDirectMemorySize=128m"),
                        List.of(
                                "org.apache.flink.runtime.taskexecutor.TaskManagerRunner",
                                "-D",
                                "taskmanager.resource-id=" + id));
        taskManagers.put(id, started);
        return started;
    }

    /** Waits until at least so many TaskManagers have registered. */
    public void awaitTaskManagers(int count) throws IOException, InterruptedException {
        Await.answer(
                count + " TaskManagers",
                START_LIMIT,
                () -> rest.taskManagers() >= count ? Boolean.TRUE : null);
    }

    private JvmProcess launch(String name, List<String> memory, List<String> program)
            throws IOException {
        List<String> flags = new ArrayList<>(memory);
        // Many small JVMs on few cores: start fast, and do not fight over the cores.
        flags.addAll(List.of("-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-Xss512k"));
        Path configuration = directory.resolve("conf");
        flags.add("-Dlog4j2.configurationFile=" + configuration.resolve("log4j2.properties"));
        OPENED.forEach(opened -> flags.add("--add-opens=java.base/" + opened + "=ALL-UNNAMED"));
        List<String> command = new ArrayList<>(program);
        command.addAll(1, List.of("--configDir", configuration.toString()));
        JvmProcess process =
                JvmProcess.start(
                        name, flags, classPath(), command, directory.resolve(name + ".log"));
        processes.add(process);
        return process;
    }

    /** Everything that is not Java's own: Flink, and the connector as a jar. */
    private static String classPath() {
        return Stream.of(System.getProperty("java.class.path").split(File.pathSeparator))
                .filter(entry -> !entry.endsWith("test-classes"))
                .map(entry -> Path.of(entry).toAbsolutePath().toString())
                .collect(Collectors.joining(File.pathSeparator));
    }

    private String configuration(int rpcPort) {
        return """
        jobmanager.rpc.address: 127.0.0.1
        jobmanager.rpc.port: %d
        jobmanager.bind-host: 127.0.0.1
        jobmanager.memory.process.size: 768m
        rest.address: 127.0.0.1
        rest.bind-address: 127.0.0.1
        rest.port: %d
        taskmanager.bind-host: 127.0.0.1
        taskmanager.host: 127.0.0.1
        taskmanager.numberOfTaskSlots: %d
        taskmanager.load-balance.mode: SLOTS
        taskmanager.cpu.cores: 1.0
        taskmanager.memory.framework.heap.size: 64m
        taskmanager.memory.framework.off-heap.size: 64m
        taskmanager.memory.task.heap.size: 192m
        taskmanager.memory.task.off-heap.size: 0m
        taskmanager.memory.network.min: 32m
        taskmanager.memory.network.max: 32m
        taskmanager.memory.managed.size: 64m
        taskmanager.memory.jvm-metaspace.size: 128m
        taskmanager.memory.jvm-overhead.min: 64m
        taskmanager.memory.jvm-overhead.max: 64m
        heartbeat.interval: 500
        heartbeat.timeout: 4000
        cluster.registration.error-delay: 200 ms
        cluster.registration.initial-timeout: 100 ms
        io.tmp.dirs: %s
        """
                .formatted(rpcPort, restPort, size.slots, directory.resolve("tmp"));
    }

    /**
     * A port that nothing listens on, and that the system gives to nobody who asks for just any: it
     * gives those above. Others than the last ones, and than those of another run.
     */
    private int freePort() throws IOException {
        while (true) {
            triedPorts++;
            long tried = ProcessHandle.current().pid() * 31 + triedPorts;
            int port = FIRST_PORT + (int) (tried % PORTS);
            try (ServerSocket socket =
                    new ServerSocket(port, 1, InetAddress.getLoopbackAddress())) {
                return socket.getLocalPort();
            } catch (BindException e) {
                if (triedPorts > PORTS) {
                    throw e;
                }
            }
        }
    }

    public FlinkRest rest() {
        return rest;
    }

    public int restPort() {
        return restPort;
    }

    /** Those that were started and not killed, by their id in Flink. */
    public Map<String, JvmProcess> taskManagers() {
        taskManagers.values().removeIf(process -> !process.isAlive());
        return new TreeMap<>(taskManagers);
    }

    /** SIGKILL to all processes at once. */
    public void killAll() {
        endAll();
        processes.forEach(JvmProcess::kill);
        processes.clear();
        taskManagers.clear();
    }

    /** The same, but one goes on, which is no part of the cluster any more. */
    public void killAllBut(JvmProcess survivor) {
        processes.remove(survivor);
        killAll();
        processes.add(survivor);
    }

    private void endAll() {
        processes.forEach(JvmProcess::end);
    }

    @Override
    public void close() {
        killAll();
        Runtime.getRuntime().removeShutdownHook(hook);
    }
}
