package io.persist.store.uri;

import io.persist.store.Blob;
import io.persist.store.Consensus;
import io.persist.store.StoreException;
import io.persist.store.file.BlobLayout;
import io.persist.store.file.FileBlob;
import io.persist.store.file.FileObjects;
import io.persist.store.log.CreateProbe;
import io.persist.store.log.LogConsensus;
import io.persist.store.mem.MemRegistry;

import org.jspecify.annotations.Nullable;

import java.util.Set;
import java.util.UUID;
import java.util.concurrent.Executor;
import java.util.function.Supplier;

/**
 * A blob store and the consensus that goes with it. Safe for use by many threads; whoever opened it
 * closes it.
 */
public record Stores(Blob blob, Consensus consensus) implements AutoCloseable {
    static final String SUPPORTED =
            "mem:NAME, file:///ABSOLUTE/DIRECTORY, or just a directory (options of a blob"
                    + " directory: ?layout=nested|flat, tombstone)";

    /** Few: on local files an atomic link is the kernel's doing, and each create is flushed. */
    private static final int PROBE_ROUNDS = 1;

    private static final int PROBE_CREATORS = 5;

    private static final Set<String> BLOB_OPTIONS = Set.of("layout", "tombstone");

    /**
     * Opens both; either URI is {@code mem:name}, {@code file:///absolute/directory} or just a
     * directory, which is created if missing. Both URIs are checked before anything is touched.
     *
     * @param ids for attempts and temporary names; must never repeat between all clients of a store
     * @param io runs the creators with which a consensus directory is probed; may run them in the
     *     caller
     * @throws IllegalArgumentException if a URI is malformed, or has an unknown scheme or option
     * @throws StoreException.Determinate if a store cannot be used
     */
    public static Stores open(String blobUri, String consensusUri, Supplier<UUID> ids, Executor io)
            throws StoreException {
        StoreUri blobAt = StoreUri.parse(blobUri);
        StoreUri consensusAt = StoreUri.parse(consensusUri);
        requireKnown(blobAt, BLOB_OPTIONS);
        requireKnown(consensusAt, Set.of());
        BlobLayout layout = layout(blobAt);
        Blob blob =
                blobAt.scheme().equals("mem")
                        ? MemRegistry.blob(blobAt.place())
                        : FileBlob.open(blobAt.directory(), layout, deletion(blobAt), ids);
        try {
            return new Stores(blob, openConsensus(consensusAt, ids, io));
        } catch (StoreException e) {
            blob.close();
            throw e;
        }
    }

    /**
     * The check of both URIs that {@link #open} begins with, for whoever opens them elsewhere.
     *
     * @throws IllegalArgumentException if a URI is malformed, or has an unknown scheme or option
     */
    public static void check(String blobUri, String consensusUri) {
        StoreUri blobAt = StoreUri.parse(blobUri);
        requireKnown(blobAt, BLOB_OPTIONS);
        layout(blobAt);
        deletion(blobAt);
        requireKnown(StoreUri.parse(consensusUri), Set.of());
    }

    @Override
    public void close() {
        consensus.close();
        blob.close();
    }

    private static Consensus openConsensus(StoreUri at, Supplier<UUID> ids, Executor io)
            throws StoreException {
        if (at.scheme().equals("mem")) {
            return MemRegistry.consensus(at.place());
        }
        FileObjects objects = FileObjects.open(at.directory(), ids);
        new CreateProbe(objects, ids, io).require(PROBE_ROUNDS, PROBE_CREATORS);
        return new LogConsensus(objects, ids);
    }

    private static void requireKnown(StoreUri at, Set<String> fileOptions) {
        switch (at.scheme()) {
            case "file" -> {
                at.requireOptions(fileOptions);
                at.directory();
            }
            case "mem" -> {
                at.requireOptions(Set.of());
                if (at.place().isEmpty()) {
                    throw at.malformed("it lacks a name (mem:NAME)");
                }
            }
            case "s3", "s3a", "postgres", "postgresql" ->
                    throw new IllegalArgumentException(
                            "store URI '"
                                    + at.text()
                                    + "': this build does not have "
                                    + at.scheme()
                                    + " stores yet; there are "
                                    + SUPPORTED);
            default ->
                    throw new IllegalArgumentException(
                            "store URI '"
                                    + at.text()
                                    + "': scheme '"
                                    + at.scheme()
                                    + "' is unknown; there are "
                                    + SUPPORTED
                                    + "; a directory whose name holds a colon is given as ./NAME");
        }
    }

    private static @Nullable BlobLayout layout(StoreUri at) {
        String value = at.options().get("layout");
        if (value == null) {
            return null;
        }
        return switch (value) {
            case "nested" -> BlobLayout.NESTED;
            case "flat" -> BlobLayout.FLAT;
            default ->
                    throw at.malformed(
                            "layout '" + value + "' is unknown, there are nested and flat");
        };
    }

    private static FileBlob.Deletion deletion(StoreUri at) {
        return at.options().containsKey("tombstone")
                ? FileBlob.Deletion.TOMBSTONE
                : FileBlob.Deletion.UNLINK;
    }
}
