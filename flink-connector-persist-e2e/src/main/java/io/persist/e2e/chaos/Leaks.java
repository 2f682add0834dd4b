package io.persist.e2e.chaos;

import io.persist.client.PersistClient;
import io.persist.codec.CorruptDataException;
import io.persist.shard.IncompatibleShardException;
import io.persist.shard.OrphanedPart;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/**
 * Blobs in the store that no live state of the shard leads to, when no job runs any more.
 *
 * @param keys of each kind
 */
record Leaks(EnumMap<Kind, List<String>> keys) {
    private static final String PARQUET = "PAR1";

    /** What a blob is. */
    enum Kind {
        PART("parts"),
        RUN("runs"),
        ROLLUP("rollups");

        private final String label;

        Kind(String label) {
            this.label = label;
        }

        String label() {
            return label;
        }
    }

    /**
     * @param shards where the shard lies in files
     */
    static Leaks find(PersistClient client, Path shards)
            throws IOException,
                    CorruptDataException,
                    IncompatibleShardException,
                    InterruptedException {
        EnumMap<Kind, List<String>> keys = new EnumMap<>(Kind.class);
        for (OrphanedPart orphan : client.orphans(ChaosJob.SHARD).orElseThrow()) {
            String key = orphan.key().text();
            keys.computeIfAbsent(
                            kind(key, shards.resolve("blob").resolve(key)),
                            kind -> new ArrayList<>())
                    .add(key + " (" + orphan.bytes() + " bytes)");
        }
        return new Leaks(keys);
    }

    private static Kind kind(String key, Path file) throws IOException {
        if (key.contains("/v")) {
            return Kind.ROLLUP;
        }
        try (InputStream blob = Files.newInputStream(file)) {
            byte[] first = blob.readNBytes(PARQUET.length());
            return new String(first, StandardCharsets.ISO_8859_1).equals(PARQUET)
                    ? Kind.PART
                    : Kind.RUN;
        }
    }

    long count() {
        return keys.values().stream().mapToLong(List::size).sum();
    }

    /** Such as {@code 2 parts, 1 rollups}. */
    String summary() {
        List<String> counts = new ArrayList<>();
        for (Kind kind : Kind.values()) {
            counts.add(keys.getOrDefault(kind, List.of()).size() + " " + kind.label());
        }
        return String.join(", ", counts);
    }

    List<String> all() {
        return keys.entrySet().stream()
                .flatMap(
                        (Map.Entry<Kind, List<String>> entry) ->
                                entry.getValue().stream()
                                        .map(key -> entry.getKey().label() + ": " + key))
                .toList();
    }
}
