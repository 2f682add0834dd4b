package io.persist.cli;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;

import io.persist.client.ShardReport;
import io.persist.client.ShardReport.BatchReport;
import io.persist.client.ShardReport.PartReport;
import io.persist.client.ShardReport.RunReport;
import io.persist.frontier.Antichain;

import org.jspecify.annotations.Nullable;

import java.io.PrintWriter;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/**
 * A shard's report as text and as JSON. Frontiers are arrays in JSON: {@code []} is the empty
 * antichain.
 */
final class ReportRendering {
    private ReportRendering() {}

    static ArrayNode frontier(Antichain frontier) {
        ArrayNode array = Output.JSON.createArrayNode();
        if (!frontier.isEmpty()) {
            array.add(new java.math.BigInteger(Long.toUnsignedString(frontier.element())));
        }
        return array;
    }

    static ObjectNode json(ShardReport report) {
        ObjectNode object = Output.JSON.createObjectNode();
        object.put("shard", report.shard().toString());
        object.put("label", report.label());
        object.put("profile", report.profile().toString());
        object.put("seqno", report.seqno().value());
        object.put("walltime_ms", report.walltimeMillis());
        object.put("hostname", report.hostname());
        ObjectNode codecs = object.putObject("codecs");
        codecs.put("key", report.codecs().key());
        codecs.put("val", report.codecs().val());
        codecs.put("ts", report.codecs().time());
        codecs.put("diff", report.codecs().diff());
        object.set("since", frontier(report.since()));
        object.set("upper", frontier(report.upper()));
        object.put("last_gc_req", report.lastGcReq().value());
        object.put("live_diffs", report.liveDiffs());
        object.put("parts", report.partCount());
        object.put("updates", report.updateCount());
        object.put("encoded_bytes", report.encodedBytes());
        ArrayNode batches = object.putArray("batches");
        report.batches().forEach(b -> batches.add(batch(b)));
        ArrayNode merges = object.putArray("merges");
        report.merges()
                .forEach(
                        m -> {
                            ObjectNode merge = merges.addObject();
                            merge.put("id", m.id().toString());
                            merge.set("since", frontier(m.since()));
                            merge.put("remaining_work", m.remainingWork());
                        });
        handles(object, report);
        return object;
    }

    private static void handles(ObjectNode object, ShardReport report) {
        ArrayNode readers = object.putArray("readers");
        report.readers()
                .forEach(
                        r -> {
                            ObjectNode reader = readers.addObject();
                            reader.put("id", r.id());
                            reader.set("since", frontier(r.since()));
                            if (r.seqno() != null) {
                                reader.put("seqno", r.seqno().value());
                            }
                            if (r.leaseUntilMillis() != null) {
                                reader.put("lease_until_ms", r.leaseUntilMillis());
                            }
                            if (r.token() != null) {
                                reader.put("token", r.token());
                            }
                            reader.put("hostname", r.hostname()).put("purpose", r.purpose());
                        });
        ArrayNode writers = object.putArray("writers");
        report.writers()
                .forEach(
                        w -> {
                            ObjectNode writer = writers.addObject();
                            writer.put("id", w.id());
                            writer.set("upper", frontier(w.upper()));
                            writer.put("token", w.token());
                            writer.put("lease_until_ms", w.leaseUntilMillis());
                            writer.put("hostname", w.hostname()).put("purpose", w.purpose());
                        });
        ArrayNode rollups = object.putArray("rollups");
        report.rollups()
                .forEach(
                        r -> {
                            ObjectNode rollup = rollups.addObject();
                            rollup.put("seqno", r.seqno().value()).put("key", r.key());
                            rollup.put("encoded_bytes", r.encodedBytes());
                        });
        ArrayNode schemas = object.putArray("schemas");
        report.schemas()
                .forEach(
                        s ->
                                schemas.addObject()
                                        .put("id", s.id().value())
                                        .put("key", s.keyHex())
                                        .put("val", s.valHex()));
    }

    private static ObjectNode batch(BatchReport batch) {
        ObjectNode object = Output.JSON.createObjectNode();
        object.set("lower", frontier(batch.desc().lower()));
        object.set("upper", frontier(batch.desc().upper()));
        object.set("since", frontier(batch.desc().since()));
        object.put("len", batch.len());
        ArrayNode runs = object.putArray("runs");
        for (RunReport run : batch.runs()) {
            ObjectNode node = runs.addObject();
            node.put("order", run.order());
            node.put("schema", run.schema() == null ? null : run.schema().value());
            ArrayNode parts = node.putArray("parts");
            for (PartReport part : run.parts()) {
                ObjectNode p = parts.addObject();
                p.put("kind", part.kind().name().toLowerCase(java.util.Locale.ROOT));
                p.put("key", part.key());
                p.put("encoded_bytes", part.encodedBytes());
                p.put("format", part.format());
                if (part.tsRewrite() != null) {
                    p.set("ts_rewrite", frontier(part.tsRewrite()));
                }
                p.put("diffs_sum", part.diffsSum());
                if (part.stats() != null) {
                    p.set("stats", StatsRendering.json(part.stats()));
                }
            }
        }
        return object;
    }

