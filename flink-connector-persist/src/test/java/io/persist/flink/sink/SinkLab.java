package io.persist.flink.sink;

import static org.assertj.core.api.Assertions.assertThat;

import io.persist.batch.BatchMetrics;
import io.persist.client.BatchMetricSets;
import io.persist.client.PersistClient;
import io.persist.client.PersistConfig;
import io.persist.client.PersistLocation;
import io.persist.client.compaction.CompactionConfig;
import io.persist.client.compaction.CompactionMetrics;
import io.persist.codec.Bytes;
import io.persist.codec.CorruptDataException;
import io.persist.codec.ShardId;
import io.persist.flink.sink.LaneSource.Feed;
import io.persist.shard.IncompatibleShardException;
import io.persist.shard.Machine;
import io.persist.shard.MaintenanceTask;
import io.persist.shard.OrphanedPart;
import io.persist.shard.Surroundings;
import io.persist.store.Blob;
import io.persist.store.BlobKey;
import io.persist.store.CasResult;
import io.persist.store.Consensus;
import io.persist.store.SeqNo;
import io.persist.store.Sleeper;
import io.persist.store.StoreException;
import io.persist.store.Versioned;
import io.persist.testing.Gate;
import io.persist.testing.SeededIds;

import org.apache.flink.runtime.testutils.CommonTestUtils;
import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Queue;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicLong;

/**
 * What the jobs of one test share: stores whose requests can be held and failed, the feeds of their
 * sources, and scripts for their tasks. Jobs run in the same JVM and find it by its id.
 *
 * <p>The clock stands still unless the test moves it, so that nothing depends on how long things
 * take. Maintenance waits for {@link #runMaintenance}, which leaves compactions out, unless the
 * test wants it {@linkplain #maintainInBackground in the background}.
 */
final class SinkLab implements AutoCloseable {
    /** Beyond it something hangs. */
    static final Duration LIMIT = Duration.ofMinutes(1);

    private static final Map<String, SinkLab> OPEN = new ConcurrentHashMap<>();

    /** Ids of clients are not those of the site's own. */
    private static final long FIRST_SEED = 1_000_000;

    private final Site site = new Site();
    private final String id;
    private final Map<String, Feed> feeds = new ConcurrentHashMap<>();
    private final Queue<Upkeep> maintenance = new ConcurrentLinkedQueue<>();
    private final AtomicLong clients = new AtomicLong(FIRST_SEED);
    private final List<LabJob> jobs = new ArrayList<>();
    private final Gate stalls = new Gate();
    private final Gate rowsSeen = new Gate();
    private final Set<String> seen = ConcurrentHashMap.newKeySet();
    private final Map<String, Integer> opened = new ConcurrentHashMap<>();
    private final Object commitsLock = new Object();
    private long commits;
    private volatile StoreScript stores = StoreScript.NONE;
    private volatile Station.Script stations = step -> {};
    private volatile Sleeper sleeper = SinkLab::pause;
    private volatile long offHeapLimitBytes = Long.MAX_VALUE;
    private volatile boolean background;
    private final Gate compactions = new Gate();

    private record Upkeep(Machine machine, MaintenanceTask task) {}

    /** Who sends a request. */
    enum Role {
        /** A writer or the sealer. */
        STAGING,
        COMMITTER
    }

    enum Operation {
        GET,
        SET,
        DELETE,
        LIST,
        HEAD,
        COMPARE_AND_SET,
        SCAN,
        TRUNCATE
    }

    record Request(Role role, Operation operation, String key) {
        boolean isCommit() {
            return role == Role.COMMITTER && operation == Operation.COMPARE_AND_SET;
        }

        boolean isUpload() {
            return role == Role.STAGING && operation == Operation.SET && key.contains("/p");
        }

        /** If nothing is written inline, only compaction writes parts where commits are made. */
        boolean isUploadOfCompaction() {
            return role == Role.COMMITTER && operation == Operation.SET && key.contains("/p");
        }
    }

