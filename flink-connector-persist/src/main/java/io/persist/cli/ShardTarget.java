package io.persist.cli;

import io.persist.client.PersistClient;
import io.persist.client.PersistConfig;
import io.persist.client.PersistLocation;
import io.persist.codec.ShardId;
import io.persist.store.StoreException;

import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

import java.io.PrintWriter;

/** The arguments of a command on one shard. */
@SuppressWarnings("NullAway.Init") // picocli sets the fields
final class ShardTarget {
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

    @Option(names = "--json", description = "One JSON object a line.")
    private boolean json;

    @Spec(Spec.Target.MIXEE)
    private CommandSpec command;

    ShardId shard() {
        return shard;
    }

    boolean json() {
        return json;
    }

    PrintWriter out() {
        return command.commandLine().getOut();
    }

    PrintWriter err() {
        return command.commandLine().getErr();
    }

    /** Opens the location, which must exist. The caller closes the client. */
    PersistClient open() throws StoreException, CommandFailed {
        return Locations.openExisting(location);
    }

    /** The same with settings of the command's own. */
    PersistClient open(PersistConfig config) throws StoreException, CommandFailed {
        return Locations.openExisting(location, config);
    }

    CommandFailed noShard() {
        return new CommandFailed("no shard " + shard + " in " + location.consensus());
    }
}
