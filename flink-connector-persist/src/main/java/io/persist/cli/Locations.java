package io.persist.cli;

import io.persist.client.PersistClient;
import io.persist.client.PersistLocation;
import io.persist.store.StoreException;

import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;

/** Opening a location to look into it: one that is not there is an error, and is not created. */
final class Locations {
    private Locations() {}

    static PersistClient openExisting(PersistLocation location)
            throws StoreException, CommandFailed {
        requireExisting(location.blob());
        requireExisting(location.consensus());
        return PersistClient.open(location);
    }

    private static void requireExisting(String uri) throws CommandFailed {
        int query = uri.indexOf('?');
        String plain = query < 0 ? uri : uri.substring(0, query);
        if (plain.startsWith("file:") && !Files.isDirectory(Path.of(URI.create(plain)))) {
            throw new CommandFailed(
                    "there is no location here: "
                            + Path.of(URI.create(plain))
                            + " is not a directory"
                            + " (a location has the directories blob and consensus)");
        }
    }
}
