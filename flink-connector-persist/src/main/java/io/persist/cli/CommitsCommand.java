package io.persist.cli;

import com.fasterxml.jackson.databind.node.ObjectNode;

import io.persist.client.PersistClient;
import io.persist.client.SinkChain;
import io.persist.client.SinkTime;
import io.persist.client.WriteHandle;
import io.persist.codec.CorruptDataException;
import io.persist.flink.sink.PendingCommits;
import io.persist.flink.sink.PendingCommits.Pending;
import io.persist.shard.IncompatibleShardException;
import io.persist.state.ChainPosition;
import io.persist.state.ChainRefusal;
import io.persist.state.CommitOutcome;
import io.persist.state.EpochChain;
import io.persist.state.WriterId;

import org.jspecify.annotations.Nullable;

import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

import java.io.IOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;

/** {@code commits}: the chains of sinks, and what a snapshot has pending. */
@Command(
        name = "commits",
        description = {
            "Shows the epochs of the sinks that write a shard, and which commits they have"
                    + " appended.",
            "With --snapshot: which commits a checkpoint or savepoint of a Flink job has pending,"
                    + " and whether the shard has them. They can be appended or dropped, oldest"
                    + " first, all of them, or one with --ordinal.",
            "Commits of the job's other shards are left out. Exit code 1 if one could not be appended"
                    + " or dropped.",
            "A commit that was dropped is taken for appended by whoever restores it later.",
            "A commit whose epoch the shard has forgotten may have been appended before that. If"
                    + " you know that it was not, from its rows for instance, --append --force appends"
                    + " it, and the snapshot can be restored again. It is refused if the shard still"
                    + " shows a part of the commit, or a later start of the sink."
        },
        mixinStandardHelpOptions = true)
@SuppressWarnings("NullAway.Init") // picocli sets the fields
final class CommitsCommand implements Callable<Integer> {
    @Mixin private ShardTarget target;

    @Option(
            names = "--snapshot",
            paramLabel = "DIR",
            description = "Directory or URI of a checkpoint or savepoint (it holds _metadata).")
    private @Nullable String snapshot;

    @Option(names = "--append", description = "Append what the snapshot has pending.")
    private boolean append;

    @Option(names = "--drop", description = "Drop what the snapshot has pending, with its parts.")
    private boolean drop;

    @Option(
            names = "--force",
            description = "With --append: also what the shard has forgotten. May double rows.")
    private boolean force;

    @Option(names = "--ordinal", paramLabel = "N", description = "Only the commit N.")
    private @Nullable Long ordinal;

    @Option(
            names = "--time",
            paramLabel = "commit|event",
            defaultValue = "commit",
            description = "With --append: the sink.time of the sink. Default: ${DEFAULT-VALUE}.")
    private SinkTime time;

    @Override
    public Integer call()
            throws IOException,
                    CorruptDataException,
                    IncompatibleShardException,
                    InterruptedException,
                    CommandFailed {
        if (append && drop) {
            throw new CommandFailed("either --append or --drop");
        }
        if ((append || drop) && snapshot == null) {
            throw new CommandFailed("--append and --drop need --snapshot");
        }
        if (force && !append) {
            throw new CommandFailed("--force needs --append");
        }
        try (PersistClient client = target.open()) {
            if (snapshot == null) {
                showChains(client.sinkChains(target.shard()).orElseThrow(target::noShard));
            } else {
                decide(client, snapshot);
            }
        }
        return 0;
    }

    private void showChains(List<EpochChain.Entry> epochs) {
        List<List<String>> rows = new ArrayList<>();
        rows.add(List.of("SINK", "GEN", "EPOCH", "COMMITS", "STATE", "LAST COMMIT", "REMEMBERED"));
        for (EpochChain.Entry epoch : epochs) {
            long last = epoch.writer().heartbeatMillis();
            long until = last + epoch.writer().leaseMillis();
            if (target.json()) {
                ObjectNode object = Output.JSON.createObjectNode();
                object.put("sink", epoch.position().sinkId());
                object.put("generation", epoch.position().generation());
                object.put("epoch", epoch.position().epoch().toString());
                object.put("ordinal", epoch.position().ordinal());
                object.put("closed", epoch.closed());
                object.set("upper", ReportRendering.frontier(epoch.writer().upper()));
                object.put("last_millis", last);
                object.put("remembered_until_millis", until);
                Output.line(target.out(), object);
            } else {
                rows.add(
                        List.of(
                                epoch.position().sinkId(),
                                String.valueOf(epoch.position().generation()),
                                epoch.position().epoch().toString(),
                                String.valueOf(epoch.position().ordinal()),
                                epoch.closed() ? "closed" : "open",
                                Instant.ofEpochMilli(last).toString(),
                                Instant.ofEpochMilli(until).toString()));
            }
        }
        if (!target.json()) {
            Output.table(target.out(), rows);
        }
    }

