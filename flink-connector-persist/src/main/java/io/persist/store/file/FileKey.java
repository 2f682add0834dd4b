package io.persist.store.file;

import io.persist.codec.CorruptDataException;
import io.persist.store.StoreException;

import java.nio.file.Path;
import java.util.regex.Pattern;

/** Which keys may become file names. */
final class FileKey {
    /** What file systems take, with room for the suffix of a temporary file. */
    private static final int MAX_COMPONENT = 128;

    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9_-]{1," + MAX_COMPONENT + "}");

    private FileKey() {}

    /** The key as folders and a file below {@code root}. */
    static Path resolve(Path root, String key) throws StoreException {
        check(key);
        return root.resolve(key);
    }

    /**
     * @throws StoreException.Determinate unless every component of the key is a plain name
     */
    static void check(String key) throws StoreException {
        for (String component : key.split("/", -1)) {
            if (!isComponent(component)) {
                CorruptDataException bad =
                        new CorruptDataException(
                                "key '"
                                        + key
                                        + "' cannot be stored as a file: expected components of 1"
                                        + " to "
                                        + MAX_COMPONENT
                                        + " ASCII letters, digits, '-' or '_', found '"
                                        + component
                                        + "'");
                throw new StoreException.Determinate(String.valueOf(bad.getMessage()), bad);
            }
        }
    }

    static boolean isComponent(String name) {
        return NAME.matcher(name).matches();
    }
}
