package io.persist.cli;

import io.persist.client.PersistClient;
import io.persist.client.PersistLocation;
import io.persist.codec.CorruptDataException;
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

/** {@code import}: a dumped shard into a location that does not have it. */
@Command(
        name = "import",
        description =
                "Brings a dumped shard into a location, which is created if need be and must not"
                        + " have it.",
        mixinStandardHelpOptions = true)
@SuppressWarnings("NullAway.Init") // picocli sets the fields
final class ImportCommand implements Callable<Integer> {
    @Parameters(
            index = "0",
            paramLabel = "DIR",
            description = "Directory with a dump: blob/ and consensus/.")
    private Path directory;

    @Parameters(
            index = "1",
            paramLabel = "PATH",
            converter = Target.Location.class,
            description = "Directory or URI.")
    private PersistLocation location;

    @Option(names = "--json", description = "One JSON object on one line.")
    private boolean json;

    @Spec private CommandSpec spec;

    @Override
    public Integer call() throws StoreException, CorruptDataException {
        PrintWriter out = spec.commandLine().getOut();
        try (PersistClient client = PersistClient.open(location)) {
            Dump dump = client.importShard(directory);
            if (json) {
                Output.line(out, Output.dump(dump));
            } else {
                out.println(
                        "imported shard "
                                + dump.shard()
                                + " from "
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
