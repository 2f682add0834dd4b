package io.persist.cli;

import io.persist.client.PersistClient;
import io.persist.client.PersistLocation;
import io.persist.client.ShardReport;
import io.persist.codec.CorruptDataException;
import io.persist.codec.ShardId;
import io.persist.shard.IncompatibleShardException;
import io.persist.store.StoreException;

import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

import java.io.PrintWriter;
import java.util.concurrent.Callable;

/** {@code inspect}: one shard's newest state. */
@Command(
        name = "inspect",
        description =
                "Shows what is in a shard: frontiers, batches, runs, parts, writers, readers,"
                        + " rollups.",
        mixinStandardHelpOptions = true)
@SuppressWarnings("NullAway.Init") // picocli sets the fields
final class InspectCommand implements Callable<Integer> {
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

    @Option(names = "--json", description = "One JSON object on one line.")
    private boolean json;

    @Spec private CommandSpec spec;

    @Override
    public Integer call()
            throws StoreException,
                    CorruptDataException,
                    IncompatibleShardException,
                    InterruptedException,
                    CommandFailed {
        PrintWriter out = spec.commandLine().getOut();
        try (PersistClient client = Locations.openExisting(location)) {
            ShardReport report =
                    client.inspect(shard)
                            .orElseThrow(
                                    () ->
                                            new CommandFailed(
                                                    "no shard "
                                                            + shard
                                                            + " in "
                                                            + location.consensus()));
            if (json) {
                Output.line(out, ReportRendering.json(report));
            } else {
                ReportRendering.print(out, report);
            }
        }
        return 0;
    }
}