    static void print(PrintWriter out, ShardReport report) {
        List<List<String>> facts = new ArrayList<>();
        facts.add(List.of("shard", report.shard().toString()));
        facts.add(List.of("codecs", report.codecs().toString()));
        facts.add(List.of("upper", time(report.upper())));
        facts.add(List.of("since", time(report.since())));
        facts.add(
                List.of(
                        "state",
                        report.seqno()
                                + ", label "
                                + report.label()
                                + " ("
                                + report.profile()
                                + "), written "
                                + Instant.ofEpochMilli(report.walltimeMillis())
                                + " by "
                                + report.hostname()));
        facts.add(
                List.of(
                        "log",
                        report.liveDiffs()
                                + " state diffs live, gc asked for up to "
                                + report.lastGcReq()));
        facts.add(
                List.of(
                        "data",
                        report.batches().size()
                                + " batches, "
                                + report.partCount()
                                + " parts, "
                                + report.updateCount()
                                + " updates, "
                                + Output.size(report.encodedBytes())));
        Output.table(out, facts);
        printBatches(out, report);
        printHandles(out, report);
    }

    private static void printBatches(PrintWriter out, ShardReport report) {
        out.println();
        out.println("batches, oldest first");
        for (BatchReport batch : report.batches()) {
            out.println("  " + batch.desc() + "  " + batch.len() + " updates");
            int number = 0;
            for (RunReport run : batch.runs()) {
                out.println(
                        "    run "
                                + number++
                                + "  "
                                + (run.order() == null ? "no order" : run.order())
                                + (run.schema() == null ? "" : "  schema " + run.schema()));
                for (PartReport part : run.parts()) {
                    out.println("      " + part(part));
                    if (part.stats() != null) {
                        StatsRendering.lines(part.stats())
                                .forEach(line -> out.println("        " + line));
                    }
                }
            }
        }
        report.merges()
                .forEach(
                        m ->
                                out.println(
                                        "  merge "
                                                + m.id()
                                                + "  since "
                                                + m.since()
                                                + "  work left "
                                                + m.remainingWork()));
    }

    private static String part(PartReport part) {
        String name = part.key() == null ? "inline" : part.key();
        return name
                + "  "
                + Output.size(part.encodedBytes())
                + "  "
                + part.format()
                + (part.tsRewrite() == null ? "" : "  times moved to " + part.tsRewrite())
                + (part.diffsSum() == null ? "" : "  sum of diffs " + part.diffsSum());
    }

    private static void printHandles(PrintWriter out, ShardReport report) {
        out.println();
        out.println("writers");
        report.writers()
                .forEach(
                        w ->
                                out.println(
                                        "  "
                                                + w.id()
                                                + "  upper "
                                                + w.upper()
                                                + "  lease until "
                                                + Instant.ofEpochMilli(w.leaseUntilMillis())
                                                + "  "
                                                + w.purpose()
                                                + " @ "
                                                + w.hostname()));
        out.println("readers");
        report.readers()
                .forEach(
                        r ->
                                out.println(
                                        "  "
                                                + r.id()
                                                + "  since "
                                                + r.since()
                                                + (r.seqno() == null ? "" : "  holds " + r.seqno())
                                                + until(r.leaseUntilMillis())
                                                + token(r.token())
                                                + "  "
                                                + r.purpose()
                                                + " @ "
                                                + r.hostname()));
        out.println("rollups");
        report.rollups()
                .forEach(
                        r ->
                                out.println(
                                        "  "
                                                + r.key()
                                                + (r.encodedBytes() == null
                                                        ? ""
                                                        : "  " + Output.size(r.encodedBytes()))));
    }

    private static String token(@Nullable String token) {
        return token == null ? "" : "  for ever, token " + token;
    }

    private static String until(@Nullable Long millis) {
        return millis == null ? "" : "  lease until " + Instant.ofEpochMilli(millis);
    }

    /** Times that look like milliseconds of this age are shown as a moment, too. */
    private static String time(Antichain frontier) {
        if (frontier.isEmpty()) {
            return "[]";
        }
        long t = frontier.element();
        boolean moment = t > 1_000_000_000_000L && t < 100_000_000_000_000L;
        return frontier + (moment ? "  (" + Instant.ofEpochMilli(t) + ")" : "");
    }
}