    private void decide(PersistClient client, String from)
            throws IOException,
                    CorruptDataException,
                    IncompatibleShardException,
                    InterruptedException,
                    CommandFailed {
        int refused = 0;
        try (WriteHandle<?, ?> writer =
                client.openWriterAsStored(target.shard(), "persist commits")
                        .orElseThrow(target::noShard)) {
            SinkChain<?, ?> chain = SinkChain.of(client, writer, time);
            List<List<String>> rows = new ArrayList<>();
            rows.add(List.of("SINK", "GEN", "ORDINAL", "CHECKPOINT", "UPDATES", "BYTES", "STATE"));
            // What becomes due with the commit before it.
            ChainPosition next = null;
            for (Pending pending : ofThisShard(client, PendingCommits.of(from))) {
                ChainPosition position = pending.commit().position();
                if (ordinal != null && position.ordinal() != ordinal) {
                    continue;
                }
                Decision decision = decide(chain, pending.commit(), position.equals(next));
                next = decision.due ? position.at(position.ordinal() + 1) : null;
                refused += decision.outcome instanceof ChainRefusal ? 1 : 0;
                if (target.json()) {
                    Output.line(target.out(), json(pending, decision.state));
                } else {
                    rows.add(row(pending, decision.state));
                }
            }
            if (!target.json()) {
                Output.table(target.out(), rows);
            }
        }
        if (refused > 0 && (append || drop)) {
            throw new CommandFailed(
                    refused
                            + (refused == 1 ? " commit was not " : " commits were not ")
                            + (append ? "appended" : "dropped")
                            + ", see above");
        }
    }

    /**
     * What is to become of a commit, or has become of it.
     *
     * @param due whether it is the next one of its epoch
     */
    private record Decision(CommitOutcome outcome, boolean due, String state) {}

    /**
     * @param follows a commit that is due
     */
    private Decision decide(SinkChain<?, ?> chain, SinkChain.Sealed commit, boolean follows)
            throws IOException,
                    CorruptDataException,
                    IncompatibleShardException,
                    InterruptedException {
        CommitOutcome outcome = chain.verdict(commit);
        boolean due =
                outcome instanceof CommitOutcome.Appended
                        || (follows && outcome instanceof ChainRefusal.MissingCommit);
        if (append && force && outcome instanceof ChainRefusal.UnknownEpoch) {
            outcome = chain.commit(commit, SinkChain.Origin.VOUCHED_FOR);
            return new Decision(
                    outcome, outcome instanceof CommitOutcome.Appended, describe(outcome));
        }
        if (due && append) {
            outcome = chain.commit(commit, SinkChain.Origin.RESTORED);
            return new Decision(outcome, true, describe(outcome));
        }
        if (due && drop) {
            outcome = chain.drop(commit);
            boolean dropped = outcome instanceof CommitOutcome.Appended;
            return new Decision(outcome, true, dropped ? "dropped" : describe(outcome));
        }
        return new Decision(outcome, due, due ? "pending" : describe(outcome));
    }

    /**
     * A job may have several sinks, each with a shard. The batches of a commit say which; commits
     * without any belong to where others of their epoch do, or to the shard that knows the epoch.
     */
    private List<Pending> ofThisShard(PersistClient client, List<Pending> pending)
            throws IOException,
                    CorruptDataException,
                    IncompatibleShardException,
                    InterruptedException,
                    CommandFailed {
        Set<WriterId> here = new HashSet<>();
        Set<WriterId> elsewhere = new HashSet<>();
        for (EpochChain.Entry epoch :
                client.sinkChains(target.shard()).orElseThrow(target::noShard)) {
            here.add(epoch.position().epoch());
        }
        for (Pending one : pending) {
            if (one.shard() != null) {
                (one.shard().equals(target.shard()) ? here : elsewhere)
                        .add(one.commit().position().epoch());
            }
        }
        List<Pending> known =
                pending.stream()
                        .filter(one -> here.contains(one.commit().position().epoch()))
                        .toList();
        // Only if there is nothing else: what nobody knows may have been forgotten by this shard.
        List<Pending> own =
                known.isEmpty()
                        ? pending.stream()
                                .filter(one -> !elsewhere.contains(one.commit().position().epoch()))
                                .toList()
                        : known;
        int left = pending.size() - own.size();
        if (left > 0) {
            target.err().println(left + " pending commits of other shards are left out");
        }
        return own;
    }

    private static String describe(CommitOutcome outcome) {
        if (outcome instanceof CommitOutcome.Appended) {
            return "appended";
        }
        return outcome instanceof ChainRefusal refusal ? refusal.message() : "already appended";
    }

    private static List<String> row(Pending pending, String state) {
        return List.of(
                pending.commit().position().sinkId(),
                String.valueOf(pending.commit().position().generation()),
                String.valueOf(pending.commit().position().ordinal()),
                String.valueOf(pending.checkpointId()),
                String.valueOf(pending.updates()),
                Output.size(pending.bytes()),
                state);
    }

    private static ObjectNode json(Pending pending, String state) {
        ObjectNode object = Output.JSON.createObjectNode();
        object.put("sink", pending.commit().position().sinkId());
        object.put("epoch", pending.commit().position().epoch().toString());
        object.put("generation", pending.commit().position().generation());
        object.put("ordinal", pending.commit().position().ordinal());
        object.put("job", pending.jobId());
        object.put("checkpoint", pending.checkpointId());
        object.put("updates", pending.updates());
        object.put("bytes", pending.bytes());
        object.put("state", state);
        return object;
    }
}
