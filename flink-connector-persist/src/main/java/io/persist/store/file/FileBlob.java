package io.persist.store.file;

import io.persist.codec.Bytes;
import io.persist.store.Blob;
import io.persist.store.BlobKey;
import io.persist.store.StoreException;

import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.UUID;
import java.util.function.Supplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Blobs as files below one directory. Safe for use by many threads and processes, as long as the
 * file system renames atomically. A blob is durable when {@link #set} returns.
 *
 * <p>Files whose names cannot be part of a key (temporary ones, tombstones, strangers) are no
 * blobs: listings leave them out. What a process that was killed left half written stays until
 * somebody asks for {@link #halfWritten} and deletes it.
 */
public final class FileBlob implements Blob {
    private static final String TEMPORARY = ".tmp";
    private static final String TOMBSTONE = ".bak";

    /** A key's name, and what {@link #set} adds to it. */
    private static final Pattern TEMPORARY_NAME =
            Pattern.compile("(.+)\\.[0-9a-f-]{36}" + Pattern.quote(TEMPORARY));

    private static final Logger LOG = LoggerFactory.getLogger(FileBlob.class);

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
            requireThere("read", file);
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
            DurableFiles.writeNew(root, temporary, value);
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

    /** Nothing is missing that is out of reach. */
    private void requireThere(String what, Path file) throws StoreException {
        try {
            DurableFiles.requireThere(root);
        } catch (NoSuchFileException e) {
            throw new StoreException.Determinate("cannot " + what + " blob file " + file, e);
        }
    }

    @Override
    public OptionalLong modifiedMillis(BlobKey key) throws StoreException {
        Path file = layout.file(root, key);
        try {
            return OptionalLong.of(Files.getLastModifiedTime(file).toMillis());
        } catch (NoSuchFileException e) {
            requireThere("look at", file);
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
            requireThere("delete", file);
            return OptionalLong.empty();
        } catch (IOException e) {
            throw new StoreException.Indeterminate("cannot delete blob file " + file, e);
        }
    }

    /** In the nested layout only folders that can hold such keys are read. */
    @Override
    public void list(String prefix, Visitor visitor) throws StoreException {
        walk(
                prefix,
                (name, file) -> {
                    if (isKey(name)) {
                        visitFile(name, file, visitor);
                    }
                });
    }

    /** Temporary files: those of calls that go on are only seconds old. */
    @Override
    public List<HalfWritten> halfWritten(String prefix) throws StoreException {
        List<HalfWritten> found = new ArrayList<>();
        walk(
                prefix,
                (name, file) -> {
                    Matcher matcher = TEMPORARY_NAME.matcher(name);
                    if (matcher.matches() && isKey(matcher.group(1))) {
                        addHalfWritten(file, found);
                    }
                });
        return found;
    }

    private void addHalfWritten(Path file, List<HalfWritten> found) throws IOException {
        try {
            BasicFileAttributes facts = Files.readAttributes(file, BasicFileAttributes.class);
            found.add(
                    new HalfWritten(
                            root.relativize(file).toString(),
                            facts.size(),
                            facts.lastModifiedTime().toMillis()));
        } catch (NoSuchFileException e) {
            LOG.debug("{} was renamed or deleted since its folder was read", file, e);
        }
    }

    @Override
    public void delete(HalfWritten left) throws StoreException {
        Path file = root.resolve(left.place());
        if (!left.place().endsWith(TEMPORARY)) {
            throw new IllegalArgumentException(file + " is not half written");
        }
        try {
            Files.deleteIfExists(file);
        } catch (IOException e) {
            throw new StoreException.Indeterminate("cannot delete half-written file " + file, e);
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

    /** Told of files: by the key that the file would have, if its name could be part of one. */
    private interface FileVisitor {
        void visit(String name, Path file) throws IOException;
    }

    private void walk(String prefix, FileVisitor visitor) throws StoreException {
        try {
            DurableFiles.requireThere(root);
            if (layout == BlobLayout.NESTED) {
                walkNested(root, "", prefix, visitor);
                return;
            }
            for (Path file : DurableFiles.list(root)) {
                String name = String.valueOf(file.getFileName()).replace(BlobLayout.SLASH, '/');
                if (name.startsWith(prefix)) {
                    visitor.visit(name, file);
                }
            }
        } catch (StoreException e) {
            throw e;
        } catch (IOException e) {
            throw new StoreException.Determinate(
                    "cannot list blob directory " + root + " for keys '" + prefix + "…'", e);
        }
    }

    private void walkNested(Path folder, String parentKey, String prefix, FileVisitor visitor)
            throws IOException {
        for (Path entry : entries(folder, parentKey, prefix)) {
            String component = String.valueOf(entry.getFileName());
            String name = parentKey + component;
            if (FileKey.isComponent(component) && Files.isDirectory(entry)) {
                String below = name + "/";
                if (below.startsWith(prefix) || prefix.startsWith(below)) {
                    walkNested(entry, below, prefix, visitor);
                }
            } else if (name.startsWith(prefix)) {
                visitor.visit(name, entry);
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