    /** What happens around each request. Any thread. */
    interface StoreScript {
        StoreScript NONE = request -> {};

        /** The request is sent if this returns. */
        void before(Request request) throws StoreException, InterruptedException;

        /** The answer is told if this returns. */
        default void after(Request request) throws StoreException, InterruptedException {}
    }

    /** Opens clients of the lab with this id. */
    private record Clients(String lab) implements SinkPlan.Clients {
        private static final long serialVersionUID = 1L;

        @Override
        public PersistClient open(PersistLocation location, PersistConfig config) {
            return of(lab).client(config);
        }
    }

    /**
     * @param id different from those of all other labs that are open
     */
    SinkLab(String id) {
        this.id = id;
        if (OPEN.putIfAbsent(id, this) != null) {
            throw new IllegalStateException("lab " + id + " is open");
        }
    }

    static SinkLab of(String id) {
        SinkLab lab = OPEN.get(id);
        if (lab == null) {
            throw new IllegalStateException("no lab " + id);
        }
        return lab;
    }

    String id() {
        return id;
    }

    Site site() {
        return site;
    }

    /** A builder of sinks that have an id of their own. */
    PersistSink.Builder<String> sink() {
        return site.sink().sinkId(id + clients.incrementAndGet());
    }

    <IN> PersistSink<IN> wired(PersistSink.Builder<IN> sink) {
        return sink.build().with(new Clients(id));
    }

    Feed addFeed(String name, int lanes, int padding) {
        Feed feed = new Feed(name, lanes, padding);
        feeds.put(name, feed);
        return feed;
    }

    Feed feed(String name) {
        return feeds.get(name);
    }

    void stores(StoreScript script) {
        stores = script;
    }

    void stations(Station.Script script) {
        stations = script;
    }

    void sleeper(Sleeper value) {
        sleeper = value;
    }

    /** Bound of the memory outside the heap of each task. */
    void offHeapLimit(long bytes) {
        offHeapLimitBytes = bytes;
    }

    /** As outside of tests; two batches are enough to be compacted. For jobs that come later. */
    void maintainInBackground() {
        background = true;
    }

    /** Counts compactions that took the place of their inputs. */
    Gate compactions() {
        return compactions;
    }

    void reach(Station.Step step) throws Exception {
        stations.at(step);
        if (step.moment() == Station.Moment.ROW) {
            seen.add(step.row());
            rowsSeen.note();
        }
        if (step.moment() == Station.Moment.OPEN) {
            opened.merge(step.station() + step.subtask(), 1, Integer::sum);
        }
    }

    /** How often a task with a station was begun. */
    int opened(String station, int subtask) {
        return opened.getOrDefault(station + subtask, 0);
    }

    /** Waits until all these rows have come to a station. */
    void awaitSeen(Map<String, Long> rows) throws InterruptedException, TimeoutException {
        while (true) {
            int before = rowsSeen.arrivals();
            if (seen.containsAll(rows.keySet())) {
                return;
            }
            rowsSeen.awaitArrivals(before + 1);
        }
    }

    /** Lets {@link #awaitSeen} wait for rows that come again. */
    void forgetSeen() {
        seen.clear();
    }

    private static void pause(long millis) throws InterruptedException {
        TimeUnit.MILLISECONDS.sleep(1);
    }

