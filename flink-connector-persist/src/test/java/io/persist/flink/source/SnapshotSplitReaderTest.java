package io.persist.flink.source;

import static io.persist.flink.source.TestShard.update;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.persist.client.Update;
import io.persist.codec.Unit;

import org.apache.flink.connector.base.source.reader.RecordsWithSplitIds;
import org.apache.flink.connector.base.source.reader.splitreader.SplitsAddition;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** A split read in pieces, by a new reader each. */
class SnapshotSplitReaderTest {
    private static final int KEYS = 1200;

    @TempDir private Path directory;
    private TestShard shard;

    @BeforeEach
    void createShard() throws Exception {
        shard = new TestShard(directory);
        List<Update<String, Unit>> first = new ArrayList<>();
        List<Update<String, Unit>> second = new ArrayList<>();
        for (int i = 0; i < KEYS; i++) {
            // Some of the first are retracted, some doubled.
            first.add(update(key(i), 3, 1));
            if (i % 3 == 0) {
                second.add(update(key(i), 12, i % 2 == 0 ? -1 : 2));
            }
        }
        shard.append(10, first);
        shard.append(20, second);
    }

    private static String key(int i) {
        return String.format("k%05d", i);
    }

    private static List<String> expected() {
        List<String> keys = new ArrayList<>();
        for (int i = 0; i < KEYS; i++) {
            int copies = i % 3 != 0 ? 1 : i % 2 == 0 ? 0 : 3;
            for (int copy = 0; copy < copies; copy++) {
                keys.add(key(i));
            }
        }
        return keys;
    }

    @AfterEach
    void closeShard() {
        shard.close();
    }

    private SnapshotSplitReader<String, Unit, String> reader(SnapshotSplit split) {
        SnapshotSplitReader<String, Unit, String> reader = new SnapshotSplitReader<>(shard.read());
        reader.handleSplitsChanges(new SplitsAddition<>(List.of(split)));
        return reader;
    }

    private static SnapshotSplit split(long asOf, long emitted) {
        return new SnapshotSplit("0", TestShard.ID, asOf, emitted);
    }

    /** Adds the records of one fetch; true at the end of the split. */
    private static boolean fetch(SnapshotSplitReader<?, ?, String> reader, List<String> records)
            throws IOException {
        RecordsWithSplitIds<String> batch = reader.fetch();
        while (batch.nextSplit() != null) {
            for (String r = batch.nextRecordFromSplit();
                    r != null;
                    r = batch.nextRecordFromSplit()) {
                records.add(r);
            }
        }
        return batch.finishedSplits().contains("0");
    }

    private List<String> readFrom(long emitted) throws IOException {
        SnapshotSplitReader<String, Unit, String> reader = reader(split(19, emitted));
        List<String> records = new ArrayList<>();
        boolean finished = false;
        while (!finished) {
            finished = fetch(reader, records);
        }
        reader.close();
        return records;
    }

    @Test
    void aSnapshotIsConsolidatedSortedAndComplete() throws Exception {
        assertThat(readFrom(0)).isEqualTo(expected());
        assertThat(shard.inspect().readers()).isEmpty();
    }

    @Test
    void anEarlierTimeHasItsOwnContents() throws Exception {
        SnapshotSplitReader<String, Unit, String> reader = reader(split(9, KEYS - 1));
        List<String> records = new ArrayList<>();

        assertThat(fetch(reader, records)).isTrue();

        assertThat(records).containsExactly(key(KEYS - 1));
        reader.close();
    }

    @Test
    void readingOnFromAnyPositionGivesExactlyTheRest() throws Exception {
        List<String> all = expected();
        for (int emitted : List.of(1, 2, 3, 499, 500, 501, all.size() - 1, all.size())) {
            assertThat(readFrom(emitted)).isEqualTo(all.subList(emitted, all.size()));
        }
    }

    @Test
    void theContentsAtATimeDoNotChangeWithLaterCommits() throws Exception {
        SnapshotSplitReader<String, Unit, String> reader = reader(split(19, 0));
        List<String> records = new ArrayList<>();
        assertThat(fetch(reader, records)).isFalse();
        reader.close();
        shard.append(30, List.of(update(key(0), 25, 1), update(key(1), 25, -1)));

        records.addAll(readFrom(records.size()));

        assertThat(records).isEqualTo(expected());
    }

    @Test
    void aPausedSplitWaitsForItsResumption() throws Exception {
        SnapshotSplit split = split(19, 0);
        SnapshotSplitReader<String, Unit, String> reader = reader(split);
        reader.pauseOrResumeSplits(List.of(split), List.of());
        reader.wakeUp();
        List<String> records = new ArrayList<>();
        assertThat(fetch(reader, records)).isFalse();
        assertThat(records).isEmpty();

        reader.pauseOrResumeSplits(List.of(), List.of(split));
        fetch(reader, records);

        assertThat(records).isNotEmpty();
        reader.close();
    }

    @Test
    void aTimeThatIsNotThereAnyMoreFailsNamingSinceAndUpper() {
        SnapshotSplitReader<String, Unit, String> reader = reader(split(20, 0));

        assertThatThrownBy(reader::fetch)
                .isInstanceOf(IOException.class)
                .hasMessageContaining(TestShard.ID.toString())
                .hasMessageContaining("as of 20")
                .hasMessageContaining("upper [20]");
        reader.close();
    }
}
