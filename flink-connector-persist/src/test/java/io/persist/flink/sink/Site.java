package io.persist.flink.sink;

import io.persist.client.OnRewind;
import io.persist.client.PersistClient;
import io.persist.client.PersistConfig;
import io.persist.client.PersistLocation;
import io.persist.client.ReadHandle;
import io.persist.client.ShardReport;
import io.persist.client.Update;
import io.persist.codec.Bytes;
import io.persist.codec.Codecs;
import io.persist.codec.ShardId;
import io.persist.codec.Unit;
import io.persist.frontier.Antichain;
import io.persist.shard.Machine;
import io.persist.shard.MaintenanceSink;
import io.persist.shard.MaintenanceTask;
import io.persist.shard.OrphanedPart;
import io.persist.shard.Surroundings;
import io.persist.store.Blob;
import io.persist.store.BlobKey;
import io.persist.store.CasResult;
import io.persist.store.Consensus;
import io.persist.store.SeqNo;
import io.persist.store.StoreException;
import io.persist.store.Versioned;
import io.persist.store.mem.MemBlob;
import io.persist.store.mem.MemConsensus;
import io.persist.testing.ManualTime;
import io.persist.testing.SeededIds;

import org.jspecify.annotations.Nullable;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.NavigableSet;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Random;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.UUID;

/** Stores that processes with sinks share, and what can happen to each request of a process. */
final class Site {
    static final ShardId SHARD = new ShardId(new UUID(7, 7));
    static final long START_MILLIS = 1_800_000_000_000L;

    final MemBlob blob = new MemBlob();
    final MemConsensus consensus = new MemConsensus();
    final ManualTime time = new ManualTime(START_MILLIS);
    private final Deque<Request<?>> late = new ArrayDeque<>();
    private long clients;

    /** What happens to one request. */
    enum Fault {
        /** The process ends before the request is sent. */
        KILLED_BEFORE,
        /** The process ends before it hears of the answer. */
        KILLED_AFTER,
        REQUEST_LOST,
        REPLY_LOST,
        /** The request arrives later ({@link #deliverLate}); its sender is told nothing. */
        DELAYED
    }

    /** What a request asks a store for. */
    enum Kind {
        GET(false),
        SET(true),
        DELETE(true),
        LIST(false),
        HEAD(false),
        COMPARE_AND_SET(true),
        SCAN(false),
        TRUNCATE(true);

        private final boolean changes;

        Kind(boolean changes) {
            this.changes = changes;
        }
    }

    /** The process has ended. */
    static final class Killed extends Error {
        private static final long serialVersionUID = 1L;
    }

    private interface Request<T> {
        T send() throws StoreException;
    }

    PersistSink.Builder<String> sink() {
        return PersistSink.<String>builder()
                .path("mem:site")
                .shard(SHARD)
                .sinkId("orders")
                .serializer(PersistRecordSerializer.ofKeys(() -> Codecs.STRING));
    }

    PersistSink.Builder<String> sink(OnRewind onRewind) {
        return sink().onRewind(onRewind);
    }

    TaskProcess process() {
        return new TaskProcess();
    }

    /** Lets delayed requests arrive. */
    void deliverLate() throws StoreException {
        while (!late.isEmpty()) {
            late.remove().send();
        }
    }

    /** A process whose requests can be tampered with. */
    final class TaskProcess implements SinkPlan.Clients {
        private static final long serialVersionUID = 1L;

        private final transient Deque<Pending> maintenance = new ArrayDeque<>();
        private long abortedPartsDeleted;
        private boolean dead;
        private boolean down;
        private final transient List<Kind> sent = new ArrayList<>();
        private int faultAt = -1;
        private @Nullable Fault fault;

        private record Pending(Machine machine, MaintenanceTask task) {}

        @Override
        public PersistClient open(PersistLocation location, PersistConfig config) {
            long seed = ++clients;
            MaintenanceSink sink =
                    config.maintenance() == PersistConfig.Maintenance.NONE
                            ? MaintenanceSink.NONE
                            : (machine, task) -> maintenance.add(new Pending(machine, task));
            return PersistClient.wired(
                    new ProcessBlob(this),
                    new ProcessConsensus(this),
                    PersistConfig.builder()
                            .hostname("test")
                            .ioThreads(0)
                            .batch(config.batch())
                            .compaction(config.compaction())
                            .operationTimeout(config.operationTimeout())
                            .build(),
                    new Surroundings(time, time, new SeededIds(seed), new Random(seed)),
                    sink);
        }

