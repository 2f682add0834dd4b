package io.persist.e2e.chaos;

import static org.assertj.core.api.Assertions.assertThat;

import io.persist.client.PersistClient;
import io.persist.client.PersistConfig;
import io.persist.client.PersistLocation;
import io.persist.client.Update;
import io.persist.client.WriteHandle;
import io.persist.codec.Codecs;
import io.persist.codec.Unit;
import io.persist.frontier.Antichain;

import org.apache.flink.types.Row;
import org.apache.flink.types.RowKind;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.stream.Stream;

/** What is done to a shard behind the job's back shows in the report of a run. */
class SabotageTest {
    private static final int COMMITS = 4;
    private static final long NUMBERS = 5_000;

    @TempDir private Path directory;

    private PersistClient client;
    private WriteHandle<String, Unit> writer;
    private long upper;

    @BeforeEach
    void open() throws Exception {
        client =
                PersistClient.open(
                        PersistLocation.parse(directory.resolve("shards").toUri().toString()),
                        // Nothing moves parts but the test.
                        PersistConfig.builder()
                                .maintenance(PersistConfig.Maintenance.NONE)
                                .build());
        writer = client.openWriter(ChaosJob.SHARD, Codecs.STRING, Codecs.UNIT, "test");
    }

    @AfterEach
    void close() {
        writer.close();
        client.close();
    }

    /** The numbers of one commit of a lane, and its end if it is the last. */
    private static List<Row> rows(int lane, int commit) {
        List<Row> rows = new ArrayList<>();
        for (long i = commit * NUMBERS; i < (commit + 1) * NUMBERS; i++) {
            rows.addAll(Lane.changes(lane, i));
        }
        if (commit == COMMITS - 1) {
            rows.add(new Lane.Mark(0, Lane.Mark.Kind.END, COMMITS * NUMBERS).row(lane));
        }
        return rows;
    }

    private void append(List<Row> rows) throws Exception {
        List<Update<String, Unit>> updates = new ArrayList<>();
        for (Row row : rows) {
            updates.add(
                    new Update<>(
                            row.getField(0) + "/" + row.getField(1) + "/" + row.getField(2),
                            Unit.UNIT,
                            upper,
                            row.getKind() == RowKind.INSERT ? 1 : -1));
        }
        writer.compareAndAppend(updates, Antichain.of(upper), Antichain.of(upper + 1)).orThrow();
        upper++;
    }

    private void appendAllBut(int lostLane, int lostCommit) throws Exception {
        for (int commit = 0; commit < COMMITS; commit++) {
            for (int lane = 0; lane < 2; lane++) {
                append(lane == lostLane && commit == lostCommit ? List.of() : rows(lane, commit));
            }
        }
    }

    private Report report() throws Exception {
        return new Report(
                Duration.ZERO,
                List.of(2),
                new EnumMap<>(Fault.class),
                Account.take(client, ChaosJob.Api.DATASTREAM, 2),
                Leaks.find(client, directory.resolve("shards")));
    }

    private List<Path> parts() throws IOException {
        try (Stream<Path> files = Files.walk(directory.resolve("shards").resolve("blob"))) {
            return files.filter(file -> file.getFileName().toString().startsWith("p"))
                    .sorted()
                    .toList();
        }
    }

    @Test
    void whatTheJobWouldHaveWrittenIsClean() throws Exception {
        appendAllBut(-1, -1);
        Report report = report();
        assertThat(report.isClean()).as(report.text()).isTrue();
        assertThat(report.account().numbers()).isEqualTo(2 * COMMITS * NUMBERS);
        assertThat(report.text()).contains("lost         0", "doubled      0", "leaked       0");
        assertThat(parts()).hasSize(2 * COMMITS);
    }

    @Test
    void anAppendThatWasMadeTwiceIsDoubled() throws Exception {
        appendAllBut(-1, -1);
        append(rows(1, 2));
        Report report = report();
        assertThat(report.isClean()).isFalse();
        assertThat(report.account().doubled()).isGreaterThan(NUMBERS / 2);
    }

    @Test
    void anAppendThatWasNotMadeIsLost() throws Exception {
        appendAllBut(0, 1);
        Report report = report();
        assertThat(report.isClean()).isFalse();
        assertThat(report.account().lost()).isGreaterThan(NUMBERS / 2);
    }

    @Test
    void theLastAppendThatWasNotMadeIsLost() throws Exception {
        appendAllBut(1, COMMITS - 1);
        Report report = report();
        assertThat(report.isClean()).isFalse();
        assertThat(report.account().examples()).contains("lost: end of lane 1");
    }

    @Test
    void aPartThatWasRemovedIsLost() throws Exception {
        appendAllBut(-1, -1);
        Files.delete(parts().get(3));
        Report report = report();
        assertThat(report.isClean()).isFalse();
        assertThat(report.account().lost()).isPositive();
        assertThat(report.text()).contains("the shard cannot be read", "though its newest state");
    }

    @Test
    void whatNoStateLeadsToIsLeakedByItsKind() throws Exception {
        appendAllBut(-1, -1);
        Path part = parts().get(0);
        Files.copy(part, part.resolveSibling("p00000000-0000-4000-8000-000000000001"));
        Files.writeString(
                part.resolveSibling("p00000000-0000-4000-8000-000000000002"),
                "run",
                StandardCharsets.UTF_8);
        Path states =
                Files.createDirectories(part.getParent().resolveSibling("v00000000000000000007"));
        Files.writeString(
                states.resolve("r00000000-0000-4000-8000-000000000003"),
                "state",
                StandardCharsets.UTF_8);
        Report report = report();
        assertThat(report.isClean()).isFalse();
        assertThat(report.text()).contains("leaked       3: 1 parts, 1 runs, 1 rollups");
        assertThat(report.account().lost()).isZero();
    }
}
