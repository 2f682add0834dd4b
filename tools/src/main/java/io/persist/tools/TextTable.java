package io.persist.tools;

import org.apache.flink.types.Row;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/** Rows as aligned text, numbers to the right. */
final class TextTable {
    private TextTable() {}

    static String format(List<String> header, List<Row> rows) {
        List<List<String>> lines = new ArrayList<>();
        lines.add(header);
        for (Row row : rows) {
            List<String> cells = new ArrayList<>();
            for (int i = 0; i < row.getArity(); i++) {
                cells.add(Objects.toString(row.getField(i), ""));
            }
            lines.add(cells);
        }
        StringBuilder text = new StringBuilder();
        for (List<String> line : lines) {
            for (int i = 0; i < line.size(); i++) {
                text.append(" ".repeat(2 + width(lines, i) - line.get(i).length()));
                text.append(line.get(i));
            }
            text.append('\n');
        }
        return text.toString();
    }

    private static int width(List<List<String>> lines, int column) {
        return lines.stream().mapToInt(line -> line.get(column).length()).max().orElse(0);
    }
}
