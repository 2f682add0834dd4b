package io.persist.store.dump;

import io.persist.codec.Bytes;
import io.persist.codec.CorruptDataException;
import io.persist.codec.ShardId;
import io.persist.store.Blob;
import io.persist.store.BlobKey;
import io.persist.store.CasResult;
import io.persist.store.SeqNo;
import io.persist.store.StoreException;
import io.persist.store.Versioned;
import io.persist.store.file.BlobLayout;
import io.persist.store.file.DurableFiles;
import io.persist.store.file.FileBlob;
import io.persist.store.uri.Stores;

import java.io.IOException;
import java.nio.file.AtomicMoveNotSupportedException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.UUID;
import java.util.stream.Stream;

/**
 * A shard as a plain directory.
 *
 * @param shard which one
 * @param entries number of log entries
 * @param blobs number of blobs
 * @param blobBytes size of all blobs
 */
public record Dump(ShardId shard, int entries, int blobs, long blobBytes) {
    /** How often a shard may change while it is exported. */
    private static final int MAX_ROUNDS = 100;

    /**
     * Writes one state of a shard to a directory. Reads the log first, then copies the blobs, and
     * does so again, for what is new, until the log has not moved meanwhile. Holds one blob in
     * memory at a time, and the log.
     *
     * @param directory must not exist, or be empty; after a failure it holds no {@code consensus}
     *     directory and is to be deleted
     * @throws StoreException.Determinate if there is no such shard, it never stands still, or the
     *     directory cannot be written
     */
    public static Dump export(Stores stores, ShardId shard, Path directory) throws StoreException {
        try {
            if (!DurableFiles.list(directory).isEmpty()) {
                throw new StoreException.Determinate(
                        "dump directory " + directory + " is not empty; give one that is new");
            }
            Path blobs = directory.resolve(DumpReader.BLOBS);
            FileBlob.open(blobs, BlobLayout.FLAT, FileBlob.Deletion.UNLINK, Dump::noId);
            Set<BlobKey> copied = new TreeSet<>();
            for (int round = 0; round < MAX_ROUNDS; round++) {
                List<Versioned> entries =
                        stores.consensus().scan(shard, new SeqNo(0), Integer.MAX_VALUE);
                if (entries.isEmpty()) {
                    throw new StoreException.Determinate("shard " + shard + " does not exist");
                }
                copyNew(stores.blob(), blobs, shard, copied);
                Optional<Versioned> head = stores.consensus().head(shard);
                if (head.equals(Optional.of(entries.get(entries.size() - 1)))) {
                    writeLog(directory, shard, entries);
                    return verified(directory, shard, entries);
                }
            }
        } catch (StoreException e) {
            throw e;
        } catch (IOException e) {
            throw new StoreException.Determinate("cannot write dump " + directory, e);
        }
        throw new StoreException.Determinate(
                "shard "
                        + shard
                        + " was written to "
                        + MAX_ROUNDS
                        + " times while it was exported: stop its writers for a moment");
    }

    /**
     * Makes a shard from a dump. Everything is checked before anything is written. The shard
     * appears at once when its blobs are there; interrupted, the same import can be run again.
     *
     * @throws StoreException.Determinate if the shard exists in {@code stores} already, or blobs of
     *     it that are not the dump's
     * @throws CorruptDataException if the directory is not a dump of one shard; nothing was written
     */
    public static Dump importInto(Path directory, Stores stores)
            throws StoreException, CorruptDataException {
        DumpReader dump;
        try {
            Path blobs = directory.resolve(DumpReader.BLOBS);
            if (Files.isDirectory(blobs)) {
                // Refuses, with the cure, a JVM that cannot name the files.
                FileBlob.open(blobs, null, FileBlob.Deletion.UNLINK, Dump::noId);
            }
            dump = DumpReader.read(directory);
        } catch (StoreException e) {
            throw e;
        } catch (IOException e) {
            throw new StoreException.Determinate("cannot read dump " + directory, e);
        }
        requireAbsent(dump, stores);
        long bytes = 0;
        for (Map.Entry<BlobKey, Path> blob : dump.blobs().entrySet()) {
            Bytes value = read(blob.getValue());
            stores.blob().set(blob.getKey(), value);
            bytes += value.length();
        }
        if (stores.consensus().importLog(dump.shard(), dump.entries()) != CasResult.COMMITTED) {
            throw exists(dump.shard());
        }
        return new Dump(dump.shard(), dump.entries().size(), dump.blobs().size(), bytes);
    }

