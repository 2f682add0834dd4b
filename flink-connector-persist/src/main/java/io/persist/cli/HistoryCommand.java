package io.persist.cli;

import com.fasterxml.jackson.databind.node.ObjectNode;

import io.persist.client.PersistClient;
import io.persist.codec.CorruptDataException;
import io.persist.frontier.Antichain;
import io.persist.shard.IncompatibleShardException;
import io.persist.shard.ShardCommit;
import io.persist.state.EpochToken;
import io.persist.state.WriterState;
import io.persist.store.StoreException;

import org.jspecify.annotations.Nullable;

import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;

/** {@code history}: the commits of a shard. */
@Command(
        name = "history",
        description = {
            "Lists the commits of a shard, oldest first: the time at which their rows became"
                    + " visible, and when, by whom and how much was appended.",
            "Older commits are shown as the batches that compaction left of them."
        },
        mixinStandardHelpOptions = true)
@SuppressWarnings("NullAway.Init") // picocli sets the fields
final class HistoryCommand implements Callable<Integer> {
    @Mixin private ShardTarget target;

    @Override
    public Integer call()
            throws StoreException,
                    CorruptDataException,
                    IncompatibleShardException,
                    InterruptedException,
                    CommandFailed {
        List<ShardCommit> commits;
        try (PersistClient client = target.open()) {
            commits = client.history(target.shard()).orElseThrow(target::noShard);
        }
        List<List<String>> rows = new ArrayList<>();
        rows.add(List.of("TIME", "COMMITTED", "WRITER", "GEN", "ORDINAL", "UPDATES", "BYTES"));
        for (ShardCommit commit : commits) {
            if (target.json()) {
                Output.line(target.out(), json(commit));
            } else {
                rows.add(row(commit));
            }
        }
        if (!target.json()) {
            Output.table(target.out(), rows);
        }
        return 0;
    }

    /** The last time that the commit made definite. */
    private static String time(Antichain upper) {
        return upper.isEmpty() ? "closed" : Long.toUnsignedString(upper.element() - 1);
    }

    /** The token of a sink's epoch; null if the writer is no sink. */
    private static @Nullable EpochToken token(@Nullable WriterState writer) {
        String purpose = writer == null ? "" : writer.debug().purpose();
        String prefix = "flink sink ";
        if (writer == null || !purpose.startsWith(prefix)) {
            return null;
        }
        EpochToken token = EpochToken.of(writer.token());
        return token.tag() == EpochToken.tagOf(purpose.substring(prefix.length())) ? token : null;
    }

    private static List<String> row(ShardCommit commit) {
        WriterState writer = commit.entry();
        EpochToken token = token(writer);
        Long wall = commit.wallMillis();
        return List.of(
                time(commit.upper()),
                wall == null ? "?" : Instant.ofEpochMilli(wall).toString(),
                writer == null ? "?" : writer.debug().purpose(),
                token == null ? "-" : String.valueOf(token.generation()),
                token == null ? "-" : String.valueOf(token.ordinal()),
                String.valueOf(commit.updates()),
                Output.size(commit.bytes()));
    }

    private static ObjectNode json(ShardCommit commit) {
        ObjectNode object = Output.JSON.createObjectNode();
        object.put("time", time(commit.upper()));
        object.set("lower", ReportRendering.frontier(commit.lower()));
        object.set("upper", ReportRendering.frontier(commit.upper()));
        object.put("committed_millis", commit.wallMillis());
        object.put("epoch", commit.writer() == null ? null : commit.writer().toString());
        WriterState writer = commit.entry();
        object.put("writer", writer == null ? null : writer.debug().purpose());
        EpochToken token = token(writer);
        if (token != null) {
            object.put("generation", token.generation());
            object.put("ordinal", token.ordinal());
        }
        object.put("updates", commit.updates());
        object.put("bytes", commit.bytes());
        return object;
    }
}
