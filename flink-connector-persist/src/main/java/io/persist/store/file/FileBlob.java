package io.persist.store.file;

import io.persist.codec.Bytes;
import io.persist.store.Blob;
import io.persist.store.BlobKey;
import io.persist.store.StoreException;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.UUID;
import java.util.function.Supplier;

/**
 * Blobs as files below one directory. Safe for use by many threads and processes, as long as the
 * file system renames atomically. A blob is durable when {@link #set} returns.
 *
 * <p>Files whose names cannot be part of a key (temporary ones, tombstones, strangers) are no
 * blobs: listings leave them out.
 */
public final class FileBlob implements Blob {
    private static final String TEMPORARY = ".tmp";
    private static final String TOMBSTONE = ".bak";

    /** What a delete does. */
    public enum Deletion {
        UNLINK,
        /** Renames to {@code <name>.bak}, from where {@link #restore} brings it back. */
        TOMBSTONE
    }

    private final Path root;
    private final BlobLayout layout;
    private final Deletion deletion;
    private final Supplier<UUID> ids;

    private FileBlob(Path root, BlobLayout layout, Deletion deletion, Supplier<UUID> ids) {
        this.root = root;
        this.layout = layout;
        this.deletion = deletion;
        this.ids = ids;
    }

    /**
     * Opens a directory, created if missing.
     *
     * @param wanted null for the layout that the directory is in, and {@code NESTED} for a new one
     * @param ids for the names of temporary files; must not repeat between processes
     * @throws StoreException.Determinate if the directory cannot be used, is in another layout than
     *     {@code wanted}, or holds names that this JVM cannot express
     */
    public static FileBlob open(
            Path root, @Nullable BlobLayout wanted, Deletion deletion, Supplier<UUID> ids)
            throws StoreException {
        BlobLayout found;
        try {
            DurableFiles.createDirectories(root);
            found = BlobLayout.detect(root);
        } catch (IOException e) {
            throw new StoreException.Determinate("cannot open blob directory " + root, e);
        }
        if (wanted != null && found != null && wanted != found) {
            throw new StoreException.Determinate(
                    "blob directory "
                            + root
                            + " is in the "
                            + name(found)
                            + " layout, not "
                            + name(wanted)
                            + " as asked for: leave out the layout, or use another directory");
        }
        BlobLayout layout = wanted != null ? wanted : found != null ? found : BlobLayout.NESTED;
        layout.requireNameable(root);
        return new FileBlob(root, layout, deletion, ids);
    }

    @Override
    public Optional<Bytes> get(BlobKey key) throws StoreException {
        Path file = layout.file(root, key);
        try {
            return Optional.of(DurableFiles.read(file));
        } catch (NoSuchFileException e) {
            return Optional.empty();
        } catch (IOException e) {
            throw new StoreException.Determinate("cannot read blob file " + file, e);
        }
    }

    @Override
    public void set(BlobKey key, Bytes value) throws StoreException {
        Path file = layout.file(root, key);
        Path temporary = suffixed(file, "." + ids.get() + TEMPORARY);
        try {
            DurableFiles.writeNew(temporary, value);
        } catch (IOException e) {
            DurableFiles.discard(temporary);
            throw new StoreException.Determinate(
                    "cannot write the " + value.length() + " bytes of blob file " + file, e);
        }
        try {
            Files.move(temporary, file, StandardCopyOption.ATOMIC_MOVE);
            DurableFiles.sync(DurableFiles.parent(file));
        } catch (IOException e) {
            DurableFiles.discard(temporary);
            throw new StoreException.Indeterminate("blob file " + file + " may not be durable", e);
        }
    }

    @Override
    public OptionalLong modifiedMillis(BlobKey key) throws StoreException {
        Path file = layout.file(root, key);
        try {
            return OptionalLong.of(Files.getLastModifiedTime(file).toMillis());
        } catch (NoSuchFileException e) {
            return OptionalLong.empty();
        } catch (IOException e) {
            throw new StoreException.Determinate("cannot look at blob file " + file, e);
        }
    }

