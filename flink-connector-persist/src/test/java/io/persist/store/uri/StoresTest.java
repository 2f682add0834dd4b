package io.persist.store.uri;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.persist.codec.Bytes;
import io.persist.codec.ShardId;
import io.persist.store.BlobKey;
import io.persist.store.CasResult;
import io.persist.store.SeqNo;
import io.persist.store.StoreException;
import io.persist.store.Versioned;
import io.persist.testing.SeededIds;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.UUID;

class StoresTest {
    private static final ShardId SHARD = new ShardId(new UUID(1, 1));
    private static final BlobKey KEY = new BlobKey(SHARD + "/n2600000/p1");

    private final SeededIds ids = new SeededIds(1);

    @TempDir Path root;

    @Test
    void memoryOfOneNameIsShared() throws StoreException {
        write(open("mem:StoresTest", "mem:StoresTest"));
        assertWritten(open("mem:StoresTest", "mem:StoresTest"));
        Stores other = open("mem:StoresTest2", "mem:StoresTest2");
        assertThat(other.blob().get(KEY)).isEmpty();
        assertThat(other.consensus().head(SHARD)).isEmpty();
    }

    @Test
    void directoryIsGivenAsUriOrPath() throws StoreException {
        String path = root.resolve("with space").toString();
        try (Stores stores = open("file://" + path + "/blob", "file:" + path + "/consensus")) {
            write(stores);
        }
        try (Stores stores = open(path + "/blob", path + "/./consensus")) {
            assertWritten(stores);
        }
        Path relative = Path.of("").toAbsolutePath().relativize(root.resolve("with space"));
        try (Stores stores = open(relative + "/blob", relative + "/consensus")) {
            assertWritten(stores);
        }
        assertThat(root.resolve("with space/blob").resolve(KEY.text())).exists();
        assertThat(root.resolve("with space/consensus/" + SHARD + "/log/" + "0".repeat(20)))
                .exists();
    }

    @Test
    void blobOptionsAreTaken() throws IOException {
        try (Stores stores = open(root + "/b?layout=flat&tombstone", root + "/c")) {
            write(stores);
            stores.blob().delete(KEY);
            stores.blob().restore(KEY);
        }
        assertThat(root.resolve("b").resolve(KEY.text().replace('/', '\u2215'))).exists();
        try (Stores stores = open("file://" + root + "/b", root + "/c")) {
            assertWritten(stores);
        }
        assertThatThrownBy(() -> open(root + "/b?layout=nested", root + "/c"))
                .isInstanceOf(StoreException.Determinate.class)
                .hasMessageContaining("in the flat layout, not nested");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "''|store URI is empty|mem:NAME",
                "?layout=flat|names no directory|malformed",
                "mem:|it lacks a name|mem:NAME",
                "mem:x?layout=flat|option 'layout' is unknown|there are none here",
                "file://host/dir|it has a host|file:///absolute/directory",
                "file:relative/dir|not absolute|file:///absolute/directory",
                "file:|not absolute|file:///absolute/directory",
                "file:///a%20b|percent escapes|give the directory itself",
                "file:///a#b|fragments|give the directory itself",
                "/x?layout=fancy|layout 'fancy' is unknown|nested and flat",
                "/x?lay=flat|option 'lay' is unknown|[layout, tombstone]",
                "/x?layout=flat&layout=flat|option 'layout' is given twice|malformed",
                "/x?|option without a name|malformed",
                "/x?=1|option without a name|malformed",
                "s3a://bucket/prefix|does not have s3a stores yet|file:///ABSOLUTE/DIRECTORY",
                "postgresql://u@h/db|does not have postgresql stores yet|mem:NAME",
                "gs://bucket/x|scheme 'gs' is unknown|file:///ABSOLUTE/DIRECTORY",
                "FTP:x|scheme 'ftp' is unknown|./NAME",
            })
    void badUriSaysWhatIsWrongAndWhatThereIs(String uri, String found, String cure) {
        String good = root.resolve("untouched").toString();
        assertThatIllegalArgumentException()
                .isThrownBy(() -> open(uri, good))
                .withMessageContainingAll(found, cure);
        assertThat(root.resolve("untouched")).doesNotExist();
    }

    @ParameterizedTest
    @ValueSource(strings = {"s3a://b/p", "/x?layout=flat", "file://h/x", "", "mem:"})
    void badConsensusUriIsRefusedBeforeTheBlobStoreIsMade(String uri) {
        String good = root.resolve("untouched").toString();
        assertThatIllegalArgumentException().isThrownBy(() -> open(good, uri));
        assertThat(root.resolve("untouched")).doesNotExist();
    }

    @Test
    void passwordsAreNotRepeated() {
        assertThatIllegalArgumentException()
                .isThrownBy(
                        () -> open("postgresql://user:secret1@host/db?password=secret2", "mem:x"))
                .withMessageContaining("postgresql://…@host/db")
                .withMessageNotContaining("secret");
    }

    @Test
    void pathsThatCannotBeUsedAreRefused() throws IOException {
        Path file = Files.writeString(root.resolve("file"), "");
        assertThatThrownBy(() -> open(file.toString(), root + "/c"))
                .isInstanceOf(StoreException.Determinate.class)
                .hasMessageContaining("cannot open blob directory " + file);
        assertThatThrownBy(() -> open(root + "/b", file.toString()))
                .isInstanceOf(StoreException.Determinate.class)
                .hasMessageContaining("cannot write to consensus directory " + file);
        assertThatThrownBy(() -> open(root + "/b", "/proc/persist"))
                .isInstanceOf(StoreException.Determinate.class)
                .hasMessageContaining("/proc/persist");
    }

    private Stores open(String blob, String consensus) throws StoreException {
        return Stores.open(blob, consensus, ids, Runnable::run);
    }

    private static void write(Stores stores) throws StoreException {
        stores.blob().set(KEY, Bytes.utf8("part"));
        Versioned first = new Versioned(new SeqNo(0), Bytes.utf8("first"));
        assertThat(stores.consensus().compareAndSet(SHARD, null, first))
                .isEqualTo(CasResult.COMMITTED);
    }

    private static void assertWritten(Stores stores) throws StoreException {
        assertThat(stores.blob().get(KEY)).contains(Bytes.utf8("part"));
        assertThat(stores.consensus().head(SHARD).map(Versioned::data))
                .contains(Bytes.utf8("first"));
        assertThat(stores.consensus().listShards()).containsExactly(SHARD);
    }
}
