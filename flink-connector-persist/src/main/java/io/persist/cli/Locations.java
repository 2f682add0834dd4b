package io.persist.cli;

import io.persist.client.PersistClient;
import io.persist.client.PersistConfig;
import io.persist.client.PersistLocation;
import io.persist.store.StoreException;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.net.URI;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;

/** Opening a location to look into it: one that is not there is an error, and is not created. */
final class Locations {
    private Locations() {}

    static PersistClient openExisting(PersistLocation location)
            throws StoreException, CommandFailed {
        return openExisting(location, PersistConfig.builder().build());
    }

    static PersistClient openExisting(PersistLocation location, PersistConfig config)
            throws StoreException, CommandFailed {
        requireExisting(location.blob());
        refuseDump(requireExisting(location.consensus()));
        return PersistClient.open(location, config);
    }

    /** The directory behind a path or file URI, which must be there; null for other stores. */
    private static @Nullable Path requireExisting(String uri) throws CommandFailed {
        int query = uri.indexOf('?');
        String plain = query < 0 ? uri : uri.substring(0, query);
        boolean isFile = plain.startsWith("file:");
        if (!isFile && plain.matches("[A-Za-z][A-Za-z0-9+.-]+:.*")) {
            return null;
        }
        Path directory = isFile ? Path.of(URI.create(plain)) : Path.of(plain);
        if (!Files.isDirectory(directory)) {
            throw new CommandFailed(
                    "there is no location here: "
                            + directory
                            + " is not a directory (a location has the directories blob and"
                            + " consensus)");
        }
        return directory;
    }

    /** A dump looks like a location, but its log is no live one. */
    private static void refuseDump(@Nullable Path consensus) throws CommandFailed {
        if (consensus == null) {
            return;
        }
        try (DirectoryStream<Path> shards = Files.newDirectoryStream(consensus, "s*")) {
            for (Path shard : shards) {
                try (DirectoryStream<Path> entries = Files.newDirectoryStream(shard, "[0-9]*")) {
                    if (entries.iterator().hasNext()) {
                        throw new CommandFailed(
                                consensus.getParent()
                                        + " is a dump, not a location: bring it into one with"
                                        + " 'persist import "
                                        + consensus.getParent()
                                        + " PATH'");
                    }
                }
            }
        } catch (IOException e) {
            throw new CommandFailed("cannot read " + consensus + ": " + e);
        }
    }
}