    @Override
    public OptionalLong delete(BlobKey key) throws StoreException {
        Path file = layout.file(root, key);
        try {
            long size = Files.size(file);
            if (deletion == Deletion.TOMBSTONE) {
                Files.move(file, suffixed(file, TOMBSTONE), StandardCopyOption.ATOMIC_MOVE);
            } else {
                Files.delete(file);
                dropRollupFolder(DurableFiles.parent(file));
            }
            return OptionalLong.of(size);
        } catch (NoSuchFileException e) {
            return OptionalLong.empty();
        } catch (IOException e) {
            throw new StoreException.Indeterminate("cannot delete blob file " + file, e);
        }
    }

    /** In the nested layout only folders that can hold such keys are read. */
    @Override
    public void list(String prefix, Visitor visitor) throws StoreException {
        try {
            if (layout == BlobLayout.FLAT) {
                listFlat(prefix, visitor);
            } else {
                listNested(root, "", prefix, visitor);
            }
        } catch (StoreException e) {
            throw e;
        } catch (IOException e) {
            throw new StoreException.Determinate(
                    "cannot list blob directory " + root + " for keys '" + prefix + "…'", e);
        }
    }

    @Override
    public void restore(BlobKey key) throws StoreException {
        Path file = layout.file(root, key);
        if (Files.exists(file)) {
            return;
        }
        try {
            Files.move(suffixed(file, TOMBSTONE), file, StandardCopyOption.ATOMIC_MOVE);
            DurableFiles.sync(DurableFiles.parent(file));
        } catch (NoSuchFileException e) {
            if (!Files.exists(file)) {
                throw new StoreException.Determinate(
                        "blob file " + file + " does not exist, and neither does a tombstone of it",
                        e);
            }
        } catch (IOException e) {
            throw new StoreException.Indeterminate("cannot restore blob file " + file, e);
        }
    }

    @Override
    public void close() {}

    @Override
    public String toString() {
        return "FileBlob(" + root + ", " + name(layout) + ")";
    }

    private void listFlat(String prefix, Visitor visitor) throws IOException {
        for (Path file : DurableFiles.list(root)) {
            String key = String.valueOf(file.getFileName()).replace(BlobLayout.SLASH, '/');
            if (key.startsWith(prefix) && isKey(key)) {
                visitFile(key, file, visitor);
            }
        }
    }

    private void listNested(Path folder, String parentKey, String prefix, Visitor visitor)
            throws IOException {
        for (Path entry : entries(folder, parentKey, prefix)) {
            String name = String.valueOf(entry.getFileName());
            String key = parentKey + name;
            if (!FileKey.isComponent(name)) {
                continue;
            }
            if (Files.isDirectory(entry)) {
                String below = key + "/";
                if (below.startsWith(prefix) || prefix.startsWith(below)) {
                    listNested(entry, below, prefix, visitor);
                }
            } else if (key.startsWith(prefix)) {
                visitFile(key, entry, visitor);
            }
        }
    }

    /**
     * The entries of a folder that a prefix can concern: one, where the prefix names it in full.
     */
    private static Iterable<Path> entries(Path folder, String parentKey, String prefix)
            throws IOException {
        int end = prefix.indexOf('/', parentKey.length());
        if (end < 0) {
            return DurableFiles.list(folder);
        }
        String only = prefix.substring(parentKey.length(), end);
        return FileKey.isComponent(only) ? List.of(folder.resolve(only)) : List.of();
    }

    private static void visitFile(String key, Path file, Visitor visitor) throws IOException {
        long size;
        try {
            size = Files.size(file);
        } catch (NoSuchFileException e) {
            return; // deleted since the folder was read
        }
        visitor.visit(new BlobKey(key), size);
    }

    /**
     * A rollup's folder holds that rollup alone, so it would stay behind empty. A concurrent {@link
     * #set} makes it again.
     */
    private void dropRollupFolder(Path folder) {
        if (layout == BlobLayout.FLAT || !String.valueOf(folder.getFileName()).startsWith("v")) {
            return;
        }
        try {
            Files.delete(folder);
        } catch (IOException e) {
            assert !folder.equals(root) : e; // not empty, or gone: either is fine
        }
    }

    private static boolean isKey(String key) {
        for (String component : key.split("/", -1)) {
            if (!FileKey.isComponent(component)) {
                return false;
            }
        }
        return true;
    }

    private static Path suffixed(Path file, String suffix) {
        return file.resolveSibling(file.getFileName() + suffix);
    }

    private static String name(BlobLayout layout) {
        return layout.name().toLowerCase(Locale.ROOT);
    }
}
