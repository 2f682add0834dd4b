package io.persist.docs;

import static org.assertj.core.api.Assertions.assertThat;

import org.apache.flink.table.api.EnvironmentSettings;
import org.apache.flink.table.api.TableEnvironment;
import org.apache.flink.types.Row;
import org.apache.flink.util.CloseableIterator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.File;
import java.io.IOException;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

import javax.tools.JavaCompiler;
import javax.tools.StandardJavaFileManager;
import javax.tools.ToolProvider;

/** The examples of the README compile, run, and do what it says. */
class ReadmeITCase {
    private static final Path README = Path.of("..", "README.md");

    @TempDir Path folder;

    @Test
    void theDataStreamExampleCompilesAndRuns() throws Exception {
        String source = only("java");
        Path file = folder.resolve("WordsJob.java");
        Files.writeString(file, source);
        JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
        StringWriter messages = new StringWriter();
        try (StandardJavaFileManager files = compiler.getStandardFileManager(null, null, null)) {
            boolean compiled =
                    compiler.getTask(
                                    messages,
                                    files,
                                    null,
                                    List.of("-proc:none", "-d", folder.toString()),
                                    null,
                                    files.getJavaFileObjects(file))
                            .call();
            assertThat(compiled).as(messages.toString()).isTrue();
        }
        // As a user runs it: a program of its own.
        Process job =
                new ProcessBuilder(
                                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                                "--add-opens=java.base/java.util=ALL-UNNAMED",
                                "-cp",
                                folder + File.pathSeparator + System.getProperty("java.class.path"),
                                "WordsJob",
                                folder.resolve("shards").toString())
                        .redirectErrorStream(true)
                        .redirectOutput(folder.resolve("output").toFile())
                        .start();
        boolean ended = job.waitFor(2, TimeUnit.MINUTES);
        job.destroyForcibly();
        assertThat(ended).as("ended in time").isTrue();
        assertThat(job.exitValue()).as(Files.readString(folder.resolve("output"))).isZero();
        assertThat(folder.resolve("shards/consensus")).isDirectory();
    }

    @Test
    @SuppressWarnings("try") // Flink declares that close() may be interrupted
    void theSqlExampleRuns() throws Exception {
        TableEnvironment env = TableEnvironment.create(EnvironmentSettings.inBatchMode());
        List<String> rows = new ArrayList<>();
        for (String statement : only("sql").split(";")) {
            if (statement.isBlank()) {
                continue;
            }
            String here =
                    statement.replace(
                            "file:///tmp/persist-readme", folder.resolve("sql").toUri().toString());
            var result = env.executeSql(here);
            if (here.strip().startsWith("INSERT")) {
                result.await();
            } else if (here.strip().startsWith("SELECT")) {
                CloseableIterator<Row> all = result.collect();
                all.forEachRemaining(row -> rows.add(row.toString()));
                all.close();
            }
        }
        assertThat(rows).containsExactlyInAnyOrder("+I[Seattle, 1]", "+I[Portland, 1]");
    }

    private static String only(String language) throws IOException {
        Matcher matcher =
                Pattern.compile("```" + language + "\\n(.*?)```", Pattern.DOTALL)
                        .matcher(Files.readString(README));
        assertThat(matcher.find()).as("a block of " + language).isTrue();
        String block = matcher.group(1);
        assertThat(matcher.find()).as("a second block of " + language).isFalse();
        return block;
    }
}