        /** The request with this number, from 0 and from now on, meets a fault. */
        void strike(int request, Fault what) {
            sent.clear();
            faultAt = request;
            fault = what;
        }

        /** How many requests since the last {@link #strike}. */
        int requests() {
            return sent.size();
        }

        /** The same, in their order. */
        List<Kind> sent() {
            return sent;
        }

        boolean isDead() {
            return dead;
        }

        void kill() {
            dead = true;
        }

        /** No store answers. */
        void storesDown(boolean value) {
            down = value;
        }

        boolean isDue(Class<? extends MaintenanceTask> kind) {
            return maintenance.stream().anyMatch(pending -> kind.isInstance(pending.task));
        }

        void dropMaintenance() {
            maintenance.clear();
        }

        void runMaintenance() throws Exception {
            while (!maintenance.isEmpty()) {
                Pending pending = maintenance.remove();
                long before = pending.machine.abortedPartsDeleted();
                pending.machine.perform(pending.task);
                abortedPartsDeleted += pending.machine.abortedPartsDeleted() - before;
            }
        }

        /** As the metric of that name would show it. */
        long abortedPartsDeleted() {
            return abortedPartsDeleted;
        }

        private <T> T request(Kind kind, Request<T> request) throws StoreException {
            if (dead) {
                throw new Killed();
            }
            if (down) {
                throw new StoreException.Determinate("stores are down");
            }
            sent.add(kind);
            Fault now = sent.size() - 1 == faultAt ? fault : null;
            if (now == null) {
                return request.send();
            }
            if (now == Fault.KILLED_BEFORE || now == Fault.KILLED_AFTER) {
                if (now == Fault.KILLED_AFTER) {
                    request.send();
                }
                dead = true;
                throw new Killed();
            }
            if (!kind.changes) {
                throw new StoreException.Determinate(now.name());
            }
            if (now == Fault.REPLY_LOST) {
                request.send();
            } else if (now == Fault.DELAYED) {
                late.add(request);
            }
            throw new StoreException.Indeterminate(now.name());
        }
    }

    private final class ProcessBlob implements Blob {
        private final TaskProcess process;

        ProcessBlob(TaskProcess process) {
            this.process = process;
        }

        @Override
        public Optional<Bytes> get(BlobKey key) throws StoreException {
            return process.request(Kind.GET, () -> blob.get(key));
        }

        @Override
        public void set(BlobKey key, Bytes value) throws StoreException {
            process.request(
                    Kind.SET,
                    () -> {
                        blob.set(key, value);
                        return key;
                    });
        }

        @Override
        public OptionalLong delete(BlobKey key) throws StoreException {
            return process.request(Kind.DELETE, () -> blob.delete(key));
        }

        @Override
        public void list(String prefix, Visitor visitor) throws StoreException {
            process.request(
                    Kind.LIST,
                    () -> {
                        blob.list(prefix, visitor);
                        return prefix;
                    });
        }

        @Override
        public void restore(BlobKey key) throws StoreException {
            throw new UnsupportedOperationException();
        }

        @Override
        public void close() {}
    }

    private final class ProcessConsensus implements Consensus {
        private final TaskProcess process;

        ProcessConsensus(TaskProcess process) {
            this.process = process;
        }

        @Override
        public Optional<Versioned> head(ShardId shard) throws StoreException {
            return process.request(Kind.HEAD, () -> consensus.head(shard));
        }

        @Override
        public CasResult compareAndSet(ShardId shard, @Nullable SeqNo expected, Versioned next)
                throws StoreException {
            return process.request(
                    Kind.COMPARE_AND_SET, () -> consensus.compareAndSet(shard, expected, next));
        }

        @Override
        public List<Versioned> scan(ShardId shard, SeqNo from, int limit) throws StoreException {
            return process.request(Kind.SCAN, () -> consensus.scan(shard, from, limit));
        }

        @Override
        public void truncate(ShardId shard, SeqNo seqno) throws StoreException {
            process.request(
                    Kind.TRUNCATE,
                    () -> {
                        consensus.truncate(shard, seqno);
                        return seqno;
                    });
        }

        @Override
        public CasResult importLog(ShardId shard, List<Versioned> entries) {
            throw new UnsupportedOperationException();
        }

        @Override
        public List<ShardId> listShards() throws StoreException {
            return process.request(Kind.HEAD, consensus::listShards);
        }

        @Override
        public void close() {}
    }

