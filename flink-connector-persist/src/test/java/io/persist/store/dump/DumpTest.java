package io.persist.store.dump;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.persist.codec.Bytes;
import io.persist.codec.CorruptDataException;
import io.persist.codec.ShardId;
import io.persist.store.Blob;
import io.persist.store.BlobKey;
import io.persist.store.CasResult;
import io.persist.store.SeqNo;
import io.persist.store.StoreException;
import io.persist.store.Versioned;
import io.persist.store.log.LogConsensus;
import io.persist.store.mem.MemBlob;
import io.persist.store.mem.MemConsensus;
import io.persist.store.mem.MemObjects;
import io.persist.store.uri.Stores;
import io.persist.testing.Fate;
import io.persist.testing.FaultyObjects;
import io.persist.testing.GoldenShards;
import io.persist.testing.SeededIds;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.UUID;
import java.util.stream.Stream;

class DumpTest {
    private static final ShardId SHARD = new ShardId(new UUID(1, 1));
    private static final BlobKey PART = new BlobKey(SHARD + "/n2600000/p1");

    private final SeededIds ids = new SeededIds(1);

    @TempDir Path root;
    private Path dump;

    @BeforeEach
    void writeDump() throws IOException {
        dump = root.resolve("dump");
        Path log = Files.createDirectories(dump.resolve("consensus").resolve(SHARD.toString()));
        for (int i = 7; i < 10; i++) {
            Files.writeString(log.resolve("0000000000000000000" + i), "entry " + i);
        }
        Path blobs = Files.createDirectories(dump.resolve("blob"));
        Files.writeString(blobs.resolve(PART.text().replace('/', '\u2215')), "part");
        Files.writeString(blobs.resolve(SHARD + "\u2215v8\u2215r1"), "rollup");
    }

    static List<GoldenShards.Shard> golden() {
        return GoldenShards.all();
    }

    @ParameterizedTest
    @MethodSource("golden")
    void goldenShardsComeBackUnchanged(GoldenShards.Shard golden) throws Exception {
        if (golden.generation().equals("p26")) {
            try (Stores stores = files("store")) {
                comesBack(golden, stores);
            }
        } else {
            comesBack(golden, mem());
        }
    }

    private void comesBack(GoldenShards.Shard golden, Stores stores) throws Exception {
        Dump imported = Dump.importInto(golden.path(), stores);
        assertThat(imported.shard()).isEqualTo(golden.shard());
        assertThat(stores.consensus().scan(golden.shard(), new SeqNo(0), Integer.MAX_VALUE))
                .isEqualTo(golden.rows());
        Path again = root.resolve("again");
        assertThat(Dump.export(stores, golden.shard(), again)).isEqualTo(imported);
        assertThat(contents(again)).isEqualTo(contents(golden.path()));
    }

    @Test
    void importTellsWhatItDid() throws Exception {
        assertThat(Dump.importInto(dump, mem())).isEqualTo(new Dump(SHARD, 3, 2, 10));
    }

    @Test
    void onlyTheShardsBlobsAreExported() throws Exception {
        Stores stores = mem();
        Dump.importInto(dump, stores);
        stores.blob().set(new BlobKey(new ShardId(new UUID(1, 2)) + "/n/p"), Bytes.EMPTY);
        stores.blob().set(new BlobKey("HEALTH_CHECK"), Bytes.EMPTY);
        Path again = root.resolve("again");
        Dump.export(stores, SHARD, again);
        assertThat(contents(again)).isEqualTo(contents(dump));
    }

    @Test
    void importIntoAnExistingShardIsRefused() throws Exception {
        for (Stores stores : List.of(mem(), files("store"))) {
            Dump.importInto(dump, stores);
            Files.writeString(
                    dump.resolve("blob").resolve(SHARD + "\u2215n2600000\u2215p2"), "another");
            assertThatThrownBy(() -> Dump.importInto(dump, stores))
                    .isInstanceOf(StoreException.Determinate.class)
                    .hasMessageContainingAll(SHARD.toString(), "has a shard of this name already");
            assertThat(stores.blob().get(new BlobKey(SHARD + "/n2600000/p2"))).isEmpty();
            Files.delete(dump.resolve("blob").resolve(SHARD + "\u2215n2600000\u2215p2"));
        }
    }

    @Test
    void importOverForeignBlobsIsRefused() throws Exception {
        Stores stores = mem();
        stores.blob().set(new BlobKey(SHARD + "/n2600000/p9"), Bytes.utf8("foreign"));
        assertThatThrownBy(() -> Dump.importInto(dump, stores))
                .isInstanceOf(StoreException.Determinate.class)
                .hasMessageContainingAll(SHARD + "/n2600000/p9", "not from this dump");
        assertNothingIn(stores);
    }

