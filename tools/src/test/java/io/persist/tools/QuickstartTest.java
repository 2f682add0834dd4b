package io.persist.tools;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.persist.codec.ShardId;

import org.apache.flink.types.Row;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** What surrounds the job; the job itself is run by the script. */
class QuickstartTest {
    @TempDir private Path home;

    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private final ByteArrayOutputStream err = new ByteArrayOutputStream();

    private int run(String... args) throws Exception {
        return Quickstart.run(
                home,
                List.of(args),
                new PrintStream(out, true, StandardCharsets.UTF_8),
                new PrintStream(err, true, StandardCharsets.UTF_8));
    }

    @Test
    void helpIsPrintedToStandardOutput() throws Exception {
        assertThat(run("--help")).isZero();
        assertThat(out.toString(StandardCharsets.UTF_8)).startsWith("usage: tools/quickstart");
        assertThat(err.size()).isZero();
    }

    @Test
    void wrongArgumentsAreNamedAndNothingIsWritten() throws Exception {
        assertThat(run("--pth", "x")).isEqualTo(2);
        assertThat(run("--path")).isEqualTo(2);
        assertThat(err.toString(StandardCharsets.UTF_8))
                .contains("unknown argument '--pth'")
                .contains("--path needs a directory");
        assertThat(home).isEmptyDirectory();
    }

    @Test
    void aDirectoryInUseIsRefused() throws Exception {
        Path used = Files.createDirectories(home.resolve("used"));
        Files.writeString(used.resolve("something"), "");

        assertThat(run("--path", used.toString())).isEqualTo(2);
        assertThat(err.toString(StandardCharsets.UTF_8)).contains(used + " is not an empty");
        assertThat(used).isDirectoryContaining("glob:**/something");
    }

    @Test
    void theDefaultIsAFreshDirectoryEachTime() throws IOException {
        QuickstartOptions options = new QuickstartOptions(home, null);

        assertThat(options.freshDirectory()).isEqualTo(home.resolve("target/quickstart/1"));
        assertThat(options.freshDirectory()).isEqualTo(home.resolve("target/quickstart/2"));
    }

    @Test
    void differencesCountRepeatedRows() {
        Row a = Row.of(1, "a");
        Row b = Row.of(2, "b");

        assertThat(Difference.of(List.of(a, b, a), List.of(a, a, b)).isEmpty()).isTrue();
        assertThat(Difference.of(List.of(a, a), List.of(a, b)))
                .isEqualTo(new Difference(List.of(a), List.of(b)));
        assertThat(Difference.of(List.of(a), List.of(a, a)).isEmpty()).isFalse();
    }

    @Test
    void tablesAreAligned() {
        assertThat(
                        TextTable.format(
                                List.of("n", "name"), List.of(Row.of(10, "x"), Row.of(1, null))))
                .isEqualTo("   n  name\n  10     x\n   1      \n");
    }

    @Test
    void aDamagedFileIsReportedByLine() throws IOException {
        Path csv = home.resolve("days.csv");
        Files.writeString(
                csv,
                """
                date,precipitation,temp_max,temp_min,wind,weather
                2012-01-01,0.0,12.8,5.0,4.7,drizzle
                2012-01-02,wet,12.8,5.0,4.7,rain
                """);

        assertThatThrownBy(() -> WeatherRows.read(csv))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("line 3")
                .hasMessageContaining("wet");
    }

    @Test
    void theTableIsDeclaredWithItsPathQuoted() {
        WeatherJob job = new WeatherJob(home.resolve("csv"), home.resolve("it's here"));
        ShardId shard = ShardId.named("x");

        assertThat(job.createTable()).contains("it''s here").doesNotContain("'shard'");
        assertThat(job.createTableOf(shard)).contains("'shard' = '" + shard + "'");
    }
}
