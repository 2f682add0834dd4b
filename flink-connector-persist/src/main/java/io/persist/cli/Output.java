package io.persist.cli;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;

import io.persist.store.dump.Dump;

import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;

/** Where results go. */
final class Output {
    static final ObjectMapper JSON =
            new ObjectMapper().enable(JsonGenerator.Feature.WRITE_BIGDECIMAL_AS_PLAIN);

    private Output() {}

    /** One JSON value on one line. */
    static void line(PrintWriter out, JsonNode node) {
        out.println(text(node));
    }

    static String text(JsonNode node) {
        try {
            return JSON.writeValueAsString(node);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("a tree that does not print", e);
        }
    }

    static ObjectNode dump(Dump dump) {
        return JSON.createObjectNode()
                .put("shard", dump.shard().toString())
                .put("log_entries", dump.entries())
                .put("blobs", dump.blobs())
                .put("blob_bytes", dump.blobBytes());
    }

    /** Rows in columns as wide as their widest cell. The first row is the heading. */
    static void table(PrintWriter out, List<List<String>> rows) {
        List<Integer> widths = new ArrayList<>();
        for (List<String> row : rows) {
            for (int i = 0; i < row.size(); i++) {
                int width = row.get(i).codePointCount(0, row.get(i).length());
                if (i == widths.size()) {
                    widths.add(width);
                } else {
                    widths.set(i, Math.max(widths.get(i), width));
                }
            }
        }
        for (List<String> row : rows) {
            StringBuilder line = new StringBuilder();
            for (int i = 0; i < row.size(); i++) {
                String cell = row.get(i);
                line.append(cell);
                if (i + 1 < row.size()) {
                    line.append(
                            " ".repeat(widths.get(i) - cell.codePointCount(0, cell.length()) + 2));
                }
            }
            out.println(line);
        }
    }

    /** Bytes for people. */
    static String size(long bytes) {
        if (bytes < 1024) {
            return bytes + " B";
        }
        double value = bytes;
        String unit = "B";
        for (String next : List.of("KiB", "MiB", "GiB", "TiB")) {
            if (value < 1024) {
                break;
            }
            value /= 1024;
            unit = next;
        }
        return String.format(java.util.Locale.ROOT, "%.1f %s", value, unit);
    }
}
