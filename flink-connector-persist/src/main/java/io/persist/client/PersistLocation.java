package io.persist.client;

import org.jspecify.annotations.Nullable;

/**
 * Where shards live: a blob store and a consensus store. Whether the URIs name stores that exist is
 * found out by opening them.
 *
 * @param blob URI of the blob store
 * @param consensus URI of the consensus store
 */
public record PersistLocation(String blob, String consensus) {
    /**
     * A location from the one text that a user gives: {@code mem:name}, a URI such as {@code
     * file:///dir}, or the path of a directory. Blobs go below {@code <path>/blob}, the log below
     * {@code <path>/consensus}. Options after a question mark are those of the blob store.
     *
     * @throws IllegalArgumentException if the text is blank
     */
    public static PersistLocation parse(String path) {
        return of(path, null, null);
    }

    /**
     * {@link #parse} with either store put elsewhere.
     *
     * @param blob URI to use instead of {@code <path>/blob}; null for that
     * @param consensus URI to use instead of {@code <path>/consensus}; null for that
     */
    public static PersistLocation of(
            String path, @Nullable String blob, @Nullable String consensus) {
        if (path.isBlank()) {
            throw new IllegalArgumentException(
                    "an empty path names no location: give a directory, or a URI such as"
                            + " file:///absolute/directory");
        }
        int question = path.indexOf('?');
        String root = question < 0 ? path : path.substring(0, question);
        String options = question < 0 ? "" : path.substring(question);
        String slash = root.endsWith("/") ? "" : "/";
        return new PersistLocation(
                blob == null ? root + slash + "blob" + options : blob,
                consensus == null ? root + slash + "consensus" : consensus);
    }
}
