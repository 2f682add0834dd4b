package io.persist.cli;

import com.fasterxml.jackson.databind.node.ObjectNode;

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
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;

/**
 * {@code shards}: what a location holds. A shard that does not load is listed with what is wrong
 * with it.
 */
@Command(
        name = "shards",
        description = "Lists the shards of a location.",
        mixinStandardHelpOptions = true)
@SuppressWarnings("NullAway.Init") // picocli sets the fields
final class ShardsCommand implements Callable<Integer> {
    @Parameters(
            paramLabel = "PATH",
            converter = Target.Location.class,
            description = "Directory or URI.")
    private PersistLocation location;

    @Option(names = "--json", description = "One JSON object a line.")
    private boolean json;

    @Spec private CommandSpec spec;

    @Override
    public Integer call() throws StoreException, InterruptedException, CommandFailed {
        PrintWriter out = spec.commandLine().getOut();
        List<List<String>> rows = new ArrayList<>();
        rows.add(
                List.of(
                        "SHARD", "KEY", "UPPER", "SINCE", "SEQNO", "BATCHES", "PARTS", "UPDATES",
                        "BYTES"));
        int broken = 0;
        try (PersistClient client = Locations.openExisting(location)) {
            for (ShardId shard : client.listShards()) {
                ObjectNode object = Output.JSON.createObjectNode().put("shard", shard.toString());
                try {
                    Optional<ShardReport> report = client.inspect(shard);
                    if (report.isEmpty()) {
                        continue;
                    }
                    rows.add(row(report.get()));
                    fill(object, report.get());
                } catch (CorruptDataException | IncompatibleShardException e) {
                    broken++;
                    rows.add(List.of(shard.toString(), "ERROR: " + e.getMessage()));
                    object.put("error", e.getMessage());
                }
                if (json) {
                    Output.line(out, object);
                }
            }
        }
        if (!json) {
            Output.table(out, rows);
        }
        if (broken > 0) {
            throw new CommandFailed(broken + " of the shards do not load; see their lines");
        }
        return 0;
    }

    private static List<String> row(ShardReport report) {
        return List.of(
                report.shard().toString(),
                report.codecs().key(),
                report.upper().toString(),
                report.since().toString(),
                report.seqno().toString(),
                String.valueOf(report.batches().size()),
                String.valueOf(report.partCount()),
                String.valueOf(report.updateCount()),
                Output.size(report.encodedBytes()));
    }

    private static void fill(ObjectNode object, ShardReport report) {
        object.put("key_codec", report.codecs().key());
        object.put("val_codec", report.codecs().val());
        object.set("upper", ReportRendering.frontier(report.upper()));
        object.set("since", ReportRendering.frontier(report.since()));
        object.put("seqno", report.seqno().value());
        object.put("batches", report.batches().size());
        object.put("parts", report.partCount());
        object.put("updates", report.updateCount());
        object.put("encoded_bytes", report.encodedBytes());
    }
}
