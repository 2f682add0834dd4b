package io.persist.tools;

import io.persist.client.PersistClient;
import io.persist.client.PersistLocation;
import io.persist.client.ShardReport;
import io.persist.codec.CorruptDataException;
import io.persist.codec.ShardId;
import io.persist.frontier.Antichain;
import io.persist.shard.IncompatibleShardException;

import org.apache.flink.table.api.TableEnvironment;
import org.apache.flink.types.Row;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** The main job of this project, in small: see {@link QuickstartOptions#USAGE}. */
public final class Quickstart {
    private static final int PROGRESS_MILLIS = 200;

    private final PrintStream out;
    private final QuickstartOptions options;
    private final Path directory;
    private final WeatherJob job;

    private Quickstart(PrintStream out, QuickstartOptions options, Path directory) {
        this.out = out;
        this.options = options;
        this.directory = directory;
        this.job = new WeatherJob(options.csv(), directory);
    }

    /** Exit code 0: the table is what the batch query says; 1: it is not; 2: wrong arguments. */
    public static void main(String[] args)
            throws IOException,
                    CorruptDataException,
                    IncompatibleShardException,
                    InterruptedException,
                    ExecutionException {
        Path home = Path.of(System.getProperty("persist.home", "."));
        System.exit(run(home, List.of(args), System.out, System.err));
    }

    static int run(Path home, List<String> args, PrintStream out, PrintStream err)
            throws IOException,
                    CorruptDataException,
                    IncompatibleShardException,
                    InterruptedException,
                    ExecutionException {
        Optional<QuickstartOptions> options;
        Path directory;
        try {
            options = QuickstartOptions.parse(home.toAbsolutePath().normalize(), args);
            if (options.isEmpty()) {
                out.print(QuickstartOptions.USAGE);
                return 0;
            }
            directory = options.get().freshDirectory();
        } catch (IllegalArgumentException e) {
            err.println("quickstart: " + e.getMessage());
            err.print(QuickstartOptions.USAGE);
            return 2;
        }
        return new Quickstart(out, options.get(), directory).run();
    }

    private int run()
            throws IOException,
                    CorruptDataException,
                    IncompatibleShardException,
                    InterruptedException,
                    ExecutionException {
        List<Row> days = WeatherRows.read(options.csv());
        out.printf(
                "Streaming %d days of weather from %s%n"
                        + "through GROUP BY month, weather into a table in %s%n%n",
                days.size(), options.csv(), directory);
        TableEnvironment batch = job.batch();
        PersistLocation location = PersistLocation.parse(directory.toString());
        try (PersistClient client = PersistClient.open(location)) {
            CompletableFuture<?> result = job.start(days.size()).getJobExecutionResult();
            ShardId shard = follow(client, result);
            CommitHistory history = CommitHistory.read(client, shard);
            show(batch, "first", history.first());
            show(batch, "last", history.last());
            boolean equal = check(batch);
            summarize(client, shard, history);
            return equal ? 0 : 1;
        }
    }

    /** Shows commits until the job is done; the only shard of the location. */
    private ShardId follow(PersistClient client, CompletableFuture<?> job)
            throws IOException,
                    CorruptDataException,
                    IncompatibleShardException,
                    InterruptedException,
                    ExecutionException {
        Antichain seen = Antichain.minimum();
        boolean done = false;
        while (!done) {
            done = isDone(job);
            for (ShardId shard : client.listShards()) {
                Optional<ShardReport> report = client.inspect(shard);
                if (report.isPresent() && seen.lessThan(report.get().upper())) {
                    seen = report.get().upper();
                    showCommit(report.get());
                }
            }
        }
        List<ShardId> shards = client.listShards();
        if (shards.size() != 1) {
            throw new IllegalStateException("expected one shard in the location, found " + shards);
        }
        return shards.get(0);
    }

    private static boolean isDone(CompletableFuture<?> job)
            throws InterruptedException, ExecutionException {
        try {
            job.get(PROGRESS_MILLIS, TimeUnit.MILLISECONDS);
            return true;
        } catch (TimeoutException e) {
            return false;
        }
    }

    private void showCommit(ShardReport report) {
        out.printf(
                "  checkpoint committed at %s: %d updates in %d parts so far%n",
                Instant.ofEpochMilli(report.upper().element() - 1),
                report.updateCount(),
                report.partCount());
    }

    private void show(TableEnvironment batch, String which, long time) {
        out.printf(
                "%nThe table as of the %s checkpoint, %s ('scan.as-of' = '%d'):%n%n%s",
                which,
                Instant.ofEpochMilli(time),
                time,
                TextTable.format(WeatherJob.OVERVIEW_HEADER, WeatherJob.overview(batch, time)));
    }

    private boolean check(TableEnvironment batch) {
        List<Row> stored = WeatherJob.stored(batch);
        Difference difference = Difference.of(WeatherJob.expected(batch), stored);
        if (difference.isEmpty()) {
            out.printf(
                    "%nAll %d rows equal the same query run in batch on the file.%n",
                    stored.size());
            return true;
        }
        out.printf("%nThe table differs from the same query run in batch on the file:%n");
        difference.missing().forEach(row -> out.printf("  missing: %s%n", row));
        difference.surplus().forEach(row -> out.printf("  too many: %s%n", row));
        return false;
    }

    private void summarize(PersistClient client, ShardId shard, CommitHistory history)
            throws IOException,
                    CorruptDataException,
                    IncompatibleShardException,
                    InterruptedException {
        ShardReport report =
                client.inspect(shard)
                        .orElseThrow(
                                () -> new IllegalStateException("shard " + shard + " is gone"));
        out.printf(
                """

                shard      %s
                commits    %d with changes
                parts      %d
                updates    %d
                directory  %s

                Look closer:
                  tools/persist inspect '%s' %s
                  tools/persist read '%s' %s --as-of %d

                The table for Flink SQL:
                %s
                """,
                shard,
                history.commits(),
                report.partCount(),
                report.updateCount(),
                directory,
                directory,
                shard,
                directory,
                shard,
                history.first(),
                job.createTableOf(shard));
    }
}
