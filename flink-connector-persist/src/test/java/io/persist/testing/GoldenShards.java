package io.persist.testing;

import io.persist.codec.Bytes;
import io.persist.codec.ShardId;
import io.persist.frontier.Antichain;
import io.persist.store.SeqNo;
import io.persist.store.Versioned;

import org.apache.flink.shaded.jackson2.com.fasterxml.jackson.databind.JsonNode;
import org.apache.flink.shaded.jackson2.com.fasterxml.jackson.databind.ObjectMapper;
import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Predicate;
import java.util.stream.Stream;

/**
 * Shards written by two generations of the original client, with what that client sees in them.
 *
 * <p>Looked for in the directory of system property {@code golden.dir}, else in {@code
 * ../../shared/golden} from the module, else in the selection among the test resources. A test that
 * names a shard must name one of the selection, or skip if {@link #isComplete} is false.
 */
public final class GoldenShards {
    private static final Path SELECTION = Path.of("src", "test", "resources", "golden");
    private static final ObjectMapper JSON = new ObjectMapper();

    private GoldenShards() {}

    /** The directory in use. */
    public static Path directory() {
        String property = System.getProperty("golden.dir");
        if (property != null) {
            Path named = Path.of(property);
            if (!Files.isDirectory(named)) {
                throw new IllegalStateException("golden.dir: no directory " + named);
            }
            return named;
        }
        Path beside = Path.of("..", "..", "shared", "golden");
        return Files.isDirectory(beside) ? beside : SELECTION;
    }

    /** Whether all shards are here, not only the selection among the test resources. */
    public static boolean isComplete() {
        return !directory().equals(SELECTION);
    }

    /** All shards, by generation ({@code p128} first) and name. */
    public static List<Shard> all() {
        List<Shard> shards = new ArrayList<>();
        for (Path generation : children(directory(), Files::isDirectory)) {
            for (Path path : children(generation, p -> Files.exists(p.resolve("expected.json")))) {
                shards.add(new Shard(fileName(generation), fileName(path), path));
            }
        }
        if (shards.isEmpty()) {
            throw new IllegalStateException("no golden shards below " + directory());
        }
        return shards;
    }

    /**
     * @param generation {@code p128} or {@code p26}
     */
    public static Shard named(String generation, String name) {
        Path path = directory().resolve(generation).resolve(name);
        if (!Files.exists(path.resolve("expected.json"))) {
            throw new IllegalStateException("no golden shard " + path);
        }
        return new Shard(generation, name, path);
    }

    /** The value vectors: all of them, or a few of every type. */
    public static JsonNode vectors() {
        return parse(directory().resolve("vectors.json"));
    }

    /** The frontier of a JSON list of times. */
    public static Antichain frontier(JsonNode times) {
        return times.isEmpty() ? Antichain.empty() : Antichain.of(time(times.get(0)));
    }

    /** The 64 bits of a JSON number up to 2^64 - 1. */
    public static long time(JsonNode number) {
        return number.bigIntegerValue().longValue();
    }

    /** The bytes of a JSON hex string; null for JSON null. */
    public static @Nullable Bytes bytes(JsonNode hex) {
        return hex.isNull() ? null : Bytes.fromHex(hex.textValue());
    }

    /**
     * One shard. Read only: copy before writing.
     *
     * @param generation {@code p128} or {@code p26}
     * @param path of the directory with {@code blob}, {@code consensus} and {@code expected.json}
     */
    public record Shard(String generation, String name, Path path) {
        /** What the original client sees, as a tree. Parsed anew by each call. */
        public JsonNode expected() {
            return parse(path.resolve("expected.json"));
        }

        public ShardId shard() {
            List<Path> logs = children(path.resolve("consensus"), Files::isDirectory);
            if (logs.size() != 1) {
                throw new IllegalStateException(path + " must hold one log, found " + logs);
            }
            return ShardId.parse(fileName(logs.get(0)));
        }

        /** Live rows, ascending. */
        public List<Versioned> rows() {
            List<Versioned> rows = new ArrayList<>();
            Path log = path.resolve("consensus").resolve(shard().toString());
            for (Path row : children(log, Files::isRegularFile)) {
                rows.add(new Versioned(new SeqNo(Long.parseLong(fileName(row))), read(row)));
            }
            return rows;
        }

        /** Files of the blobs by full key, ascending. */
        public SortedMap<String, Path> blobFiles() {
            Path root = path.resolve("blob");
            SortedMap<String, Path> files = new TreeMap<>();
            try (Stream<Path> walk = Files.walk(root)) {
                walk.filter(Files::isRegularFile)
                        .forEach(file -> files.put(keyOf(root.relativize(file)), file));
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
            return files;
        }

        /**
         * @param key full key, {@code <shard>/<writer or seqno>/<id>}
         */
        public Bytes blob(String key) {
            Path flat = path.resolve("blob").resolve(key.replace('/', '\u2215'));
            return read(Files.exists(flat) ? flat : path.resolve("blob").resolve(key));
        }

        @Override
        public String toString() {
            return generation + "/" + name;
        }
    }

    /** The complete set has one flat directory, the selection among the resources nested ones. */
    private static String keyOf(Path relative) {
        return relative.toString().replace('\\', '/').replace('\u2215', '/');
    }

    private static JsonNode parse(Path file) {
        try {
            return JSON.readTree(file.toFile());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Bytes read(Path file) {
        try {
            return Bytes.takeArray(Files.readAllBytes(file));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static List<Path> children(Path directory, Predicate<Path> wanted) {
        try (Stream<Path> list = Files.list(directory)) {
            return list.filter(wanted).sorted().toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String fileName(Path path) {
        return String.valueOf(path.getFileName());
    }
}
