package io.persist.cli;

import io.persist.client.PersistLocation;
import io.persist.codec.CorruptDataException;
import io.persist.codec.ShardId;
import io.persist.store.StoreException;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.Objects;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code export}: a shard as a directory, for backups and for moving it. */
@Command(
        name = "export",
        description = "Writes a shard's blobs and log into a directory (the dump form).",
        mixinStandardHelpOptions = true)
final class ExportCommand implements Callable<Integer> {
    @Parameters(index = "0", paramLabel = "PATH", converter = Target.Location.class, description = "Directory or URI.")
    private @Nullable PersistLocation location;

    @Parameters(index = "1", paramLabel = "SHARD", converter = Target.Shard.class, description = "Shard id.")
    private @Nullable ShardId shard;

    @Parameters(index = "2", paramLabel = "DIR", description = "Directory to write; must be empty or absent.")
    private @Nullable Path directory;

    @Option(names = "--json", description = "One JSON object on one line.")
    private boolean json;

    @Spec private @Nullable CommandSpec spec;

    @Override
    public Integer call()
            throws IOException, CorruptDataException, InterruptedException, CommandFailed {
        PrintWriter out = Objects.requireNonNull(spec).commandLine().getOut();
        throw new AssertionError("wired to Dump when it lands" + out + location + shard + directory + json);
    }
}
