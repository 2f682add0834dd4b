package io.persist.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;

import io.persist.client.PersistClient;
import io.persist.client.ReadResult;
import io.persist.client.ShardView;
import io.persist.client.Update;
import io.persist.codec.Codec;
import io.persist.codec.CorruptDataException;
import io.persist.frontier.Antichain;
import io.persist.shard.IncompatibleShardException;
import io.persist.store.StoreException;

import org.jspecify.annotations.Nullable;

import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

import java.io.PrintWriter;
import java.math.BigInteger;
import java.util.concurrent.Callable;

/** {@code read}: the consolidated snapshot of a shard. Leaves no trace in it. */
@Command(
        name = "read",
        description = "Prints the consolidated contents of a shard as of one time.",
        mixinStandardHelpOptions = true)
@SuppressWarnings("NullAway.Init") // picocli sets the fields
final class ReadCommand implements Callable<Integer> {
    private static final BigInteger MAX_TIME = BigInteger.TWO.pow(64).subtract(BigInteger.ONE);

    @Mixin private ShardTarget target;

    @Option(
            names = "--as-of",
            paramLabel = "T",
            description = "Time to read at. Default: the newest readable one.")
    private @Nullable BigInteger asOf;

    @Option(names = "--raw", description = "Keys and values as the hex of their codec's bytes.")
    private boolean raw;

    @Override
    public Integer call()
            throws StoreException,
                    CorruptDataException,
                    IncompatibleShardException,
                    InterruptedException,
                    CommandFailed {
        try (PersistClient client = target.open()) {
            ShardView<?, ?> view = client.view(target.shard()).orElseThrow(target::noShard);
            read(view);
        }
        return 0;
    }

    private <K, V> void read(ShardView<K, V> view)
            throws StoreException,
                    CorruptDataException,
                    IncompatibleShardException,
                    InterruptedException,
                    CommandFailed {
        PrintWriter out = target.out();
        ValueRendering<K> keys = rendering(view.keyCodec());
        ValueRendering<V> vals = rendering(view.valCodec());
        Antichain at = Antichain.of(time(view));
        ReadResult<Long> result = view.snapshot(at, update -> print(out, keys, vals, update));
        out.flush();
        if (result instanceof ReadResult.SinceViolation<Long> violation) {
            throw new CommandFailed(
                    "shard "
                            + target.shard()
                            + " cannot be read as of "
                            + at
                            + ": its since is "
                            + violation.since()
                            + ", earlier times are no longer told apart");
        }
        if (result instanceof ReadResult.NotYetAvailable<Long> notYet) {
            throw new CommandFailed(
                    "shard "
                            + target.shard()
                            + " cannot be read as of "
                            + at
                            + " yet: its upper is "
                            + notYet.upper());
        }
        if (!target.json()) {
            target.err().println(result.orThrow() + " updates as of " + at);
        }
    }

    private <T> ValueRendering<T> rendering(Codec<T> codec) {
        return raw ? ValueRendering.raw(codec) : ValueRendering.readable(codec);
    }

    /**
     * The time to read at: the last one before the upper, or, of a closed shard, the last of all.
     */
    private long time(ShardView<?, ?> view) throws CommandFailed {
        if (asOf != null) {
            if (asOf.signum() < 0 || asOf.compareTo(MAX_TIME) > 0) {
                throw new CommandFailed(
                        "--as-of " + asOf + " is no time: expected 0 to " + MAX_TIME);
            }
            return asOf.longValue();
        }
        if (view.upper().isEmpty()) {
            return -1;
        }
        if (view.upper().element() == 0) {
            throw new CommandFailed(
                    "shard " + target.shard() + " has no readable time yet: its upper is [0]");
        }
        return view.upper().element() - 1;
    }

    private <K, V> void print(
            PrintWriter out, ValueRendering<K> keys, ValueRendering<V> vals, Update<K, V> update) {
        JsonNode key = keys.json(update.key());
        JsonNode val = vals.json(update.val());
        if (target.json()) {
            ObjectNode object = Output.JSON.createObjectNode();
            object.set("key", key);
            object.set("value", val);
            object.put("time", new BigInteger(Long.toUnsignedString(update.time())));
            object.put("diff", update.diff());
            Output.line(out, object);
        } else {
            out.println(
                    (update.diff() > 0 ? "+" : "")
                            + update.diff()
                            + "  "
                            + Output.text(key)
                            + (val.isNull() ? "" : "  " + Output.text(val)));
        }
    }
}
