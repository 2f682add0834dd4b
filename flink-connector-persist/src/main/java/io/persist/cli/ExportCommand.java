package io.persist.cli;

import io.persist.client.PersistClient;
import io.persist.client.PersistLocation;
import io.persist.codec.ShardId;
import io.persist.store.StoreException;
import io.persist.store.dump.Dump;

import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

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
    @Parameters(
            index = "0",
            paramLabel = "PATH",
            converter = Target.Location.class,
            description = "Directory or URI.")
    private PersistLocation location;

    @Parameters(
            index = "1",
            paramLabel = "SHARD",
            converter = Target.Shard.class,
            description = "Shard id.")
    private ShardId shard;

    @Parameters(
            index = "2",
            paramLabel = "DIR",
            description = "Directory to write; empty or not there yet.")
    private Path directory;

    @Option(names = "--json", description = "One JSON object on one line.")
    private boolean json;

    @Spec private CommandSpec spec;

    @Override
    public Integer call() throws StoreException, CommandFailed {
        PrintWriter out = spec.commandLine().getOut();
        try (PersistClient client = Locations.openExisting(location)) {
            Dump dump = client.exportShard(shard, directory);
            if (json) {
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
