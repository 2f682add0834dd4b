package io.persist.e2e.cluster;

import org.jspecify.annotations.Nullable;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * A JobManager and TaskManagers as processes. Their configuration and logs are in one directory;
 * logs of processes that follow each other there are numbered. One thread.
 */
public final class FlinkCluster implements AutoCloseable {
    private static final Duration START_LIMIT = Duration.ofMinutes(4);

    /** Whoever starts again on a port that was in use a moment ago may have to wait for it. */
    private static final int MAX_STARTS = 10;

    private static final Pattern RPC_PORT =
            Pattern.compile("Actor system started at pekko.tcp://flink@127.0.0.1:(\\d+)");
    private static final Pattern REST_PORT =
            Pattern.compile("Rest endpoint listening at 127.0.0.1:(\\d+)");

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

    private static final Pattern ZOOKEEPER_PORT = Pattern.compile(ZooKeeper.LISTENING + "(\\d+)");

    private final Path directory;
    private final Size size;
    private final Recovery recovery;
    private final Thread hook = new Thread(this::endAll, "end of cluster");

    /** Every process that may live; also read by the hook. */
    private final Collection<JvmProcess> processes = new ConcurrentLinkedQueue<>();

    private final TreeMap<String, JvmProcess> taskManagers = new TreeMap<>();

    /** Outlives the clusters. */
    private volatile @Nullable JvmProcess zooKeeper;

    private int startedClusters;
    private @Nullable JvmProcess jobManager;
    private int startedJobManagers;
    private int startedTaskManagers;

    /** Of the JobManager, as it told them. */
    private int rpcPort;

    private int restPort;
    private FlinkRest rest = new FlinkRest(0);

    /**
     * @param slots of each TaskManager
     */
    public record Size(int taskManagers, int slots) {}

    /** What becomes of jobs if the JobManager is lost. */
    public enum Recovery {
        /** They end with it. */
        NONE,
        /** The next JobManager goes on with them. */
        HIGH_AVAILABILITY
    }

    /**
     * @param directory for configuration and logs; must exist
     */
    public FlinkCluster(Path directory, Size size, Recovery recovery) {
        this.directory = directory.toAbsolutePath();
        this.size = size;
        this.recovery = recovery;
        Runtime.getRuntime().addShutdownHook(hook);
    }

    /** Starts what {@link Size} says, on new ports, and returns when all have found together. */
    public void start() throws IOException, InterruptedException {
        startedClusters++;
        startAgain();
    }

    /** The same, but it goes on with the jobs of the one before, if {@link Recovery} says so. */
    public void startAgain() throws IOException, InterruptedException {
        Path configuration = Files.createDirectories(directory.resolve("conf"));
        Files.writeString(
                configuration.resolve("config.yaml"),
                recovery == Recovery.NONE ? configuration() : configuration() + ofRecovery());
        Files.writeString(configuration.resolve("log4j2.properties"), LOGGING);
        launchJobManager(0);
        for (int i = 0; i < size.taskManagers; i++) {
            startTaskManager();
        }
        awaitTaskManagers(size.taskManagers);
    }

    /**
     * Starts a JobManager beside the one that there is, to take over when that one is silent. Only
     * with high availability.
     *
     * @return the one that there was
     */
    public JvmProcess startNextJobManager() throws IOException, InterruptedException {
        JvmProcess before = jobManager();
        launchJobManager(0);
        return before;
    }

    /**
     * SIGKILL to the JobManager alone, and another one in its place, which the TaskManagers find.
     * What it knows of jobs, {@link Recovery} says.
     */
    public void replaceJobManager() throws IOException, InterruptedException {
        remove(jobManager());
        for (int i = 1; !launchJobManager(rpcPort); i++) {
            if (i == MAX_STARTS) {
                throw new IOException(
                        "no JobManager could be started on port "
                                + rpcPort
                                + ": see "
                                + jobManager().log());
            }
        }
        awaitTaskManagers(size.taskManagers);
    }

