package io.persist.batch.build;

import io.persist.batch.BatchConfig;
import io.persist.batch.BatchMetrics;
import io.persist.batch.BatchSchema;
import io.persist.batch.BatchStore;
import io.persist.batch.PartReading;
import io.persist.batch.merge.Filter;
import io.persist.batch.merge.UpdateCursor;
import io.persist.codec.Bytes;
import io.persist.codec.Codecs;
import io.persist.frontier.Antichain;
import io.persist.store.Blob;
import io.persist.store.Retry;
import io.persist.store.StoreException;
import io.persist.store.file.BlobLayout;
import io.persist.store.file.FileBlob;
import io.persist.store.file.FileObjects;

import org.apache.arrow.memory.RootAllocator;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Random;
import java.util.UUID;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Supplier;
import java.util.stream.Stream;

/**
 * Writes to a directory that has no room for what is written: on a full file system, or under a
 * limit of the size of files. A process of its own. Prints {@code done} if all is as it should be.
 */
final class FullDiskProcess {
    private static final BatchSchema<Bytes, Bytes> SCHEMA =
            new BatchSchema<>(Codecs.BYTES, Codecs.BYTES, null);
    private static final int VALUE_BYTES = 1000;

    private final Path directory;
    private final BatchStore store;
    private final ExecutorService io = Executors.newFixedThreadPool(2);

    private FullDiskProcess(Path directory, Blob blob, RootAllocator allocator) {
        AtomicLong ids = new AtomicLong();
        this.directory = directory;
        this.store =
                new BatchStore(
                        BatchRig.SHARD,
                        blob,
                        new Retry(
                                new Retry.Policy(
                                        Duration.ofMillis(1), Duration.ofMillis(1), Duration.ZERO),
                                Clock.fixed(Instant.EPOCH, ZoneOffset.UTC),
                                millis -> {},
                                new Random(0)),
                        allocator,
                        io,
                        () -> new UUID(0, ids.incrementAndGet()),
                        new Random(0),
                        PartReading.of(BatchStore.BoundsCheck.REFUSE),
                        BatchMetrics.NONE);
    }

    /**
     * @param args the directory, how many updates of 1000 bytes are too many for it in parts of how
     *     many bytes, and of how many bytes a single object is too large
     */
    public static void main(String[] args) throws Exception {
        Path directory = Path.of(args[0]);
        AtomicLong names = new AtomicLong();
        Supplier<UUID> ids = () -> new UUID(9, names.incrementAndGet());
        try (RootAllocator allocator = new RootAllocator();
                Blob blob =
                        FileBlob.open(
                                directory.resolve("blob"),
                                BlobLayout.NESTED,
                                FileBlob.Deletion.UNLINK,
                                ids);
                FileObjects log = FileObjects.open(directory.resolve("log"), ids)) {
            FullDiskProcess full = new FullDiskProcess(directory, blob, allocator);
            full.failToBuild(Integer.parseInt(args[1]), Integer.parseInt(args[2]));
            full.failToCreate(log, Integer.parseInt(args[3]));
            full.requireNothingLeft();
            FullDiskProcess withRoom = new FullDiskProcess(directory, blob, allocator);
            withRoom.buildLess();
            withRoom.requireNothingLeft();
        }
        System.out.println("done");
    }

    private static void require(boolean condition, String otherwise) {
        if (!condition) {
            throw new AssertionError(otherwise);
        }
    }

    private void add(BatchBuilder<Bytes, Bytes> builder, int updates) throws Exception {
        Random random = new Random(3);
        for (int i = 0; i < updates; i++) {
            byte[] value = new byte[VALUE_BYTES];
            random.nextBytes(value);
            builder.add(Bytes.utf8("key-" + i), Bytes.takeArray(value), 0, 1);
        }
    }

    /** The error names the file, and what was stored before is deleted. */
    private void failToBuild(int updates, int partBytes) throws Exception {
        BatchConfig config = BatchRig.hollow().targetBytes(partBytes).build();
        try (BatchBuilder<Bytes, Bytes> builder =
                new BatchBuilder<>(store, config, SCHEMA, Antichain.of(0))) {
            add(builder, updates);
            Batch batch = builder.finish(Antichain.of(1));
            throw new AssertionError("there was room for " + batch.hollow());
        } catch (StoreException e) {
            requireNamed(e);
            System.out.println("refused: " + e.getMessage() + ": " + e.getCause());
        }
    }

    private void failToCreate(FileObjects log, int bytes) throws Exception {
        byte[] large = new byte[bytes];
        try {
            log.createIfAbsent("shard/log/1", Bytes.takeArray(large));
            throw new AssertionError("there was room for " + bytes + " bytes");
        } catch (StoreException e) {
            requireNamed(e);
            require(e instanceof StoreException.Determinate, "indeterminate: " + e);
            System.out.println("refused: " + e.getMessage() + ": " + e.getCause());
        }
        require(log.list("shard/log/").isEmpty(), "half an entry");
        require(log.get("shard/log/1").isEmpty(), "half an entry");
        require(log.createIfAbsent("shard/log/1", Bytes.utf8("x")), "no entry");
        log.delete("shard/log/1");
    }

    /** With room, the same store works on. */
    private void buildLess() throws Exception {
        BatchConfig config = BatchRig.hollow().build();
        try (BatchBuilder<Bytes, Bytes> builder =
                new BatchBuilder<>(store, config, SCHEMA, Antichain.of(0))) {
            add(builder, 10);
            try (Batch batch = builder.finish(Antichain.of(1));
                    UpdateCursor<Bytes, Bytes> cursor =
                            UpdateCursor.open(
                                    store,
                                    SCHEMA,
                                    List.of(batch.hollow()),
                                    new Filter.Compaction(Antichain.minimum()))) {
                int rows = 0;
                while (cursor.next()) {
                    rows++;
                }
                require(rows == 10, rows + " rows");
                batch.delete();
            }
        }
    }

    private void requireNamed(StoreException e) {
        String message = String.valueOf(e.getMessage());
        require(message.contains(directory.toString()), "without path: " + message);
        require(e.getCause() instanceof IOException, "without cause: " + message);
    }

    /** Nor half-written files, once everything in the background is done. */
    private void requireNothingLeft() throws IOException, InterruptedException {
        io.shutdown();
        require(io.awaitTermination(1, TimeUnit.MINUTES), "tasks go on");
        require(store.allocator().getAllocatedMemory() == 0, "off-heap memory leaked");
        try (Stream<Path> paths = Files.walk(directory)) {
            List<Path> files = paths.filter(Files::isRegularFile).toList();
            require(files.isEmpty(), "left behind: " + files);
        }
    }
}
