package io.persist.client;

import static org.assertj.core.api.Assertions.assertThat;

import io.persist.codec.Bytes;
import io.persist.codec.Codecs;
import io.persist.codec.ShardId;
import io.persist.frontier.Antichain;
import io.persist.shard.Profile;
import io.persist.store.dump.Dump;
import io.persist.store.mem.MemBlob;
import io.persist.store.mem.MemConsensus;
import io.persist.store.uri.Stores;
import io.persist.testing.ManualTime;
import io.persist.testing.SeededIds;

import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.UUID;
import java.util.stream.Stream;

/** A shard that we wrote is the same after export and import. */
final class DumpOfOurShardTest {
    private static final ShardId SHARD = new ShardId(new UUID(9, 1));

    @TempDir private Path directory;

    @ParameterizedTest
    @EnumSource(Profile.class)
    void survivesExportAndImportUnchanged(Profile profile) throws Exception {
        MemBlob blob = new MemBlob();
        MemConsensus consensus = new MemConsensus();
        List<Update<String, String>> written;
        try (TestClient test =
                new TestClient(
                        blob,
                        consensus,
                        new ManualTime(TestClient.START_MILLIS),
                        TestClient.config().newShards(profile).build(),
                        1)) {
            written = write(test);
            Dump.export(new Stores(blob, consensus), SHARD, directory.resolve("first"));
        }

        PersistLocation location = PersistLocation.parse(directory.resolve("files").toString());
        try (Stores files =
                Stores.open(
                        location.blob(), location.consensus(), new SeededIds(5), Runnable::run)) {
            Dump.importInto(directory.resolve("first"), files);
            Dump.export(files, SHARD, directory.resolve("second"));
        }
        assertThat(content(directory.resolve("second")))
                .isEqualTo(content(directory.resolve("first")));

        try (PersistClient client = PersistClient.open(location);
                ReadHandle<String, String> reader =
                        client.openReader(SHARD, Codecs.STRING, Codecs.STRING, "check")) {
            assertThat(reader.snapshotAndFetch(Antichain.of(299)).orThrow()).isEqualTo(written);
        }
    }

    /** Inline and blob parts, rollups, a collected log. */
    private static List<Update<String, String>> write(TestClient test) throws Exception {
        WriteHandle<String, String> writer =
                test.client().openWriter(SHARD, Codecs.STRING, Codecs.STRING, "test");
        for (int time = 0; time < 300; time++) {
            String val = time % 10 == 0 ? "x".repeat(5000) : "small";
            writer.compareAndAppend(
                            List.of(new Update<>("k" + time % 50, val, time, 1)),
                            Antichain.of(time),
                            Antichain.of(time + 1))
                    .orThrow();
            test.runMaintenance();
        }
        assertThat(test.client().inspect(SHARD).orElseThrow().liveDiffs()).isLessThan(280);
        try (ReadHandle<String, String> reader =
                test.client().openReader(SHARD, Codecs.STRING, Codecs.STRING, "test")) {
            return reader.snapshotAndFetch(Antichain.of(299)).orThrow();
        }
    }

    private static SortedMap<String, Bytes> content(Path root) throws Exception {
        SortedMap<String, Bytes> files = new TreeMap<>();
        try (Stream<Path> walk = Files.walk(root)) {
            for (Path file : walk.filter(Files::isRegularFile).toList()) {
                files.put(
                        root.relativize(file).toString(),
                        Bytes.takeArray(Files.readAllBytes(file)));
            }
        }
        assertThat(files).isNotEmpty();
        return files;
    }
}
