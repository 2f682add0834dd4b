package io.persist.store.file;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.persist.codec.Bytes;
import io.persist.store.ConditionalObjects;
import io.persist.store.StoreException;
import io.persist.testing.ConditionalObjectsContract;
import io.persist.testing.SeededIds;

import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

class FileObjectsTest extends ConditionalObjectsContract {
    private final SeededIds ids = new SeededIds(1);

    @TempDir Path root;

    @Override
    protected ConditionalObjects client() throws StoreException {
        return FileObjects.open(root.resolve("a/b"), ids);
    }

    @Test
    void keyIsTheFilesPathAndNothingElseStays() throws IOException {
        ConditionalObjects objects = client();
        objects.createIfAbsent("s1/log/00000000000000000007", Bytes.utf8("seven"));
        objects.createIfAbsent("s1/log/00000000000000000007", Bytes.utf8("again"));
        try (Stream<Path> files = Files.walk(root).filter(Files::isRegularFile)) {
            assertThat(files).containsExactly(root.resolve("a/b/s1/log/00000000000000000007"));
        }
    }

    @Test
    void leftOverTemporaryFilesAreNotListed() throws IOException {
        ConditionalObjects objects = client();
        objects.createIfAbsent("s1/log/1", Bytes.utf8("one"));
        Files.writeString(root.resolve("a/b/s1/log/.half.tmp"), "half");
        assertThat(objects.list("s1/log/")).containsExactly("1");
    }

    @Test
    void keysThatLeaveTheRootAreRefused() throws StoreException {
        ConditionalObjects objects = client();
        for (String key : List.of("../x", "a/../b", "", "/", "a//b", "a/", "a\0b", "a.b", "é")) {
            assertThatThrownBy(() -> objects.createIfAbsent(key, Bytes.EMPTY))
                    .as(key)
                    .isInstanceOf(StoreException.Determinate.class)
                    .hasMessageContaining("key '" + key + "'");
            assertThatThrownBy(() -> objects.get(key))
                    .isInstanceOf(StoreException.Determinate.class);
        }
    }

    @Test
    void pathThatIsAFileIsRefused() throws IOException {
        Path file = Files.writeString(root.resolve("file"), "");
        assertThatThrownBy(() -> FileObjects.open(file, ids))
                .isInstanceOf(StoreException.Determinate.class)
                .hasMessageContaining("consensus directory " + file)
                .hasRootCauseMessage(file + " (it is a file)");
        assertThatThrownBy(() -> FileObjects.open(file.resolve("below"), ids))
                .isInstanceOf(StoreException.Determinate.class)
                .hasMessageContaining(file + "/below");
    }

    @Test
    void pathThatCannotBeWrittenIsRefused() {
        assertThatThrownBy(() -> FileObjects.open(Path.of("/proc/persist"), ids))
                .isInstanceOf(StoreException.Determinate.class)
                .hasMessageContaining("cannot write to consensus directory /proc/persist");
    }

    @Test
    void interruptedCreateHasNoEffect() throws StoreException {
        ConditionalObjects objects = client();
        Thread.currentThread().interrupt();
        assertThatThrownBy(() -> objects.createIfAbsent("s1/log/1", Bytes.utf8("one")))
                .isInstanceOf(StoreException.class);
        assertThat(Thread.interrupted()).isTrue();
        assertThat(objects.get("s1/log/1")).isEmpty();
        assertThat(objects.list("s1/log/")).isEmpty();
    }

    @Test
    void directoryThatIsGoneFailsAndIsNotMadeAgain() throws IOException {
        ConditionalObjects objects = client();
        objects.createIfAbsent("s1/log/1", Bytes.utf8("one"));
        Path directory = root.resolve("a/b");
        Path elsewhere = Files.move(directory, root.resolve("elsewhere"));

        for (ThrowingCallable request :
                List.<ThrowingCallable>of(
                        () -> objects.get("s1/log/1"),
                        () -> objects.createIfAbsent("s1/log/2", Bytes.utf8("lost")),
                        () -> objects.delete("s1/log/1"),
                        () -> objects.list("s1/log/"))) {
            assertThatThrownBy(request)
                    .isInstanceOf(StoreException.class)
                    .hasStackTraceContaining(directory + ": the directory is gone");
        }
        assertThat(directory).doesNotExist();

        Files.move(elsewhere, directory);
        assertThat(objects.list("s1/log/")).containsExactly("1");
    }
}
