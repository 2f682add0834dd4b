package io.persist.cli;

import com.fasterxml.jackson.databind.node.ObjectNode;

import io.persist.batch.BatchConfig;
import io.persist.client.PersistClient;
import io.persist.client.PersistConfig;
import io.persist.client.compaction.CompactionConfig;
import io.persist.client.compaction.CompactionResult;
import io.persist.client.compaction.ForcedCompaction;
import io.persist.codec.CorruptDataException;
import io.persist.shard.IncompatibleShardException;
import io.persist.state.spine.MergeRequest;
import io.persist.store.StoreException;

import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

import java.time.Duration;
import java.util.concurrent.Callable;

/** {@code compact}: merges what a shard holds ready, worth it or not. */
@Command(
        name = "compact",
        description = {
            "Merges the batches of a shard that wait for it, until each is one sorted run.",
            "Jobs may write and compact the shard at the same time. What is replaced goes with the"
                    + " next garbage collection."
        },
        mixinStandardHelpOptions = true)
@SuppressWarnings("NullAway.Init") // picocli sets the fields
final class CompactCommand implements Callable<Integer> {
    @Mixin private ShardTarget target;

    @Option(
            names = "--memory",
            paramLabel = "MIB",
            defaultValue = "1024",
            description =
                    "What one merge may take, in MiB; at least four parts. Default:"
                            + " ${DEFAULT-VALUE}.")
    private int memoryMib;

    private PersistConfig config() {
        BatchConfig batch = BatchConfig.builder().build();
        return PersistConfig.builder()
                .batch(
                        batch.toBuilder()
                                .runs(batch.runs().withMergeMemoryBytes((long) memoryMib << 20))
                                .build())
                // Nobody waits behind it.
                .compaction(CompactionConfig.builder().minimumTimeout(Duration.ofDays(30)).build())
                .build();
    }

    @Override
    public Integer call()
            throws StoreException,
                    CorruptDataException,
                    IncompatibleShardException,
                    InterruptedException,
                    CommandFailed {
        if (memoryMib < 1) {
            throw new CommandFailed("--memory must be at least 1, is " + memoryMib);
        }
        boolean[] disabled = {false};
        try (PersistClient client = target.open(config())) {
            ForcedCompaction.Summary summary =
                    client.compact(
                                    target.shard(),
                                    step -> {
                                        disabled[0] |=
                                                step.result() instanceof CompactionResult.Disabled;
                                        print(step);
                                    })
                            .orElseThrow(target::noShard);
            if (target.json()) {
                ObjectNode object = Output.JSON.createObjectNode();
                object.put("applied", summary.applied());
                object.put("remaining", summary.remaining());
                Output.line(target.out(), object);
            } else {
                target.out()
                        .println(
                                counted(summary.applied(), "compaction", "s")
                                        + " applied, "
                                        + summary.remaining()
                                        + " still wait");
            }
        }
        if (disabled[0]) {
            throw new CommandFailed(
                    "this process must not compact: unset MZ_PERSIST_COMPACTION_DISABLED");
        }
        return 0;
    }

    private void print(ForcedCompaction.Step step) {
        MergeRequest request = step.request();
        CompactionResult result = step.result();
        long runs = request.inputs().stream().mapToLong(i -> i.batch().runs().size()).sum();
        String outcome = result.getClass().getSimpleName();
        if (target.json()) {
            ObjectNode object = Output.JSON.createObjectNode();
            object.put("lower", request.desc().lower().toString());
            object.put("upper", request.desc().upper().toString());
            object.put("batches", request.inputs().size());
            object.put("runs", runs);
            object.put("updates", request.len());
            object.put("outcome", outcome);
            if (result instanceof CompactionResult.Applied applied) {
                object.put("runs_after", applied.output().runs().size());
                object.put("updates_after", applied.output().len());
            }
            Output.line(target.out(), object);
            return;
        }
        String text =
                request.desc().lower()
                        + " to "
                        + request.desc().upper()
                        + ": "
                        + counted(request.inputs().size(), "batch", "es")
                        + ", "
                        + counted(runs, "run", "s")
                        + ", "
                        + counted(request.len(), "update", "s");
        target.out()
                .println(
                        result instanceof CompactionResult.Applied applied
                                ? text
                                        + " -> "
                                        + counted(applied.output().runs().size(), "run", "s")
                                        + ", "
                                        + counted(applied.output().len(), "update", "s")
                                : text + ": " + outcome);
        target.out().flush();
    }

    private static String counted(long number, String what, String plural) {
        return number + " " + what + (number == 1 ? "" : plural);
    }
}
