package io.persist.store.file;

import io.persist.codec.ShardId;
import io.persist.store.BlobKey;
import io.persist.store.StoreException;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.regex.Pattern;

/** How a blob's key becomes a file name. A folder is in one layout only. */
public enum BlobLayout {
    /** Folders: {@code <root>/<shard>/<writer or seqno>/<id>}. Plain ASCII, cheap to list. */
    NESTED {
        @Override
        Path file(Path root, BlobKey key) throws StoreException {
            return FileKey.resolve(root, key.text());
        }
    },

    /**
     * One folder of files, each slash of the key written as U+2215, as the original does it
     * (persist/file.rs, all releases). A JVM can name such files in a UTF-8 locale only.
     */
    FLAT {
        @Override
        Path file(Path root, BlobKey key) throws StoreException {
            FileKey.check(key.text());
            return root.resolve(key.text().replace('/', SLASH));
        }
    };

    /** Stands for a slash of the key in a flat file name. */
    static final char SLASH = '\u2215';

    /** A flat name, also one that the JVM could not decode (then it holds U+FFFD). */
    private static final Pattern FLAT_NAME = Pattern.compile("s[0-9a-f-]{36}[^A-Za-z0-9._-].*");

    abstract Path file(Path root, BlobKey key) throws StoreException;

    /**
     * The layout that a folder is in.
     *
     * @return null if it holds no blobs
     */
    static @Nullable BlobLayout detect(Path root) throws IOException {
        try (DirectoryStream<Path> entries = Files.newDirectoryStream(root)) {
            for (Path entry : entries) {
                String name = String.valueOf(entry.getFileName());
                if (FLAT_NAME.matcher(name).matches()) {
                    return FLAT;
                }
                if (isShard(name) && Files.isDirectory(entry)) {
                    return NESTED;
                }
            }
            return null;
        } catch (DirectoryIteratorException e) {
            throw e.getCause();
        }
    }

    /**
     * @throws StoreException.Determinate if this JVM cannot name the files
     */
    void requireNameable(Path root) throws StoreException {
        if (this == NESTED) {
            return;
        }
        try {
            Path slash = root.resolve(String.valueOf(SLASH));
            assert slash.toString().indexOf(SLASH) >= 0;
        } catch (InvalidPathException e) {
            throw new StoreException.Determinate(
                    "the blobs in "
                            + root
                            + " are in the flat layout, whose file names hold the character U+2215;"
                            + " this JVM cannot express it (sun.jnu.encoding is "
                            + System.getProperty("sun.jnu.encoding")
                            + "): start it with LC_ALL=C.UTF-8 in its environment",
                    e);
        }
    }

    private static boolean isShard(String name) {
        try {
            ShardId.parse(name);
            return true;
        } catch (IllegalArgumentException e) {
            return false;
        }
    }
}
