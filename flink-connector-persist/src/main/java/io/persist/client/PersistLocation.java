package io.persist.client;

import org.jspecify.annotations.Nullable;

import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.Path;

/**
 * Where shards live: a blob store and a consensus store.
 *
 * @param blob URI of the blob store
 * @param consensus URI of the consensus store
 */
public record PersistLocation(String blob, String consensus) {
    /**
     * A location from the one text that a user gives: {@code mem:name}, a URI such as {@code
     * file:///dir}, or the path of a directory. Blobs go below {@code <path>/blob}, the log below
     * {@code <path>/consensus}.
     *
     * @throws IllegalArgumentException naming the text and what is wrong with it
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
        String root = root(path);
        return new PersistLocation(
                blob == null ? below(root, "blob") : checked(blob),
                consensus == null ? below(root, "consensus") : checked(consensus));
    }

    private static String root(String path) {
        if (path.isBlank()) {
            throw new IllegalArgumentException(
                    "an empty path names no location: give a directory or a URI such as"
                            + " file:///dir");
        }
        boolean hasScheme = path.matches("[A-Za-z][A-Za-z0-9+.-]+:.*");
        return hasScheme ? checked(path) : Path.of(path).toAbsolutePath().normalize().toUri() + "";
    }

    /** A path below the root, its query kept: it holds options of the store. */
    private static String below(String root, String name) {
        int query = root.indexOf('?');
        String path = query < 0 ? root : root.substring(0, query);
        String options = query < 0 ? "" : root.substring(query);
        String slash = path.endsWith("/") ? "" : "/";
        return path + slash + name + options;
    }

    private static String checked(String uri) {
        try {
            URI parsed = new URI(uri);
            if (parsed.getScheme() == null) {
                return Path.of(uri).toAbsolutePath().normalize().toUri() + "";
            }
            boolean slashes = parsed.getScheme().equals("file") && parsed.getPath() == null;
            if (slashes || parsed.getFragment() != null) {
                throw new IllegalArgumentException(
                        "'"
                                + uri
                                + "' is no location: expected file:///absolute/dir or scheme://…");
            }
            return uri;
        } catch (URISyntaxException e) {
            throw new IllegalArgumentException("'" + uri + "' is no URI: " + e.getMessage(), e);
        }
    }
}