    /**
     * Makes the directory hold what {@code source} has of the shard.
     *
     * @param copied what it holds
     */
    private static void copyNew(Blob source, Path directory, ShardId shard, Set<BlobKey> copied)
            throws IOException {
        Set<BlobKey> wanted = list(source, shard).keySet();
        for (BlobKey key : List.copyOf(copied)) {
            if (!wanted.contains(key)) {
                Files.delete(DumpReader.file(directory, shard, key));
                copied.remove(key);
            }
        }
        for (BlobKey key : wanted) {
            if (!copied.contains(key)) {
                Optional<Bytes> value = source.get(key);
                if (value
                        .isPresent()) { // else it is garbage of a state before ours, just collected
                    DurableFiles.write(DumpReader.file(directory, shard, key), value.get());
                    copied.add(key);
                }
            }
        }
    }

    private static void writeLog(Path directory, ShardId shard, List<Versioned> entries)
            throws IOException {
        Path unfinished = directory.resolve(DumpReader.LOGS + ".tmp");
        Path log = unfinished.resolve(shard.toString());
        for (Versioned entry : entries) {
            String name = String.format(Locale.ROOT, "%020d", entry.seqno().value());
            DurableFiles.write(log.resolve(name), entry.data());
        }
        syncAll(directory);
        Path finished = directory.resolve(DumpReader.LOGS);
        try {
            Files.move(unfinished, finished, StandardCopyOption.ATOMIC_MOVE);
        } catch (AtomicMoveNotSupportedException e) {
            Files.move(unfinished, finished);
        }
        DurableFiles.sync(directory);
    }

    private static void syncAll(Path directory) throws IOException {
        List<Path> written;
        try (Stream<Path> walk = Files.walk(directory)) {
            written = walk.toList();
        }
        for (Path path : written) {
            DurableFiles.sync(path);
        }
    }

    /** Reads the dump back. */
    private static Dump verified(Path directory, ShardId shard, List<Versioned> entries)
            throws IOException {
        try {
            DumpReader dump = DumpReader.read(directory);
            if (!dump.shard().equals(shard) || !dump.entries().equals(entries)) {
                throw new CorruptDataException("the log reads back differently");
            }
            long bytes = 0;
            for (Path file : dump.blobs().values()) {
                bytes += Files.size(file);
            }
            return new Dump(shard, entries.size(), dump.blobs().size(), bytes);
        } catch (CorruptDataException e) {
            throw new StoreException.Determinate("dump " + directory + " is bad", e);
        }
    }

    private static void requireAbsent(DumpReader dump, Stores stores) throws StoreException {
        if (hasLog(stores, dump.shard())) {
            throw exists(dump.shard());
        }
        for (Map.Entry<BlobKey, Long> found : list(stores.blob(), dump.shard()).entrySet()) {
            Path file = dump.blobs().get(found.getKey());
            if (file == null || size(file) != found.getValue()) {
                throw new StoreException.Determinate(
                        "cannot import shard "
                                + dump.shard()
                                + ": the target has a blob "
                                + found.getKey()
                                + " of "
                                + found.getValue()
                                + " bytes, which is not from this dump");
            }
        }
    }

    private static boolean hasLog(Stores stores, ShardId shard) throws StoreException {
        try {
            return stores.consensus().head(shard).isPresent();
        } catch (StoreException.Determinate e) {
            if (e.getCause() instanceof CorruptDataException) {
                return false; // this import, interrupted; the consensus refuses if it is not
            }
            throw e;
        }
    }

    private static StoreException exists(ShardId shard) {
        return new StoreException.Determinate(
                "cannot import shard " + shard + ": the target has a shard of this name already");
    }

    private static SortedMap<BlobKey, Long> list(Blob blob, ShardId shard) throws StoreException {
        TreeMap<BlobKey, Long> found = new TreeMap<>();
        blob.list(shard + "/", found::put);
        return found;
    }

    private static Bytes read(Path file) throws StoreException {
        try {
            return DurableFiles.read(file);
        } catch (IOException e) {
            throw new StoreException.Determinate("cannot read " + file, e);
        }
    }

    private static long size(Path file) throws StoreException {
        try {
            return Files.size(file);
        } catch (IOException e) {
            throw new StoreException.Determinate("cannot read " + file, e);
        }
    }

    private static UUID noId() {
        throw new IllegalStateException("a dump is only read");
    }
}
