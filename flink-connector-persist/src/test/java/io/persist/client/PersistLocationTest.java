package io.persist.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.nio.file.Files;
import java.nio.file.Path;

final class PersistLocationTest {
    @Test
    void bothStoresLieBelowThePath() {
        assertThat(PersistLocation.parse("mem:x"))
                .isEqualTo(new PersistLocation("mem:x/blob", "mem:x/consensus"));
        assertThat(PersistLocation.parse("file:///data/shards/"))
                .isEqualTo(
                        new PersistLocation(
                                "file:///data/shards/blob", "file:///data/shards/consensus"));
        assertThat(PersistLocation.parse("some/dir"))
                .isEqualTo(new PersistLocation("some/dir/blob", "some/dir/consensus"));
    }

    @Test
    void optionsAreThoseOfTheBlobStore() {
        assertThat(PersistLocation.parse("file:///data?layout=flat"))
                .isEqualTo(
                        new PersistLocation(
                                "file:///data/blob?layout=flat", "file:///data/consensus"));
    }

    @Test
    void eitherStoreCanBeElsewhere() {
        assertThat(PersistLocation.of("mem:x", "mem:blobs", null))
                .isEqualTo(new PersistLocation("mem:blobs", "mem:x/consensus"));
        assertThat(PersistLocation.of("mem:x", null, "mem:log"))
                .isEqualTo(new PersistLocation("mem:x/blob", "mem:log"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "  "})
    void anEmptyPathIsRefused(String path) {
        assertThatThrownBy(() -> PersistLocation.parse(path))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("empty path");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "gopher://x/y",
                "file://host/dir",
                "file:relative",
                "mem:x?layout=flat",
                "s3://bucket/prefix"
            })
    void malformedAndUnknownUrisAreRefusedByName(String uri) {
        assertThatThrownBy(() -> PersistClient.open(PersistLocation.parse(uri)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(uri.replaceFirst("\\?.*", ""));
    }

    @Test
    void aPathThatIsAFileIsRefusedByName(@TempDir Path directory) throws Exception {
        Path file = Files.writeString(directory.resolve("occupied"), "not a directory");
        assertThatThrownBy(() -> PersistClient.open(PersistLocation.parse(file.toString())))
                .isInstanceOf(io.persist.store.StoreException.Determinate.class)
                .hasMessageContaining("occupied");
        assertThat(file).hasContent("not a directory");
    }
}