    private PersistClient client(PersistConfig config) {
        long seed = clients.incrementAndGet();
        Role role =
                config.maintenance() == PersistConfig.Maintenance.NONE
                        ? Role.STAGING
                        : Role.COMMITTER;
        PersistConfig wired =
                PersistConfig.builder()
                        .hostname("test")
                        .ioThreads(config.ioThreads())
                        .batch(config.batch())
                        .operationTimeout(config.operationTimeout())
                        .offHeapLimitBytes(offHeapLimitBytes)
                        .maintenance(config.maintenance())
                        .compaction(
                                CompactionConfig.builder()
                                        .minInputs(2)
                                        .metrics(new Applied())
                                        .build())
                        .metrics(new BatchMetricSets(new Stalls(), BatchMetrics.NONE))
                        .build();
        Surroundings surroundings =
                new Surroundings(
                        site.time,
                        millis -> sleeper.sleep(millis),
                        new SeededIds(seed),
                        new Random(seed));
        Blob blob = new LabBlob(role);
        Consensus consensus = new LabConsensus(role);
        if (background) {
            return PersistClient.wired(blob, consensus, wired, surroundings);
        }
        return PersistClient.wired(
                blob,
                consensus,
                wired,
                surroundings,
                (machine, task) -> {
                    // A compaction needs its client, which is closed by the time this is done.
                    if (role == Role.COMMITTER && !(task instanceof MaintenanceTask.Compact)) {
                        maintenance.add(new Upkeep(machine, task));
                    }
                });
    }

    private final class Applied implements CompactionMetrics {
        @Override
        public void applied() {
            compactions.note();
        }
    }

    /** Counts how often a writer has waited for its uploads. */
    Gate stalls() {
        return stalls;
    }

    private final class Stalls implements BatchMetrics {
        @Override
        public void stalled() {
            stalls.note();
        }
    }

    /** Does what commits have called for so far. */
    void runMaintenance()
            throws StoreException,
                    CorruptDataException,
                    IncompatibleShardException,
                    InterruptedException {
        for (Upkeep next = maintenance.poll(); next != null; next = maintenance.poll()) {
            next.machine.perform(next.task);
        }
    }

    /** Waits until the shard holds exactly these rows. */
    void awaitRows(Map<String, Long> rows) throws Exception {
        awaitRows(Site.SHARD, rows);
    }

    void awaitRows(ShardId shard, Map<String, Long> rows) throws Exception {
        if (!awaitAfterCommits(() -> site.contents(shard).equals(rows))) {
            assertHolds(shard, rows);
        }
    }

    /** Waits until the shard's upper is beyond a time. */
    void awaitUpperBeyond(long time) throws Exception {
        assertThat(awaitAfterCommits(() -> site.upper() > time)).isTrue();
    }

    /** Looks again after each commit, up to a limit. */
    boolean awaitAfterCommits(Callable<Boolean> condition) throws Exception {
        long deadline = System.nanoTime() + LIMIT.toNanos();
        while (true) {
            long before = commits();
            if (condition.call()) {
                return true;
            }
            if (!awaitCommit(before, deadline)) {
                return false;
            }
        }
    }

    void assertHolds(Map<String, Long> rows) throws Exception {
        assertHolds(Site.SHARD, rows);
    }

    void assertHolds(ShardId shard, Map<String, Long> rows) throws Exception {
        assertThat(Feed.brief(site.contents(shard))).isEqualTo(Feed.brief(rows));
    }

    /** These were the contents after the commits that had rows. */
    void assertHeld(List<Map<String, Long>> contents) throws Exception {
        assertThat(site.prefixes().stream().map(Feed::brief).toList())
                .isEqualTo(contents.stream().map(Feed::brief).toList());
    }

    /** Changes of states made by committers so far. */
    long commits() {
        synchronized (commitsLock) {
            return commits;
        }
    }

    /** Waits until there are more commits than {@code seen}. */
    private boolean awaitCommit(long seen, long deadlineNanos) throws InterruptedException {
        synchronized (commitsLock) {
            while (commits == seen) {
                long left = TimeUnit.NANOSECONDS.toMillis(deadlineNanos - System.nanoTime());
                if (left <= 0) {
                    return false;
                }
                commitsLock.wait(left);
            }
            return true;
        }
    }

    private void committed() {
        synchronized (commitsLock) {
            commits++;
            commitsLock.notifyAll();
        }
    }

    /** Does all maintenance; then every part in the store must be one that a live state names. */
    void assertNothingLeaked() throws Exception {
        runMaintenance();
        try (PersistClient client = site.client()) {
            assertThat(client.orphans(Site.SHARD).orElseThrow()).isEmpty();
        }
    }

