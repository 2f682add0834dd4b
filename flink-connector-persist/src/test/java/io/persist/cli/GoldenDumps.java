package io.persist.cli;

import io.persist.testing.GoldenShards;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;

/** Golden shards as {@code persist import} takes them. */
final class GoldenDumps {
    private GoldenDumps() {}

    /** The selection among the test resources keeps blobs in folders; a dump keeps them flat. */
    static Path of(GoldenShards.Shard golden, Path folder) throws IOException {
        Path dump = folder.resolve("dump-" + golden.generation() + "-" + golden.name());
        Files.createDirectories(dump.resolve("blob"));
        for (var blob : golden.blobFiles().entrySet()) {
            String name = blob.getKey().replace('/', '\u2215');
            Files.copy(blob.getValue(), dump.resolve("blob").resolve(name));
        }
        Path rows =
                Files.createDirectories(
                        dump.resolve("consensus").resolve(golden.shard().toString()));
        for (var row : golden.rows()) {
            String name = String.format(Locale.ROOT, "%020d", row.seqno().value());
            Files.write(rows.resolve(name), row.data().toArray());
        }
        return dump;
    }
}
