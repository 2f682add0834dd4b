package io.persist.client;

import io.persist.batch.BatchStore;
import io.persist.batch.HollowBatch;
import io.persist.batch.MissingBlobException;
import io.persist.batch.PartInspection;
import io.persist.batch.Run;
import io.persist.batch.RunMeta;
import io.persist.batch.RunPart;
import io.persist.codec.Bytes;
import io.persist.codec.CorruptDataException;
import io.persist.shard.Profile;
import io.persist.state.CriticalReaders;
import io.persist.state.State;
import io.persist.state.spine.FlatTrace;
import io.persist.store.StoreException;

import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;

/** Makes a {@link ShardReport} of a state, and of the lists of parts that are in blob. */
final class ShardReports {
    private final BatchStore store;

    ShardReports(BatchStore store) {
        this.store = store;
    }

    ShardReport of(State state, int liveDiffs) throws StoreException, InterruptedException {
        List<ShardReport.BatchReport> batches = new ArrayList<>();
        for (HollowBatch batch : state.batches()) {
            batches.add(batch(batch));
        }
        return new ShardReport(
                state.shard(),
                state.applierVersion(),
                Profile.ofLabel(state.applierVersion()),
                state.seqno(),
                state.walltimeMillis(),
                state.hostname(),
                state.codecs(),
                state.since(),
                state.upper(),
                state.lastGcReq(),
                liveDiffs,
                batches,
                merges(state.trace().flatten()),
                readers(state),
                writers(state),
                state.rollups().entrySet().stream()
                        .map(
                                rollup ->
                                        new ShardReport.RollupReport(
                                                rollup.getKey(),
                                                rollup.getValue().key().text(),
                                                rollup.getValue().encodedBytes()))
                        .toList(),
                state.schemas().entrySet().stream()
                        .map(
                                schema ->
                                        new ShardReport.SchemaReport(
                                                schema.getKey(),
                                                schema.getValue().key().hex(),
                                                schema.getValue().val().hex()))
                        .toList());
    }

    private ShardReport.BatchReport batch(HollowBatch batch)
            throws StoreException, InterruptedException {
        List<ShardReport.RunReport> runs = new ArrayList<>();
        for (Run run : batch.runs()) {
            RunMeta meta = run.meta();
            runs.add(
                    new ShardReport.RunReport(
                            meta.order().map(order -> lowerCase(order.name())).orElse(null),
                            meta.schema().orElse(null),
                            meta.deprecatedSchema().orElse(null),
                            meta.id().orElse(null),
                            meta.len().orElse(null),
                            new TreeMap<>(meta.meta()),
                            parts(run.parts())));
        }
        return new ShardReport.BatchReport(batch.desc(), batch.len(), runs);
    }

    private List<ShardReport.PartReport> parts(List<RunPart> parts)
            throws StoreException, InterruptedException {
        List<ShardReport.PartReport> reports = new ArrayList<>();
        for (RunPart part : parts) {
            if (part instanceof RunPart.Hollow hollow) {
                reports.add(hollow(hollow));
            } else if (part instanceof RunPart.Inline inline) {
                reports.add(inline(inline));
            } else if (part instanceof RunPart.Many many) {
                reports.add(many(many));
            } else {
                throw new AssertionError(part);
            }
        }
        return reports;
    }

    private ShardReport.PartReport hollow(RunPart.Hollow part) {
        String problem = null;
        String bound = null;
        try {
            bound = bound(part.structuredKeyLower());
        } catch (CorruptDataException e) {
            problem = e.getMessage();
        }
        return new ShardReport.PartReport(
                ShardReport.PartKind.BLOB,
                part.key().text(),
                part.encodedBytes(),
                format(part.format()),
                part.tsRewrite(),
                part.diffsSum(),
                part.schema(),
                part.deprecatedSchema(),
                part.keyLower(),
                bound,
                part.stats(),
                null,
                null,
                List.of(),
                problem);
    }

    private @Nullable String bound(@Nullable Bytes structuredKeyLower) throws CorruptDataException {
        return structuredKeyLower == null
                ? null
                : PartInspection.lowerBound(store, structuredKeyLower);
    }

    private ShardReport.PartReport inline(RunPart.Inline part) {
        String problem = null;
        PartInspection.InlineFacts facts = null;
        try {
            facts = PartInspection.inline(store, part);
        } catch (CorruptDataException e) {
            problem = e.getMessage();
        }
        return new ShardReport.PartReport(
                ShardReport.PartKind.INLINE,
                null,
                part.updates().length(),
                "inline",
                part.tsRewrite(),
                facts == null ? null : (Long) facts.diffsSum(),
                part.schema(),
                part.deprecatedSchema(),
                Bytes.EMPTY,
                null,
                null,
                facts,
                null,
                List.of(),
                problem);
    }

    private ShardReport.PartReport many(RunPart.Many run)
            throws StoreException, InterruptedException {
        String problem = null;
        String bound = null;
        List<ShardReport.PartReport> listed = List.of();
        try {
            bound = bound(run.structuredKeyLower());
            listed = parts(store.list(run));
        } catch (CorruptDataException | MissingBlobException e) {
            problem = e.getMessage();
        }
        return new ShardReport.PartReport(
                ShardReport.PartKind.RUN,
                run.key().text(),
                run.encodedBytes(),
                "run",
                null,
                run.diffsSum(),
                null,
                null,
                run.keyLower(),
                bound,
                null,
                null,
                run.maxPartBytes(),
                listed,
                problem);
    }

    private static String format(RunPart.FormatHint format) {
        if (format instanceof RunPart.FormatHint.Row) {
            return "row";
        }
        if (format instanceof RunPart.FormatHint.Both) {
            return "both";
        }
        return format instanceof RunPart.FormatHint.Structured ? "structured" : "unknown";
    }

    private static List<ShardReport.MergeReport> merges(FlatTrace trace) {
        return trace.merges().entrySet().stream()
                .map(
                        merge ->
                                new ShardReport.MergeReport(
                                        merge.getKey(),
                                        merge.getValue().since(),
                                        merge.getValue().remainingWork()))
                .toList();
    }

    private static List<ShardReport.ReaderReport> readers(State state) {
        List<ShardReport.ReaderReport> readers = new ArrayList<>();
        state.leasedReaders()
                .forEach(
                        (id, reader) ->
                                readers.add(
                                        new ShardReport.ReaderReport(
                                                id.toString(),
                                                reader.since(),
                                                reader.seqno(),
                                                reader.heartbeatMillis() + reader.leaseMillis(),
                                                null,
                                                reader.debug().hostname(),
                                                reader.debug().purpose())));
        state.criticalReaders()
                .forEach(
                        (id, reader) ->
                                readers.add(
                                        new ShardReport.ReaderReport(
                                                id.toString(),
                                                reader.since(),
                                                null,
                                                null,
                                                CriticalReaders.Opaque.of(reader).toString(),
                                                reader.debug().hostname(),
                                                reader.debug().purpose())));
        return readers;
    }

    private static List<ShardReport.WriterReport> writers(State state) {
        return state.writers().entrySet().stream()
                .map(
                        writer ->
                                new ShardReport.WriterReport(
                                        writer.getKey().toString(),
                                        writer.getValue().upper(),
                                        writer.getValue().token().toString(),
                                        writer.getValue().heartbeatMillis()
                                                + writer.getValue().leaseMillis(),
                                        writer.getValue().debug().hostname(),
                                        writer.getValue().debug().purpose()))
                .toList();
    }

    private static String lowerCase(String name) {
        return name.toLowerCase(java.util.Locale.ROOT);
    }
}