    PersistClient client() {
        return process().open(PersistLocation.parse("mem:site"), PersistConfig.builder().build());
    }

    /** Every row and how often it is there, at the newest time. */
    Map<String, Long> contents() throws Exception {
        return contents(SHARD);
    }

    Map<String, Long> contents(ShardId shard) throws Exception {
        try (PersistClient client = client();
                ReadHandle<String, Unit> reader =
                        client.openReader(shard, Codecs.STRING, Codecs.UNIT, "test")) {
            Map<String, Long> rows = rows(reader);
            reader.expire();
            return rows;
        }
    }

    /** The same of any shard, by the codecs and the newest schema that it has. */
    Map<String, Long> contentsAsStored() throws Exception {
        try (PersistClient client = client();
                ReadHandle<?, ?> reader = client.openReaderAsStored(SHARD, "test").orElseThrow()) {
            Map<String, Long> rows = rows(reader);
            reader.expire();
            return rows;
        }
    }

    static <K, V> Map<String, Long> rows(ReadHandle<K, V> reader) throws Exception {
        Map<String, Long> rows = new TreeMap<>();
        Antichain upper = reader.fetchRecentUpper();
        if (upper.equals(Antichain.minimum())) {
            return rows;
        }
        for (Update<K, V> update :
                reader.snapshotAndFetch(Antichain.of(upper.element() - 1)).orThrow()) {
            rows.put(String.valueOf(update.key()), update.diff());
        }
        return rows;
    }

    /** Rows by the time at which they came. */
    Map<Long, Map<String, Long>> history() throws Exception {
        Map<Long, Map<String, Long>> times = new TreeMap<>();
        try (PersistClient client = client();
                ReadHandle<String, Unit> reader =
                        client.openReader(SHARD, Codecs.STRING, Codecs.UNIT, "test")) {
            for (Update<String, Unit> update : reader.snapshotAndFetch(Antichain.of(0)).orThrow()) {
                times.computeIfAbsent(0L, t -> new TreeMap<>())
                        .merge(update.key(), update.diff(), Long::sum);
            }
            var listen = reader.listen(Antichain.of(0)).orThrow();
            while (listen.frontier().lessThan(reader.fetchRecentUpper())) {
                for (Update<String, Unit> update :
                        listen.next(java.time.Duration.ZERO).orThrow().updates()) {
                    times.computeIfAbsent(update.time(), t -> new TreeMap<>())
                            .merge(update.key(), update.diff(), Long::sum);
                }
            }
            reader.expire();
        }
        return times;
    }

    /** The contents after each commit that had rows. */
    List<Map<String, Long>> prefixes() throws Exception {
        List<Map<String, Long>> prefixes = new ArrayList<>();
        Map<String, Long> rows = new TreeMap<>();
        for (Map<String, Long> changes : history().values()) {
            changes.forEach((row, diff) -> rows.merge(row, diff, Long::sum));
            rows.values().removeIf(copies -> copies == 0);
            prefixes.add(new TreeMap<>(rows));
        }
        return prefixes;
    }

    long upper() throws Exception {
        try (PersistClient client = client()) {
            return client.openWriter(SHARD, Codecs.STRING, Codecs.UNIT, "test")
                    .fetchRecentUpper()
                    .element();
        }
    }

    /** Part keys in the blob store, whoever refers to them. */
    NavigableSet<String> parts() throws Exception {
        TreeSet<String> keys = new TreeSet<>();
        blob.list(
                SHARD.toString(),
                (key, size) -> {
                    if (key.text().contains("/p")) {
                        keys.add(key.text());
                    }
                });
        return keys;
    }

    /** Blobs that no live state names. */
    List<OrphanedPart> orphans() throws Exception {
        try (PersistClient client = client()) {
            return client.orphans(SHARD).orElseThrow();
        }
    }

    /** Part keys that live states lead to. */
    NavigableSet<String> referenced() throws Exception {
        TreeSet<String> keys = new TreeSet<>(parts());
        try (PersistClient client = client()) {
            // What compaction has replaced is led to by older states until it is collected.
            client.orphans(SHARD).orElseThrow().forEach(o -> keys.remove(o.key().text()));
            for (ShardReport.BatchReport batch : client.inspect(SHARD).orElseThrow().batches()) {
                batch.runs().stream()
                        .flatMap(run -> run.parts().stream())
                        .filter(part -> part.key() != null)
                        .forEach(part -> keys.add(SHARD + "/" + part.key()));
            }
        }
        return keys;
    }
}
