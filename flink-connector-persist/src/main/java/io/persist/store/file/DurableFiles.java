package io.persist.store.file;

import io.persist.codec.Bytes;

import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;

/** Reading and writing of whole files, flushed to the device. */
public final class DurableFiles {
    /** Bytes per call: the JDK keeps a direct buffer of this size for every thread that does it. */
    private static final int CHUNK_BYTES = 256 << 10;

    /** How often a directory may vanish under us before we give up. */
    private static final int MAX_VANISHED = 16;

    private DurableFiles() {}

    /** Makes the directory that a file is to be in. */
    private interface Missing {
        void make(Path directory) throws IOException;
    }

    /**
     * Writes a file that must not exist, and the directories between it and {@code root} as needed,
     * and flushes it. On failure it may be left half written.
     *
     * @throws NoSuchFileException if the root is gone
     */
    static void writeNew(Path root, Path file, Bytes value) throws IOException {
        write(
                file,
                value,
                directory -> {
                    requireThere(root);
                    createDirectories(directory);
                });
        sync(file);
    }

    /**
     * A directory that is in use does not vanish but for a volume that is not mounted any more.
     * What is in it is not gone, and what would be written to another one in its place, would be.
     */
    static void requireThere(Path root) throws NoSuchFileException {
        if (!Files.isDirectory(root)) {
            throw new NoSuchFileException(
                    root.toString(), null, "the directory is gone: was its volume unmounted?");
        }
    }

    /**
     * Writes a file that must not exist, and the directories above it as needed. It is durable once
     * it and its directory have been given to {@link #sync}: many files are flushed faster when all
     * have been written.
     */
    public static void write(Path file, Bytes value) throws IOException {
        write(file, value, DurableFiles::createDirectories);
    }

    private static void write(Path file, Bytes value, Missing missing) throws IOException {
        for (int vanished = 0; ; vanished++) {
            try (FileChannel channel =
                    FileChannel.open(
                            file, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
                for (int from = 0; from < value.length(); from += CHUNK_BYTES) {
                    int count = Math.min(CHUNK_BYTES, value.length() - from);
                    ByteBuffer chunk = value.slice(from, count).asByteBuffer();
                    while (chunk.hasRemaining()) {
                        channel.write(chunk);
                    }
                }
                return;
            } catch (NoSuchFileException e) {
                if (vanished == MAX_VANISHED) {
                    throw e;
                }
                missing.make(parent(file));
            }
        }
    }

    /**
     * @throws NoSuchFileException if it does not exist
     */
    public static Bytes read(Path file) throws IOException {
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
            byte[] bytes = new byte[Math.toIntExact(channel.size())];
            int at = 0;
            while (at < bytes.length) {
                int count = Math.min(CHUNK_BYTES, bytes.length - at);
                int read = channel.read(ByteBuffer.wrap(bytes, at, count));
                if (read < 0) {
                    throw new EOFException(
                            file + " ends at " + at + " of its " + bytes.length + " bytes");
                }
                at += read;
            }
            return Bytes.takeArray(bytes);
        }
    }

    /** Creates a directory and those above it, each durable before this returns. */
    public static void createDirectories(Path directory) throws IOException {
        if (Files.isDirectory(directory)) {
            return;
        }
        Path parent = directory.getParent();
        if (parent != null) {
            createDirectories(parent);
        }
        try {
            Files.createDirectory(directory);
        } catch (FileAlreadyExistsException e) {
            if (!Files.isDirectory(directory)) {
                throw new NotDirectoryException(directory + " (it is a file)");
            }
        }
        if (parent != null) {
            sync(parent);
        }
    }

    /** Makes the contents of a file, or the names in a directory, durable. */
    public static void sync(Path path) throws IOException {
        try (FileChannel channel = FileChannel.open(path, StandardOpenOption.READ)) {
            channel.force(true);
        }
    }

    /** What a directory holds; nothing if it does not exist. */
    public static List<Path> list(Path directory) throws IOException {
        List<Path> entries = new ArrayList<>();
        try (DirectoryStream<Path> stream = Files.newDirectoryStream(directory)) {
            stream.forEach(entries::add);
        } catch (NoSuchFileException e) {
            return List.of();
        } catch (DirectoryIteratorException e) {
            throw e.getCause();
        }
        return entries;
    }

    /** Removes a temporary file; one that stays is never mistaken for data. */
    static void discard(Path temporary) {
        try {
            Files.deleteIfExists(temporary);
        } catch (IOException e) {
            assert temporary.toString().endsWith(".tmp") : e;
        }
    }

    static Path parent(Path file) {
        Path parent = file.getParent();
        if (parent == null) {
            throw new IllegalArgumentException("no directory above " + file);
        }
        return parent;
    }
}
