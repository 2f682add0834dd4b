package io.persist.client;

import io.persist.batch.HollowBatch;
import io.persist.batch.Run;
import io.persist.batch.RunPart;
import io.persist.shard.Profile;
import io.persist.state.CriticalReaders;
import io.persist.state.State;
import io.persist.state.spine.FlatTrace;

import java.util.ArrayList;
import java.util.List;

/** Makes a {@link ShardReport} of a state. */
final class ShardReports {
    private ShardReports() {}

    static ShardReport of(State state, int liveDiffs) {
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
                state.batches().stream().map(ShardReports::batch).toList(),
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

    private static ShardReport.BatchReport batch(HollowBatch batch) {
        return new ShardReport.BatchReport(
                batch.desc(), batch.len(), batch.runs().stream().map(ShardReports::run).toList());
    }

    private static ShardReport.RunReport run(Run run) {
        return new ShardReport.RunReport(
                run.meta().order().map(order -> lowerCase(order.name())).orElse(null),
                run.meta().schema().orElse(null),
                run.parts().stream().map(ShardReports::part).toList());
    }

    private static ShardReport.PartReport part(RunPart part) {
        if (part instanceof RunPart.Hollow hollow) {
            return new ShardReport.PartReport(
                    ShardReport.PartKind.BLOB,
                    hollow.key().text(),
                    hollow.encodedBytes(),
                    format(hollow.format()),
                    hollow.tsRewrite(),
                    hollow.diffsSum(),
                    hollow.schema(),
                    hollow.stats());
        }
        if (part instanceof RunPart.Inline inline) {
            return new ShardReport.PartReport(
                    ShardReport.PartKind.INLINE,
                    null,
                    inline.updates().length(),
                    "inline",
                    inline.tsRewrite(),
                    null,
                    inline.schema(),
                    null);
        }
        if (part instanceof RunPart.Many many) {
            return new ShardReport.PartReport(
                    ShardReport.PartKind.RUN,
                    many.key().text(),
                    many.encodedBytes(),
                    "run",
                    null,
                    many.diffsSum(),
                    null,
                    null);
        }
        throw new AssertionError(part);
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
