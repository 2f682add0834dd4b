package io.persist.store.file;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.persist.codec.Bytes;
import io.persist.store.Blob;
import io.persist.store.BlobKey;
import io.persist.store.StoreException;
import io.persist.testing.BlobContract;
import io.persist.testing.SeededIds;

import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.List;
import java.util.stream.Stream;

class FileBlobTest {
    private static final String SHARD = "s00000000-0000-0001-0000-000000000001";
    private static final String KEY = SHARD + "/n2600000/p1";

    private final SeededIds ids = new SeededIds(1);

    @TempDir Path root;

    @Nested
    class NestedLayout extends BlobContract {
        @Override
        protected Blob client() throws StoreException {
            return open(BlobLayout.NESTED, FileBlob.Deletion.UNLINK);
        }
    }

    @Nested
    class FlatLayout extends BlobContract {
        @Override
        protected Blob client() throws StoreException {
            return open(BlobLayout.FLAT, FileBlob.Deletion.UNLINK);
        }
    }

    @Nested
    class NestedLayoutWithTombstones extends BlobContract {
        @Override
        protected Blob client() throws StoreException {
            return open(BlobLayout.NESTED, FileBlob.Deletion.TOMBSTONE);
        }

        @Override
        protected boolean restoresDeleted() {
            return true;
        }
    }

    @Nested
    class FlatLayoutWithTombstones extends BlobContract {
        @Override
        protected Blob client() throws StoreException {
            return open(BlobLayout.FLAT, FileBlob.Deletion.TOMBSTONE);
        }

        @Override
        protected boolean restoresDeleted() {
            return true;
        }
    }

    @Test
    void ageOfAnObjectIsToldIfItExists() throws Exception {
        try (FileBlob blob =
                FileBlob.open(root, BlobLayout.NESTED, FileBlob.Deletion.UNLINK, ids)) {
            BlobKey key =
                    new BlobKey(
                            "s00000000-0000-0000-0000-000000000001/n2600000/"
                                    + "p00000000-0000-0000-0000-000000000002");
            assertThat(blob.modifiedMillis(key)).isEmpty();
            blob.set(key, Bytes.utf8("x"));
            assertThat(blob.modifiedMillis(key)).isPresent();
        }
    }

    @Test
    void nestedKeyIsFoldersAndFile() throws IOException {
        Blob blob = FileBlob.open(root, null, FileBlob.Deletion.UNLINK, ids);
        blob.set(new BlobKey(KEY), Bytes.utf8("part"));
        assertThat(files()).containsExactly(KEY);
    }

    @Test
    void flatKeyHasDivisionSlashes() throws IOException {
        Blob blob = open(BlobLayout.FLAT, FileBlob.Deletion.TOMBSTONE);
        blob.set(new BlobKey(KEY), Bytes.utf8("part"));
        assertThat(files()).containsExactly(SHARD + "\u2215n2600000\u2215p1");
        blob.delete(new BlobKey(KEY));
        assertThat(files()).containsExactly(SHARD + "\u2215n2600000\u2215p1.bak");
    }

    @Test
    void layoutIsTakenFromTheFolder() throws IOException {
        open(BlobLayout.FLAT, FileBlob.Deletion.UNLINK).set(new BlobKey(KEY), Bytes.utf8("part"));
        Blob again = FileBlob.open(root, null, FileBlob.Deletion.UNLINK, ids);
        assertThat(again.get(new BlobKey(KEY))).contains(Bytes.utf8("part"));
        assertThat(again).hasToString("FileBlob(" + root + ", flat)");
    }

    @Test
    void otherLayoutThanTheFoldersIsRefused() throws IOException {
        Path nested = root.resolve("nested");
        Path flat = root.resolve("flat");
        FileBlob.open(nested, null, FileBlob.Deletion.UNLINK, ids)
                .set(new BlobKey(KEY), Bytes.EMPTY);
        FileBlob.open(flat, BlobLayout.FLAT, FileBlob.Deletion.UNLINK, ids)
                .set(new BlobKey(KEY), Bytes.EMPTY);
        assertThatThrownBy(
                        () -> FileBlob.open(nested, BlobLayout.FLAT, FileBlob.Deletion.UNLINK, ids))
                .isInstanceOf(StoreException.Determinate.class)
                .hasMessageContainingAll(nested.toString(), "in the nested layout, not flat");
        assertThatThrownBy(
                        () -> FileBlob.open(flat, BlobLayout.NESTED, FileBlob.Deletion.UNLINK, ids))
                .isInstanceOf(StoreException.Determinate.class)
                .hasMessageContainingAll(flat.toString(), "in the flat layout, not nested");
    }

    @Test
    void strangersAreNoBlobs() throws IOException {
        Blob blob = open(BlobLayout.NESTED, FileBlob.Deletion.UNLINK);
        blob.set(new BlobKey(KEY), Bytes.utf8("part"));
        Files.writeString(root.resolve(".DS_Store"), "");
        Files.writeString(root.resolve("README.txt"), "");
        Files.writeString(root.resolve(SHARD + "/n2600000/p2.17.tmp"), "half");
        blob.list("", (key, size) -> assertThat(key.text()).isEqualTo(KEY));
        assertThat(FileBlob.open(root, null, FileBlob.Deletion.UNLINK, ids).get(new BlobKey(KEY)))
                .isPresent();
    }

