package io.persist.cli;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;

import io.persist.client.PersistClient;
import io.persist.client.ShardReport;
import io.persist.client.ShardReport.ReaderReport;
import io.persist.client.critical.SinceHandle;
import io.persist.codec.CorruptDataException;
import io.persist.shard.IncompatibleShardException;
import io.persist.state.CriticalReaderId;
import io.persist.state.CriticalReaders.DowngradeOutcome;
import io.persist.state.CriticalReaders.Opaque;
import io.persist.state.HistoryHold;
import io.persist.store.StoreException;

import org.jspecify.annotations.Nullable;

import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.TypeConversionException;

import java.io.PrintWriter;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;

/** {@code since}: who holds a shard's history, and how much of it. */
@Command(
        name = "since",
        description = {
            "Shows from which time on a shard can be read, and who holds it there. Changes on request"
                    + " how much its sinks keep, or releases a hold that nobody moves any more.",
            "What is behind the since is forgotten for good, once compaction comes by."
        },
        mixinStandardHelpOptions = true)
@SuppressWarnings("NullAway.Init") // picocli sets the fields
final class SinceCommand implements Callable<Integer> {
    /** Of Materialize's controllers, wherever they share a shard. */
    private static final CriticalReaderId MATERIALIZE =
            CriticalReaderId.parse("c00000000-1111-2222-3333-444444444444");

    @Mixin private ShardTarget target;

    @ArgGroup(exclusive = true)
    private @Nullable Change change;

    static final class Change {
        @Option(
                names = "--retention",
                paramLabel = "DURATION",
                converter = Age.class,
                description =
                        "What the hold of the sinks keeps from now on, such as 7d, shorter or longer"
                                + " than before. A job that declares more puts that in its place.")
        private @Nullable Duration retention;

        @Option(
                names = "--release",
                paramLabel = "ID",
                converter = HoldId.class,
                description =
                        "Remove this hold without a lease. The since stays until another one moves.")
        private @Nullable CriticalReaderId release;
    }

    static final class HoldId implements ITypeConverter<CriticalReaderId> {
        @Override
        public CriticalReaderId convert(String text) {
            try {
                return CriticalReaderId.parse(text);
            } catch (IllegalArgumentException e) {
                throw new TypeConversionException(
                        "'" + text + "' is no hold without a lease: " + e.getMessage());
            }
        }
    }

    @Override
    public Integer call()
            throws StoreException,
                    CorruptDataException,
                    IncompatibleShardException,
                    InterruptedException,
                    CommandFailed {
        try (PersistClient client = target.open()) {
            ShardReport report = client.inspect(target.shard()).orElseThrow(target::noShard);
            if (change != null) {
                if (change.retention != null) {
                    keep(client, report, change.retention.toMillis());
                } else if (change.release != null) {
                    release(client, report, change.release);
                }
                report = client.inspect(target.shard()).orElseThrow(target::noShard);
            }
            if (target.json()) {
                Output.line(target.out(), json(report));
            } else {
                print(report);
            }
        }
        return 0;
    }

    private void keep(PersistClient client, ShardReport report, long retentionMillis)
            throws StoreException,
                    CorruptDataException,
                    IncompatibleShardException,
                    InterruptedException,
                    CommandFailed {
        if (!report.codecs().time().equals("u64")) {
            throw new CommandFailed("the shard's times are no milliseconds: " + report.codecs());
        }
        Opaque token = HistoryHold.token(retentionMillis);
        SinceHandle hold =
                client.openCriticalSinceAsStored(
                                target.shard(), HistoryHold.ID, token, "history.retention")
                        .orElseThrow(target::noShard);
        if (HistoryHold.retentionMillis(hold.opaque()) == null) {
            throw new CommandFailed(
                    "somebody has taken " + HistoryHold.ID + ", with token " + hold.opaque());
        }
        DowngradeOutcome outcome =
                hold.compareAndDowngrade(
                        hold.opaque(),
                        token,
                        HistoryHold.target(
                                report.upper(), Clock.systemUTC().millis(), retentionMillis));
        if (!(outcome instanceof DowngradeOutcome.Downgraded)) {
            throw new CommandFailed("a sink changed the hold at the same time; try again");
        }
    }

    private void release(PersistClient client, ShardReport report, CriticalReaderId id)
            throws StoreException,
                    CorruptDataException,
                    IncompatibleShardException,
                    InterruptedException,
                    CommandFailed {
        if (id.equals(MATERIALIZE)) {
            throw new CommandFailed(id + " is Materialize's; it alone may release it");
        }
        ReaderReport held =
                report.readers().stream()
                        .filter(reader -> reader.id().equals(id.toString()))
                        .findFirst()
                        .orElseThrow(
                                () ->
                                        new CommandFailed(
                                                "shard " + target.shard() + " has no hold " + id));
        // Any token will do, for the hold is there.
        SinceHandle hold =
                client.openCriticalSinceAsStored(
                                target.shard(), id, HistoryHold.token(0), held.purpose())
                        .orElseThrow(target::noShard);
        hold.expire();
    }

    private ObjectNode json(ShardReport report) {
        ObjectNode object = Output.JSON.createObjectNode();
        object.put("shard", report.shard().toString());
        object.set("since", ReportRendering.frontier(report.since()));
        object.set("upper", ReportRendering.frontier(report.upper()));
        ArrayNode holders = object.putArray("holders");
        for (ReaderReport reader : report.readers()) {
            ObjectNode holder = holders.addObject();
            holder.put("id", reader.id());
            holder.set("since", ReportRendering.frontier(reader.since()));
            holder.put("keeps_ms", retentionMillis(reader));
            holder.put("lease_until_ms", reader.leaseUntilMillis());
            holder.put("purpose", reader.purpose());
            holder.put("hostname", reader.hostname());
        }
        return object;
    }

    private void print(ShardReport report) {
        PrintWriter out = target.out();
        out.println("since  " + ReportRendering.time(report.since()));
        out.println("upper  " + ReportRendering.time(report.upper()));
        if (report.readers().isEmpty()) {
            out.println("nobody holds the since: all history from there on is kept");
            return;
        }
        List<List<String>> rows = new ArrayList<>();
        rows.add(List.of("HOLD", "SINCE", "KEEPS", "UNTIL", "BY"));
        for (ReaderReport reader : report.readers()) {
            Long keeps = retentionMillis(reader);
            Long until = reader.leaseUntilMillis();
            rows.add(
                    List.of(
                            reader.id(),
                            ReportRendering.time(reader.since()),
                            keeps == null ? "-" : Duration.ofMillis(keeps).toString(),
                            until == null ? "released" : Instant.ofEpochMilli(until).toString(),
                            reader.purpose() + " @ " + reader.hostname()));
        }
        Output.table(out, rows);
    }

    /** What the hold of the sinks keeps; null of any other. */
    private static @Nullable Long retentionMillis(ReaderReport reader) {
        String token = reader.token();
        return reader.id().equals(HistoryHold.ID.toString())
                        && token != null
                        && token.startsWith("u64 ")
                ? HistoryHold.retentionMillis(
                        Opaque.u64(Long.parseUnsignedLong(token.substring("u64 ".length()))))
                : null;
    }
}