    @Test
    void malformedDumpsAreRefusedAndNothingIsWritten() throws Exception {
        Path log = dump.resolve("consensus").resolve(SHARD.toString());
        Path eight = log.resolve("00000000000000000008");
        Files.move(eight, root.resolve("eight"));
        assertRefused("gap", "expected entry v8", "found v9");
        Files.move(root.resolve("eight"), eight);
        for (String name : List.of("8", "0000000000000000001x", "99999999999999999999", "x.tmp")) {
            Path stray = Files.writeString(log.resolve(name), "");
            assertRefused(stray.toString());
            Files.delete(stray);
        }
        Path folder = Files.createDirectory(log.resolve("00000000000000000010"));
        assertRefused(folder.toString());
        Files.delete(folder);
        for (String name :
                List.of("README.txt", "p1", SHARD + "\u2215p1", SHARD + "\u2215n\u2215p\u2215q")) {
            Path stray = Files.writeString(dump.resolve("blob").resolve(name), "");
            assertRefused(
                    "expected a file named by a blob key of shard " + SHARD, stray.toString());
            Files.delete(stray);
        }
        Path other = Files.createDirectory(dump.resolve("consensus/s2"));
        assertRefused("expected the log of one shard", SHARD.toString(), "s2");
        Files.delete(other);
        Dump.importInto(dump, mem());
    }

    @Test
    void directoriesThatAreMissingAreNamed() throws Exception {
        assertRefused(root.resolve("none"), root.resolve("none").toString(), "does not exist");
        Path file = Files.writeString(root.resolve("file"), "");
        assertRefused(file, file.toString(), "is a file");
        Files.move(dump.resolve("blob"), root.resolve("aside"));
        assertRefused(dump + "/blob does not exist");
        Files.move(root.resolve("aside"), dump.resolve("blob"));
        Path log = dump.resolve("consensus").resolve(SHARD.toString());
        Files.move(log, log.resolveSibling("x" + SHARD));
        assertRefused("x" + SHARD, "not named by a shard");
        Files.move(log.resolveSibling("x" + SHARD), root.resolve("aside"));
        assertRefused("expected the log of one shard", "found []");
        Files.createDirectory(log);
        assertRefused(log + " holds no log entries");
        Files.delete(log);
        Files.delete(dump.resolve("consensus"));
        assertRefused(dump + "/consensus does not exist");
    }

    @Test
    void leftOversOfAnotherClientAreNotBlobs() throws Exception {
        Files.writeString(dump.resolve("blob").resolve(SHARD + "\u2215n\u2215p3.tmp"), "half");
        Files.writeString(dump.resolve("blob").resolve(SHARD + "\u2215n\u2215p4.bak"), "deleted");
        assertThat(Dump.importInto(dump, mem()).blobs()).isEqualTo(2);
    }

    @Test
    void interruptedImportShowsNothingAndGoesOnWhenRunAgain() throws Exception {
        for (int oneIn = 3; oneIn < 13; oneIn++) {
            MemObjects objects = new MemObjects();
            MemBlob blob = new MemBlob();
            Fate fate = new Fate(oneIn, oneIn);
            Stores faulty =
                    new Stores(blob, new LogConsensus(new FaultyObjects(objects, fate), ids));
            for (int tries = 0; !importAgain(faulty, objects); tries++) {
                assertThat(tries).isLessThan(1000);
            }
            fate.deliverAll();
            assertThat(new LogConsensus(objects, ids).scan(SHARD, new SeqNo(0), 100))
                    .extracting(entry -> entry.data().utf8())
                    .containsExactly("entry 7", "entry 8", "entry 9");
        }
    }

    /** Whether the import is through; if not, no other client may see anything of it. */
    private boolean importAgain(Stores faulty, MemObjects objects) throws Exception {
        try {
            Dump.importInto(dump, faulty);
            return true;
        } catch (StoreException e) {
            LogConsensus witness = new LogConsensus(objects, ids);
            try {
                Optional<Versioned> head = witness.head(SHARD);
                assertThat(head.map(Versioned::seqno))
                        .isIn(Optional.empty(), Optional.of(new SeqNo(9)));
                return head.isPresent();
            } catch (StoreException.Determinate unfinished) {
                assertThat(unfinished).hasMessageContaining("was left unfinished");
                return false;
            }
        }
    }

    @Test
    void exportOfAnUnknownShardIsRefused() {
        assertThatThrownBy(() -> Dump.export(mem(), SHARD, root.resolve("again")))
                .isInstanceOf(StoreException.Determinate.class)
                .hasMessage("shard " + SHARD + " does not exist");
    }

