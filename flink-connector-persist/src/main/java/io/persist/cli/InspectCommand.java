package io.persist.cli;

import io.persist.client.PersistClient;
import io.persist.client.ShardReport;
import io.persist.codec.CorruptDataException;
import io.persist.shard.IncompatibleShardException;
import io.persist.store.StoreException;

import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

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
    @Mixin private ShardTarget target;

    @Override
    public Integer call()
            throws StoreException,
                    CorruptDataException,
                    IncompatibleShardException,
                    InterruptedException,
                    CommandFailed {
        PrintWriter out = target.out();
        try (PersistClient client = target.open()) {
            ShardReport report = client.inspect(target.shard()).orElseThrow(target::noShard);
            if (target.json()) {
                Output.line(out, ReportRendering.json(report));
            } else {
                ReportRendering.print(out, report);
            }
        }
        return 0;
    }
}
