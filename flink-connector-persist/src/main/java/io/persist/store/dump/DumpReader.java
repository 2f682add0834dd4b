package io.persist.store.dump;

import io.persist.codec.CorruptDataException;
import io.persist.codec.ShardId;
import io.persist.store.BlobKey;
import io.persist.store.SeqNo;
import io.persist.store.StoreException;
import io.persist.store.Versioned;
import io.persist.store.file.DurableFiles;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * What a dump directory holds, found to be well-formed.
 *
 * @param entries ascending, without gaps
 * @param blobs file by key
 */
record DumpReader(ShardId shard, List<Versioned> entries, SortedMap<BlobKey, Path> blobs) {
    static final String BLOBS = "blob";
    static final String LOGS = "consensus";

    /** What the original, or we, may leave beside blobs: half written and deleted ones. */
    private static final Pattern LEFT_OVER = Pattern.compile(".*\\.(tmp|bak)");

    private static final Pattern KEY = Pattern.compile("[A-Za-z0-9_-]+/[A-Za-z0-9_-]+");
    private static final char FLAT_SLASH = '\u2215';

    /**
     * @throws CorruptDataException if the directory is no dump of one shard
     */
    static DumpReader read(Path dump) throws IOException, CorruptDataException {
        requireDirectory(dump);
        requireDirectory(dump.resolve(BLOBS));
        requireDirectory(dump.resolve(LOGS));
        List<Path> logs = DurableFiles.list(dump.resolve(LOGS));
        if (logs.size() != 1) {
            throw new CorruptDataException(
                    "dump "
                            + dump
                            + ": expected the log of one shard below consensus, found "
                            + names(logs));
        }
        ShardId shard = shard(logs.get(0));
        return new DumpReader(shard, readLog(logs.get(0)), findBlobs(dump.resolve(BLOBS), shard));
    }

    /**
     * Where a dump keeps a blob.
     *
     * @throws StoreException.Determinate if it has no place for such a key
     */
    static Path file(Path blobs, ShardId shard, BlobKey key) throws StoreException {
        if (!isKeyOf(shard, key.text())) {
            throw new StoreException.Determinate(
                    "blob " + key + " cannot be exported: its key is not of shard " + shard);
        }
        return blobs.resolve(key.text().replace('/', FLAT_SLASH));
    }

    private static boolean isKeyOf(ShardId shard, String key) {
        String prefix = shard + "/";
        return key.startsWith(prefix) && KEY.matcher(key.substring(prefix.length())).matches();
    }

    private static void requireDirectory(Path directory) throws CorruptDataException {
        if (!Files.isDirectory(directory)) {
            throw new CorruptDataException(
                    "dump directory "
                            + directory
                            + (Files.exists(directory) ? " is a file" : " does not exist")
                            + ": expected a directory with 'blob' and 'consensus' in it, as an"
                            + " export that was not interrupted leaves it");
        }
    }

    private static ShardId shard(Path log) throws CorruptDataException {
        requireDirectory(log);
        try {
            return ShardId.parse(String.valueOf(log.getFileName()));
        } catch (IllegalArgumentException e) {
            throw new CorruptDataException("dump directory " + log + " is not named by a shard", e);
        }
    }

    private static List<Versioned> readLog(Path log) throws IOException, CorruptDataException {
        TreeMap<SeqNo, Path> files = new TreeMap<>();
        for (Path file : DurableFiles.list(log)) {
            files.put(seqno(file), file);
        }
        if (files.isEmpty()) {
            throw new CorruptDataException("dump directory " + log + " holds no log entries");
        }
        List<Versioned> entries = new ArrayList<>();
        SeqNo expected = files.firstKey();
        for (var file : files.entrySet()) {
            if (!file.getKey().equals(expected)) {
                throw new CorruptDataException(
                        "dump directory "
                                + log
                                + " has a gap: expected entry "
                                + expected
                                + ", found "
                                + file.getKey());
            }
            entries.add(new Versioned(expected, DurableFiles.read(file.getValue())));
            expected = expected.next();
        }
        return entries;
    }

    private static SeqNo seqno(Path file) throws CorruptDataException {
        String name = String.valueOf(file.getFileName());
        if (!name.matches("[0-9]{20}") || !Files.isRegularFile(file)) {
            throw new CorruptDataException(
                    "dump: expected a file named by the 20 digits of a seqno, found " + file);
        }
        try {
            return new SeqNo(Long.parseLong(name));
        } catch (NumberFormatException e) {
            throw new CorruptDataException("dump: seqno of " + file + " is beyond 2^63 - 1", e);
        }
    }

    private static SortedMap<BlobKey, Path> findBlobs(Path root, ShardId shard)
            throws IOException, CorruptDataException {
        List<Path> files;
        try (Stream<Path> walk = Files.walk(root)) {
            files = walk.filter(Files::isRegularFile).toList();
        }
        SortedMap<BlobKey, Path> blobs = new TreeMap<>();
        for (Path file : files) {
            String key = root.relativize(file).toString().replace(FLAT_SLASH, '/');
            if (LEFT_OVER.matcher(key).matches()) {
                continue;
            }
            if (!isKeyOf(shard, key)) {
                throw new CorruptDataException(
                        "dump: expected a file named by a blob key of shard "
                                + shard
                                + ", found "
                                + file);
            }
            if (blobs.put(new BlobKey(key), file) != null) {
                throw new CorruptDataException("dump: blob " + key + " is there in both layouts");
            }
        }
        return blobs;
    }

    private static List<String> names(List<Path> paths) {
        return paths.stream().map(path -> String.valueOf(path.getFileName())).sorted().toList();
    }
}
