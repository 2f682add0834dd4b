package io.persist.store.file;

import io.persist.codec.Bytes;
import io.persist.store.ConditionalObjects;
import io.persist.store.StoreException;

import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Supplier;

/**
 * Conditional objects as files below one directory, created by hard link: of any number of
 * processes that link the same name exactly one succeeds, and the file behind it is complete. Safe
 * for use by many threads and processes on a local file system; one that is mounted from elsewhere
 * must keep that promise too.
 */
public final class FileObjects implements ConditionalObjects {
    private static final String TEMPORARY = ".tmp";

    private final Path root;
    private final Supplier<UUID> ids;

    private FileObjects(Path root, Supplier<UUID> ids) {
        this.root = root;
        this.ids = ids;
    }

    /**
     * Opens a directory, created if missing.
     *
     * @param ids for the names of temporary files; must not repeat between processes
     * @throws StoreException.Determinate if the directory cannot be used, or its file system has no
     *     hard links
     */
    public static FileObjects open(Path root, Supplier<UUID> ids) throws StoreException {
        Path first = root.resolve("." + ids.get() + TEMPORARY);
        Path second = root.resolve("." + ids.get() + TEMPORARY);
        try {
            DurableFiles.createDirectories(root);
            DurableFiles.writeNew(root, first, Bytes.EMPTY);
        } catch (IOException e) {
            DurableFiles.discard(first);
            throw new StoreException.Determinate("cannot write to consensus directory " + root, e);
        }
        try {
            Files.createLink(second, first);
        } catch (IOException | UnsupportedOperationException e) {
            throw new StoreException.Determinate(
                    "consensus directory "
                            + root
                            + " is on a file system without hard links, which a consensus on files"
                            + " needs: use a local file system, or give a PostgreSQL URL as"
                            + " consensus",
                    e);
        } finally {
            DurableFiles.discard(first);
            DurableFiles.discard(second);
        }
        return new FileObjects(root, ids);
    }

    @Override
    public boolean createIfAbsent(String key, Bytes value) throws StoreException {
        Path file = FileKey.resolve(root, key);
        Path temporary = file.resolveSibling("." + ids.get() + TEMPORARY);
        try {
            DurableFiles.writeNew(root, temporary, value);
        } catch (IOException e) {
            DurableFiles.discard(temporary);
            throw new StoreException.Determinate(
                    "cannot write the " + value.length() + " bytes of " + file, e);
        }
        try {
            Files.createLink(file, temporary);
        } catch (FileAlreadyExistsException e) {
            return false;
        } catch (IOException | UnsupportedOperationException e) {
            throw new StoreException.Indeterminate("cannot link " + file, e);
        } finally {
            DurableFiles.discard(temporary);
        }
        try {
            DurableFiles.sync(DurableFiles.parent(file));
        } catch (IOException e) {
            throw new StoreException.Indeterminate(file + " may not be durable", e);
        }
        return true;
    }

    @Override
    public Optional<Bytes> get(String key) throws StoreException {
        Path file = FileKey.resolve(root, key);
        try {
            return read(file);
        } catch (IOException e) {
            throw new StoreException.Determinate("cannot read " + file, e);
        }
    }

    private Optional<Bytes> read(Path file) throws IOException {
        try {
            return Optional.of(DurableFiles.read(file));
        } catch (NoSuchFileException e) {
            DurableFiles.requireThere(root);
            return Optional.empty();
        }
    }

    @Override
    public void delete(String key) throws StoreException {
        Path file = FileKey.resolve(root, key);
        try {
            if (!Files.deleteIfExists(file)) {
                DurableFiles.requireThere(root);
            }
        } catch (IOException e) {
            throw new StoreException.Indeterminate("cannot delete " + file, e);
        }
    }

    @Override
    public List<String> list(String folder) throws StoreException {
        Path directory =
                folder.isEmpty()
                        ? root
                        : FileKey.resolve(root, folder.substring(0, folder.length() - 1));
        try {
            DurableFiles.requireThere(root);
            return DurableFiles.list(directory).stream()
                    .map(entry -> String.valueOf(entry.getFileName()))
                    .filter(FileKey::isComponent)
                    .toList();
        } catch (IOException e) {
            throw new StoreException.Determinate("cannot list " + directory, e);
        }
    }

    @Override
    public void close() {}

    @Override
    public String toString() {
        return "FileObjects(" + root + ")";
    }
}