    @ParameterizedTest
    @EnumSource
    void whatAKilledProcessLeftHalfWrittenIsFoundAndDeleted(BlobLayout layout) throws IOException {
        Blob blob = open(layout, FileBlob.Deletion.UNLINK);
        blob.set(new BlobKey(KEY), Bytes.utf8("part"));
        String whole = files().get(0);
        String half = whole + ".00000000-0000-0000-0000-000000000001.tmp";
        Files.writeString(root.resolve(half), "pa");
        Files.setLastModifiedTime(root.resolve(half), FileTime.fromMillis(17_000));
        Files.writeString(root.resolve(whole + ".17.tmp"), "a stranger");

        Blob.HalfWritten left = new Blob.HalfWritten(half, 2, 17_000);
        assertThat(blob.halfWritten("")).containsExactly(left);
        assertThat(blob.halfWritten(SHARD + "/n")).containsExactly(left);
        assertThat(blob.halfWritten(SHARD + "/v")).isEmpty();
        blob.delete(left);
        blob.delete(left);

        assertThat(blob.halfWritten("")).isEmpty();
        assertThat(files()).containsExactly(whole, whole + ".17.tmp");
        assertThatThrownBy(() -> blob.delete(new Blob.HalfWritten(whole, 4, 0)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("not half written");
    }

    @Test
    void deletedRollupsLeaveNoFolders() throws IOException {
        Blob blob = open(BlobLayout.NESTED, FileBlob.Deletion.UNLINK);
        for (int i = 0; i < 5; i++) {
            BlobKey key = new BlobKey(SHARD + "/v" + i + "/r1");
            blob.set(key, Bytes.utf8("rollup"));
            blob.delete(key);
        }
        assertThat(root.resolve(SHARD)).isEmptyDirectory();
    }

    @Test
    void keysThatLeaveTheRootAreRefused() throws StoreException {
        for (BlobLayout layout : BlobLayout.values()) {
            Blob blob =
                    FileBlob.open(
                            root.resolve(layout.name()), layout, FileBlob.Deletion.UNLINK, ids);
            for (String key :
                    List.of("../x", "s/../../x", "", "s//p", "s/p.tmp", "s/\u2215", "/x")) {
                assertThatThrownBy(() -> blob.set(new BlobKey(key), Bytes.EMPTY))
                        .as(key)
                        .isInstanceOf(StoreException.Determinate.class)
                        .hasMessageContaining("key '" + key + "'");
                assertThatThrownBy(() -> blob.get(new BlobKey(key)))
                        .isInstanceOf(StoreException.Determinate.class);
                assertThatThrownBy(() -> blob.delete(new BlobKey(key)))
                        .isInstanceOf(StoreException.Determinate.class);
            }
        }
    }

    @Test
    void pathThatIsAFileOrCannotBeMadeIsRefused() throws IOException {
        Path file = Files.writeString(root.resolve("file"), "");
        for (Path path : List.of(file, file.resolve("below"), Path.of("/proc/persist"))) {
            assertThatThrownBy(() -> FileBlob.open(path, null, FileBlob.Deletion.UNLINK, ids))
                    .isInstanceOf(StoreException.Determinate.class)
                    .hasMessageContaining("cannot open blob directory " + path);
        }
    }

    @Test
    void blobThatIsAFolderIsAnErrorNotAbsent() throws IOException {
        Blob blob = open(BlobLayout.NESTED, FileBlob.Deletion.UNLINK);
        blob.set(new BlobKey(KEY), Bytes.utf8("part"));
        assertThatThrownBy(() -> blob.get(new BlobKey(SHARD + "/n2600000")))
                .isInstanceOf(StoreException.Determinate.class)
                .hasMessageContaining("cannot read blob file");
    }

    @Test
    void interruptedSetHasNoEffect() throws IOException {
        Blob blob = open(BlobLayout.NESTED, FileBlob.Deletion.UNLINK);
        Thread.currentThread().interrupt();
        assertThatThrownBy(() -> blob.set(new BlobKey(KEY), Bytes.utf8("part")))
                .isInstanceOf(StoreException.Determinate.class);
        assertThat(Thread.interrupted()).isTrue();
        assertThat(files()).isEmpty();
    }

    private FileBlob open(BlobLayout layout, FileBlob.Deletion deletion) throws StoreException {
        return FileBlob.open(root, layout, deletion, ids);
    }

    private List<String> files() throws IOException {
        try (Stream<Path> files = Files.walk(root).filter(Files::isRegularFile)) {
            return files.map(file -> root.relativize(file).toString()).sorted().toList();
        }
    }

    /** As when a volume is unmounted under a process: nothing is missing, it is out of reach. */
    @ParameterizedTest
    @EnumSource(BlobLayout.class)
    void directoryThatIsGoneFailsAndIsNotMadeAgain(BlobLayout layout) throws IOException {
        Path directory = root.resolve("blob");
        FileBlob blob = FileBlob.open(directory, layout, FileBlob.Deletion.UNLINK, ids);
        BlobKey key = new BlobKey(KEY);
        blob.set(key, Bytes.utf8("there"));
        Path elsewhere = Files.move(directory, root.resolve("elsewhere"));

        for (ThrowingCallable request :
                List.<ThrowingCallable>of(
                        () -> blob.get(key),
                        () -> blob.set(key, Bytes.utf8("lost")),
                        () -> blob.modifiedMillis(key),
                        () -> blob.delete(key),
                        () -> blob.list(SHARD, (listed, size) -> {}))) {
            assertThatThrownBy(request)
                    .isInstanceOf(StoreException.Determinate.class)
                    .hasStackTraceContaining(directory + ": the directory is gone");
        }
        assertThat(directory).doesNotExist();

        Files.move(elsewhere, directory);
        assertThat(blob.get(key)).contains(Bytes.utf8("there"));
    }
}
