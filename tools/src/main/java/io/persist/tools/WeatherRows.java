package io.persist.tools;

import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.api.connector.source.SourceReaderContext;
import org.apache.flink.connector.datagen.source.GeneratorFunction;
import org.apache.flink.table.api.DataTypes;
import org.apache.flink.table.api.Schema;
import org.apache.flink.types.Row;

import java.io.IOException;
import java.math.BigDecimal;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * The days of the weather file, by number. A generator reads the file when its reader starts, so
 * that a rate limiter can pace what would else be over before the first checkpoint.
 */
final class WeatherRows implements GeneratorFunction<Long, Row> {
    private static final long serialVersionUID = 1L;

    private static final String HEADER = "date,precipitation,temp_max,temp_min,wind,weather";

    static final Schema SCHEMA =
            Schema.newBuilder()
                    .column("date", DataTypes.DATE())
                    .column("precipitation", DataTypes.DECIMAL(5, 1))
                    .column("temp_max", DataTypes.DECIMAL(4, 1))
                    .column("temp_min", DataTypes.DECIMAL(4, 1))
                    .column("wind", DataTypes.DECIMAL(4, 1))
                    .column("weather", DataTypes.STRING())
                    .build();

    static final TypeInformation<Row> TYPE =
            Types.ROW_NAMED(
                    HEADER.split(","),
                    Types.LOCAL_DATE,
                    Types.BIG_DEC,
                    Types.BIG_DEC,
                    Types.BIG_DEC,
                    Types.BIG_DEC,
                    Types.STRING);

    private final String file;
    private transient List<Row> rows = List.of();

    WeatherRows(Path file) {
        this.file = file.toString();
    }

    @Override
    public void open(SourceReaderContext context) throws IOException {
        rows = read(Path.of(file));
    }

    @Override
    public Row map(Long index) {
        return rows.get(index.intValue());
    }

    /**
     * All days in the file's order.
     *
     * @throws IOException also if a line is not as expected, with its number
     */
    static List<Row> read(Path file) throws IOException {
        List<String> lines = Files.readAllLines(file);
        if (lines.isEmpty() || !lines.get(0).equals(HEADER)) {
            throw new IOException(file + " does not begin with '" + HEADER + "'");
        }
        List<Row> rows = new ArrayList<>();
        for (String line : lines.subList(1, lines.size())) {
            rows.add(parse(file, rows.size() + 2, line));
        }
        return rows;
    }

    private static Row parse(Path file, int number, String line) throws IOException {
        String[] fields = line.split(",", -1);
        try {
            return Row.of(
                    LocalDate.parse(fields[0]),
                    new BigDecimal(fields[1]),
                    new BigDecimal(fields[2]),
                    new BigDecimal(fields[3]),
                    new BigDecimal(fields[4]),
                    fields[5]);
        } catch (RuntimeException e) {
            throw new IOException(
                    String.format(Locale.ROOT, "%s, line %d: '%s'", file, number, line), e);
        }
    }
}