    /**
     * Starts a JobManager and asks its log for its ports.
     *
     * @param port for the others to find it; 0 for any, which always works
     * @return whether it lives
     */
    private boolean launchJobManager(int port) throws IOException, InterruptedException {
        startedJobManagers++;
        JvmProcess started =
                launch(
                        "jobmanager-" + startedJobManagers,
                        List.of("-Xmx384m"),
                        List.of(
                                "org.apache.flink.runtime.entrypoint.StandaloneSessionClusterEntrypoint",
                                "--configDir",
                                directory.resolve("conf").toString(),
                                "-D",
                                "jobmanager.rpc.port=" + port));
        jobManager = started;
        String rpc = started.awaitInLog(RPC_PORT, START_LIMIT);
        String web = started.awaitInLog(REST_PORT, START_LIMIT);
        if (rpc.isEmpty() || web.isEmpty()) {
            if (port == 0) {
                throw new IOException(started + " ended: see " + started.log());
            }
            return false;
        }
        rpcPort = Integer.parseInt(rpc);
        restPort = Integer.parseInt(web);
        rest = new FlinkRest(restPort);
        return true;
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
                                "--configDir",
                                directory.resolve("conf").toString(),
                                "-D",
                                "taskmanager.resource-id=" + id,
                                "-D",
                                "jobmanager.rpc.port=" + rpcPort));
        taskManagers.put(id, started);
        return started;
    }

    /** The JobManager has come up and ended by itself. */
    public static final class JobManagerEndedException extends IOException {
        private static final long serialVersionUID = 1L;

        JobManagerEndedException(JvmProcess jobManager) {
            super(jobManager + " ended by itself: see " + jobManager.log());
        }
    }

    /**
     * Waits until at least so many TaskManagers have registered.
     *
     * @throws JobManagerEndedException if there is nobody to register with
     */
    public void awaitTaskManagers(int count) throws IOException, InterruptedException {
        boolean registered =
                Await.answer(
                        count + " TaskManagers",
                        START_LIMIT,
                        () -> {
                            if (!jobManager().isAlive()) {
                                return Boolean.FALSE;
                            }
                            return rest.taskManagers() >= count ? Boolean.TRUE : null;
                        });
        if (!registered) {
            throw new JobManagerEndedException(jobManager());
        }
    }

    private JvmProcess launch(String name, List<String> memory, List<String> program)
            throws IOException {
        List<String> flags = new ArrayList<>(memory);
        // Many small JVMs on few cores: start fast, and do not fight over the cores.
        flags.addAll(List.of("-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-Xss512k"));
        Path configuration = directory.resolve("conf");
        flags.add("-Dlog4j2.configurationFile=" + configuration.resolve("log4j2.properties"));
        OPENED.forEach(opened -> flags.add("--add-opens=java.base/" + opened + "=ALL-UNNAMED"));
        JvmProcess process =
                JvmProcess.start(
                        name, flags, classPath(), program, directory.resolve(name + ".log"));
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

    /** A cluster of its own in a ZooKeeper, which is started with the first one. */
    private String ofRecovery() throws IOException, InterruptedException {
        JvmProcess server = zooKeeper;
        if (server == null) {
            server =
                    launch(
                            "zookeeper",
                            List.of("-Xmx64m"),
                            List.of(
                                    ZooKeeper.class.getName(),
                                    directory.resolve("zookeeper").toString()));
            processes.remove(server);
            zooKeeper = server;
        }
        return """
        high-availability.type: zookeeper
        high-availability.zookeeper.quorum: 127.0.0.1:%s
        high-availability.storageDir: %s
        high-availability.cluster-id: /cluster-%d
        high-availability.zookeeper.client.session-timeout: 4 s
        high-availability.zookeeper.client.connection-timeout: 4 s
        """
                .formatted(
                        server.awaitInLog(ZOOKEEPER_PORT, START_LIMIT),
                        directory.resolve("high-availability").toUri(),
                        startedClusters);
    }

    private String configuration() {
        return """
        jobmanager.rpc.address: 127.0.0.1
        jobmanager.rpc.port: 0
        jobmanager.bind-host: 127.0.0.1
        jobmanager.memory.process.size: 768m
        rest.address: 127.0.0.1
        rest.bind-address: 127.0.0.1
        rest.port: 0
        rest.bind-port: 0
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
                .formatted(size.slots, directory.resolve("tmp"));
    }

    public FlinkRest rest() {
        return rest;
    }

    public int restPort() {
        return restPort;
    }

    public JvmProcess jobManager() {
        if (jobManager == null) {
            throw new IllegalStateException("the cluster was not started");
        }
        return jobManager;
    }

    /** Those that were started and not killed, by their id in Flink. */
    public Map<String, JvmProcess> taskManagers() {
        taskManagers.values().removeIf(process -> !process.isAlive());
        return new TreeMap<>(taskManagers);
    }

    /** SIGKILL to all processes at once. */
    public void killAll() {
        processes.forEach(JvmProcess::end);
        processes.forEach(JvmProcess::kill);
        processes.clear();
        taskManagers.clear();
    }

    /** SIGKILL to all TaskManagers at once. */
    public void killTaskManagers() {
        taskManagers.values().forEach(JvmProcess::end);
        taskManagers.values().forEach(JvmProcess::kill);
        processes.removeAll(taskManagers.values());
        taskManagers.clear();
    }

    /** The same as {@link #killAll}, but one goes on, which is no part of the cluster any more. */
    public void killAllBut(JvmProcess survivor) {
        processes.remove(survivor);
        killAll();
        processes.add(survivor);
    }

    /** SIGKILL to a process that is of no use to the cluster any more. */
    public void remove(JvmProcess process) {
        process.kill();
        processes.remove(process);
    }

    private void endAll() {
        processes.forEach(JvmProcess::end);
        JvmProcess server = zooKeeper;
        if (server != null) {
            server.end();
        }
    }

    @Override
    public void close() {
        endAll();
        killAll();
        Runtime.getRuntime().removeShutdownHook(hook);
    }
}
