package io.persist.cli;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;

import io.persist.batch.PartInspection;
import io.persist.client.ShardReport;
import io.persist.client.ShardReport.BatchReport;
import io.persist.client.ShardReport.PartKind;
import io.persist.client.ShardReport.PartReport;
import io.persist.client.ShardReport.RunReport;
import io.persist.codec.SchemaId;
import io.persist.frontier.Antichain;

import org.jspecify.annotations.Nullable;

import java.io.PrintWriter;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

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
            run(node, run);
        }
        return object;
    }

    private static void run(ObjectNode node, RunReport run) {
        node.put("order", run.order());
        node.put("schema", id(run.schema()));
        putUnlessNull(node, "deprecated_schema", id(run.deprecatedSchema()));
        if (run.id() != null) {
            node.put("id", run.id());
        }
        putUnlessNull(node, "len", run.len());
        if (!run.meta().isEmpty()) {
            ObjectNode meta = node.putObject("meta");
            run.meta().forEach((name, value) -> meta.put(name, value.hex()));
        }
        ArrayNode parts = node.putArray("parts");
        run.parts().forEach(part -> parts.add(json(part)));
    }

    private static @Nullable Long id(@Nullable SchemaId schema) {
        return schema == null ? null : (Long) schema.value();
    }

    private static void putUnlessNull(ObjectNode node, String name, @Nullable Long value) {
        if (value != null) {
            node.put(name, value);
        }
    }

    private static ObjectNode json(PartReport part) {
        ObjectNode p = Output.JSON.createObjectNode();
        p.put("kind", part.kind().name().toLowerCase(Locale.ROOT));
        p.put("key", part.key());
        p.put("encoded_bytes", part.encodedBytes());
        p.put("format", part.format());
        if (part.tsRewrite() != null) {
            p.set("ts_rewrite", frontier(part.tsRewrite()));
        }
        p.put("diffs_sum", part.diffsSum());
        putUnlessNull(p, "schema", id(part.schema()));
        putUnlessNull(p, "deprecated_schema", id(part.deprecatedSchema()));
        if (!part.keyLower().isEmpty()) {
            p.put("key_lower", part.keyLower().hex());
        }
        if (part.structuredKeyLower() != null) {
            p.put("structured_key_lower", part.structuredKeyLower());
        }
        if (part.stats() != null) {
            p.set("stats", StatsRendering.json(part.stats()));
        }
        PartInspection.InlineFacts inline = part.inline();
        if (inline != null) {
            p.put("columns", inline.format());
            p.put("index", inline.index());
            p.put("updates", inline.updates());
            p.set("lower", frontier(inline.desc().lower()));
            p.set("upper", frontier(inline.desc().upper()));
            p.set("since", frontier(inline.desc().since()));
        }
        putUnlessNull(p, "max_part_bytes", part.maxPartBytes());
        if (part.kind() == PartKind.RUN) {
            ArrayNode listed = p.putArray("parts");
            part.parts().forEach(below -> listed.add(json(below)));
        }
        if (part.problem() != null) {
            p.put("problem", part.problem());
        }
        return p;
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
        printSchemas(out, report);
        printHandles(out, report);
    }

    private static void printBatches(PrintWriter out, ShardReport report) {
        out.println();
        out.println("batches, oldest first");
        for (BatchReport batch : report.batches()) {
            out.println("  " + batch.desc() + "  " + batch.len() + " updates");
            int number = 0;
            for (RunReport run : batch.runs()) {
                out.println("    run " + number++ + "  " + text(run));
                run.meta().forEach((name, value) -> out.println("      " + name + " " + value));
                printParts(out, run.parts(), "      ");
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

    private static String text(RunReport run) {
        return (run.order() == null ? "no order" : run.order())
                + unlessNull("  schema ", run.schema())
                + unlessNull("  deprecated schema ", run.deprecatedSchema())
                + unlessNull("  ", run.id())
                + (run.len() == null ? "" : "  " + run.len() + " updates");
    }

    private static String unlessNull(String before, @Nullable Object value) {
        return value == null ? "" : before + value;
    }

    private static void printParts(PrintWriter out, List<PartReport> parts, String indent) {
        for (PartReport part : parts) {
            out.println(indent + text(part));
            if (part.structuredKeyLower() != null) {
                out.println(indent + "  from " + part.structuredKeyLower());
            } else if (!part.keyLower().isEmpty()) {
                out.println(indent + "  from row bytes " + part.keyLower());
            }
            if (part.stats() != null) {
                StatsRendering.lines(part.stats())
                        .forEach(line -> out.println(indent + "  " + line));
            }
            if (part.problem() != null) {
                out.println(indent + "  problem: " + part.problem());
            }
            printParts(out, part.parts(), indent + "  ");
        }
    }

    private static String text(PartReport part) {
        PartInspection.InlineFacts inline = part.inline();
        return (part.key() == null ? "inline" : part.key())
                + "  "
                + Output.size(part.encodedBytes())
                + "  "
                + (inline == null ? part.format() : inline.format())
                + (inline == null
                        ? ""
                        : "  " + inline.updates() + " updates  built as " + inline.desc())
                + unlessNull("  times moved to ", part.tsRewrite())
                + unlessNull("  sum of diffs ", part.diffsSum())
                + unlessNull("  schema ", part.schema())
                + unlessNull("  deprecated schema ", part.deprecatedSchema());
    }

    private static void printSchemas(PrintWriter out, ShardReport report) {
        out.println();
        out.println("schemas");
        report.schemas()
                .forEach(
                        schema ->
                                out.println(
                                        "  "
                                                + schema.id()
                                                + "  "
                                                + SchemaRendering.text(
                                                        report.codecs().key(), schema.keyHex())
                                                + ", "
                                                + SchemaRendering.text(
                                                        report.codecs().val(), schema.valHex())));
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
    static String time(Antichain frontier) {
        if (frontier.isEmpty()) {
            return "[]";
        }
        long t = frontier.element();
        boolean moment = t > 1_000_000_000_000L && t < 100_000_000_000_000L;
        return frontier + (moment ? "  (" + Instant.ofEpochMilli(t) + ")" : "");
    }
}
