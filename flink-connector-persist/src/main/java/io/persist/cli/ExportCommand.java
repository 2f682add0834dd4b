package io.persist.cli;

import io.persist.client.PersistClient;
import io.persist.store.StoreException;
import io.persist.store.dump.Dump;

import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.concurrent.Callable;

/** {@code export}: a shard as a directory, for backups and for moving it. */
@Command(
        name = "export",
        description = "Writes a shard's blobs and log into a directory (the dump form).",
        mixinStandardHelpOptions = true)
@SuppressWarnings("NullAway.Init") // picocli sets the fields
final class ExportCommand implements Callable<Integer> {
    @Mixin private ShardTarget target;

    @Parameters(
            index = "2",
            paramLabel = "DIR",
            description = "Directory to write; empty or not there yet.")
    private Path directory;

    @Override
    public Integer call() throws StoreException, CommandFailed {
        PrintWriter out = target.out();
        try (PersistClient client = target.open()) {
            Dump dump = client.exportShard(target.shard(), directory);
            if (target.json()) {
                Output.line(out, Output.dump(dump));
            } else {
                out.println(
                        "exported shard "
                                + dump.shard()
                                + " to "
                                + directory
                                + ": "
                                + dump.entries()
                                + " log entries, "
                                + dump.blobs()
                                + " blobs, "
                                + Output.size(dump.blobBytes()));
            }
        }
        return 0;
    }
}