    /** The same with maintenance in the background, which may take its time. */
    void awaitNothingLeaked() throws Exception {
        long deadline = System.nanoTime() + LIMIT.toNanos();
        CommonTestUtils.waitUntilCondition(
                () -> {
                    List<OrphanedPart> orphans = site.orphans();
                    if (System.nanoTime() > deadline) {
                        throw new TimeoutException("leaked: " + orphans);
                    }
                    return orphans.isEmpty();
                },
                5L);
    }

    /** The job is cancelled when the lab closes, unless it has ended by then. */
    void endLater(LabJob job) {
        jobs.add(job);
    }

    /** Ends all jobs, letting their requests through. */
    @Override
    public void close() throws IOException {
        stores = StoreScript.NONE;
        stations = step -> {};
        try {
            for (LabJob job : jobs) {
                job.end();
            }
        } catch (Exception e) { // What Flink declares.
            throw new IOException("a job of the lab did not end", e);
        } finally {
            OPEN.remove(id);
        }
    }

    private interface Send<T> {
        T send() throws StoreException;
    }

    private <T> T request(Role role, Operation operation, Object key, Send<T> send)
            throws StoreException {
        Request request = new Request(role, operation, key.toString());
        StoreScript script = stores;
        try {
            script.before(request);
            T answer = send.send();
            script.after(request);
            return answer;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new StoreException.Indeterminate("interrupted: " + request, e);
        }
    }

    private final class LabBlob implements Blob {
        private final Role role;

        LabBlob(Role role) {
            this.role = role;
        }

        @Override
        public Optional<Bytes> get(BlobKey key) throws StoreException {
            return request(role, Operation.GET, key, () -> site.blob.get(key));
        }

        @Override
        public void set(BlobKey key, Bytes value) throws StoreException {
            request(
                    role,
                    Operation.SET,
                    key,
                    () -> {
                        site.blob.set(key, value);
                        return key;
                    });
        }

        @Override
        public OptionalLong delete(BlobKey key) throws StoreException {
            return request(role, Operation.DELETE, key, () -> site.blob.delete(key));
        }

        @Override
        public void list(String prefix, Visitor visitor) throws StoreException {
            request(
                    role,
                    Operation.LIST,
                    prefix,
                    () -> {
                        site.blob.list(prefix, visitor);
                        return prefix;
                    });
        }

        @Override
        public void restore(BlobKey key) {
            throw new UnsupportedOperationException();
        }

        @Override
        public void close() {}
    }

    private final class LabConsensus implements Consensus {
        private final Role role;

        LabConsensus(Role role) {
            this.role = role;
        }

        @Override
        public Optional<Versioned> head(ShardId shard) throws StoreException {
            return request(role, Operation.HEAD, shard, () -> site.consensus.head(shard));
        }

        @Override
        public CasResult compareAndSet(ShardId shard, @Nullable SeqNo expected, Versioned next)
                throws StoreException {
            return request(
                    role,
                    Operation.COMPARE_AND_SET,
                    shard,
                    () -> {
                        CasResult result = site.consensus.compareAndSet(shard, expected, next);
                        if (role == Role.COMMITTER && result == CasResult.COMMITTED) {
                            committed();
                        }
                        return result;
                    });
        }

        @Override
        public List<Versioned> scan(ShardId shard, SeqNo from, int limit) throws StoreException {
            return request(
                    role, Operation.SCAN, shard, () -> site.consensus.scan(shard, from, limit));
        }

        @Override
        public void truncate(ShardId shard, SeqNo seqno) throws StoreException {
            request(
                    role,
                    Operation.TRUNCATE,
                    shard,
                    () -> {
                        site.consensus.truncate(shard, seqno);
                        return seqno;
                    });
        }

        @Override
        public CasResult importLog(ShardId shard, List<Versioned> entries) {
            throw new UnsupportedOperationException();
        }

        @Override
        public List<ShardId> listShards() throws StoreException {
            return request(role, Operation.HEAD, "", () -> site.consensus.listShards());
        }

        @Override
        public void close() {}
    }
}