    @Test
    void exportIntoAUsedDirectoryIsRefused() throws Exception {
        Stores stores = mem();
        Dump.importInto(dump, stores);
        SortedMap<String, Bytes> before = contents(dump);
        assertThatThrownBy(() -> Dump.export(stores, SHARD, dump))
                .isInstanceOf(StoreException.Determinate.class)
                .hasMessageContaining("is not empty");
        assertThat(contents(dump)).isEqualTo(before);
        assertThatThrownBy(() -> Dump.export(stores, SHARD, Path.of("/proc/persist")))
                .isInstanceOf(StoreException.Determinate.class)
                .hasMessageContaining("/proc/persist");
    }

    @Test
    void exportOfAMovingShardIsOneStateOfIt() throws Exception {
        Stores stores = mem();
        Dump.importInto(dump, stores);
        MovingBlob moving = new MovingBlob(stores);
        Path again = root.resolve("again");
        Dump.export(new Stores(moving, stores.consensus()), SHARD, again);
        assertThat(moving.moves).isEqualTo(5);
        SortedMap<String, Bytes> contents = contents(again);
        assertThat(contents).hasSize(3 + 5 + 1);
        assertThat(contents).containsKey("blob/" + SHARD + "\u2215n\u2215p14");
    }

    /** Each listing is overtaken by an append that replaces all blobs, five times. */
    private static final class MovingBlob implements Blob {
        private final Stores stores;
        private int moves;

        MovingBlob(Stores stores) {
            this.stores = stores;
        }

        @Override
        public void list(String prefix, Visitor visitor) throws StoreException {
            TreeMap<BlobKey, Long> found = new TreeMap<>();
            stores.blob().list(prefix, found::put);
            if (moves < 5) {
                SeqNo head = stores.consensus().head(SHARD).orElseThrow().seqno();
                stores.blob().set(new BlobKey(SHARD + "/n/p" + head.next().value()), Bytes.EMPTY);
                Versioned next = new Versioned(head.next(), Bytes.EMPTY);
                assertThat(stores.consensus().compareAndSet(SHARD, head, next))
                        .isEqualTo(CasResult.COMMITTED);
                for (BlobKey key : found.keySet()) {
                    stores.blob().delete(key);
                }
                moves++;
            }
            for (var entry : found.entrySet()) {
                visitor.visit(entry.getKey(), entry.getValue());
            }
        }

        @Override
        public Optional<Bytes> get(BlobKey key) throws StoreException {
            return stores.blob().get(key);
        }

        @Override
        public void set(BlobKey key, Bytes value) {
            throw new AssertionError("export writes to its source");
        }

        @Override
        public OptionalLong delete(BlobKey key) {
            throw new AssertionError("export deletes from its source");
        }

        @Override
        public void restore(BlobKey key) {
            throw new AssertionError("export restores in its source");
        }

        @Override
        public void close() {}
    }

    private void assertRefused(String... parts) throws StoreException {
        assertRefused(dump, parts);
    }

    private static void assertRefused(Path directory, String... parts) throws StoreException {
        Stores stores = mem();
        assertThatThrownBy(() -> Dump.importInto(directory, stores))
                .isInstanceOf(CorruptDataException.class)
                .hasMessageContainingAll(parts);
        assertThat(stores.consensus().listShards()).isEmpty();
        stores.blob().list("", (key, size) -> assertThat(key.text()).isEqualTo("nothing"));
    }

    private static void assertNothingIn(Stores stores) throws StoreException {
        assertThat(stores.consensus().listShards()).isEmpty();
        assertThat(stores.blob().get(PART)).isEmpty();
    }

    private static Stores mem() {
        return new Stores(new MemBlob(), new MemConsensus());
    }

    private Stores files(String name) throws StoreException {
        String at = root.resolve(name).toString();
        return Stores.open(at + "/blob", at + "/consensus", ids, Runnable::run);
    }

    /** Contents by path, a nested blob directory written as a flat one. */
    private static SortedMap<String, Bytes> contents(Path dump) throws IOException {
        SortedMap<String, Bytes> contents = new TreeMap<>();
        for (String folder : List.of("blob", "consensus")) {
            char slash = folder.equals("blob") ? '\u2215' : '/';
            Path below = dump.resolve(folder);
            try (Stream<Path> files = Files.walk(below).filter(Files::isRegularFile)) {
                for (Path file : files.toList()) {
                    String name = below.relativize(file).toString().replace('/', slash);
                    contents.put(folder + "/" + name, Bytes.takeArray(Files.readAllBytes(file)));
                }
            }
        }
        return contents;
    }
}
