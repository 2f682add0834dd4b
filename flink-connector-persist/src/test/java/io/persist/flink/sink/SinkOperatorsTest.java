package io.persist.flink.sink;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.persist.codec.Bytes;
import io.persist.codec.Codec;
import io.persist.codec.Codecs;
import io.persist.codec.Unit;
import io.persist.flink.sink.SinkHarness.Snapshot;
import io.persist.frontier.Antichain;
import io.persist.shard.WriterLine;
import io.persist.store.BlobKey;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInfo;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/** One writer, the sealer and the committer through checkpoints, failures and restores. */
class SinkOperatorsTest {
    /** Larger than what travels inside the metadata. */
    private static final String LARGE = "x".repeat(10_000);

    private TestShard shard;

    @BeforeEach
    void openShard(TestInfo test) {
        shard = new TestShard("mem:sink-operators-" + test.getDisplayName());
    }

    @Test
    void rowsBecomeVisibleWhenTheirCheckpointCompletes() throws Exception {
        try (SinkHarness job = SinkHarness.start(shard)) {
            job.write("a", "b", "a").barrier(1);
            assertThat(shard.contents()).isEmpty();
            job.complete(1);
            assertThat(shard.contents()).isEqualTo(Map.of("a", 2L, "b", 1L));
        }
    }

    @Test
    void emptyCheckpointMovesTheUpperOnWithoutAPart() throws Exception {
        try (SinkHarness job = SinkHarness.start(shard)) {
            job.checkpoint(1);
            Antichain upper = shard.upper();
            assertThat(upper).isNotEqualTo(Antichain.minimum());
            job.checkpoint(2);
            assertThat(upper.lessThan(shard.upper())).isTrue();
        }
        assertThat(shard.parts()).isEmpty();
    }

    @Test
    void declinedCheckpointGoesOutWithTheNextOne() throws Exception {
        try (SinkHarness job = SinkHarness.start(shard)) {
            job.write("a").barrier(1);
            job.write("b").checkpoint(2);
        }
        assertThat(shard.contents()).isEqualTo(Map.of("a", 1L, "b", 1L));
    }

    @Test
    void batchesOfACheckpointDeclinedHalfWayAreSealedWithTheNextOne() throws Exception {
        try (SinkHarness job = SinkHarness.start(shard)) {
            job.write("a").writerBarrierOnly(1);
            job.write("b").checkpoint(2);
        }
        assertThat(shard.contents()).isEqualTo(Map.of("a", 1L, "b", 1L));
    }

    @Test
    void restoredCommitThatWasNotMadeIsMade() throws Exception {
        Snapshot snapshot;
        try (SinkHarness job = SinkHarness.start(shard)) {
            snapshot = job.write("a").barrier(1);
            job.write("lost");
        }
        try (SinkHarness job = SinkHarness.restore(shard, snapshot)) {
            assertThat(shard.contents()).isEqualTo(Map.of("a", 1L));
            job.write("b").checkpoint(2);
        }
        assertThat(shard.contents()).isEqualTo(Map.of("a", 1L, "b", 1L));
    }

    @Test
    void restoredCommitThatWasMadeIsNotMadeAgain() throws Exception {
        Snapshot snapshot;
        try (SinkHarness job = SinkHarness.start(shard)) {
            snapshot = job.write("a", LARGE).checkpoint(1);
        }
        for (int restore = 1; restore <= 3; restore++) {
            try (SinkHarness job = SinkHarness.restore(shard, snapshot)) {
                job.write("never completed").barrier(2);
            }
        }
        try (SinkHarness job = SinkHarness.restore(shard, snapshot)) {
            job.write("b").checkpoint(2);
        }
        assertThat(shard.contents()).isEqualTo(Map.of("a", 1L, LARGE, 1L, "b", 1L));
    }

    @Test
    void snapshotThatTheShardHasLeftBehindIsRefused() throws Exception {
        Snapshot old;
        try (SinkHarness job = SinkHarness.start(shard)) {
            old = job.write("a").checkpoint(1);
            job.write("b").checkpoint(2);
            job.write("c").checkpoint(3);
        }
        try (SinkHarness job = SinkHarness.restore(shard, old)) {
            job.write("b");
            assertThatThrownBy(() -> job.checkpoint(2))
                    .isInstanceOf(ChainRefusedException.class)
                    .hasMessageContainingAll("Rewind", "2 commits", "generation 1", "ordinal 1");
        }
        assertThat(shard.contents()).isEqualTo(Map.of("a", 1L, "b", 1L, "c", 1L));
    }

    @Test
    void earlierStartIsFencedOnceALaterOneHasTakenOver() throws Exception {
        try (SinkHarness earlier = SinkHarness.start(shard)) {
            Snapshot snapshot = earlier.write("a").checkpoint(1);
            earlier.write("doubled").barrier(2);
            try (SinkHarness later = SinkHarness.restore(shard, snapshot)) {
                later.write("b").barrier(2);
                assertThatThrownBy(() -> earlier.complete(2))
                        .isInstanceOf(ChainRefusedException.class)
                        .hasMessageContainingAll("Fenced", "by generation 2", "checkpoint 2");
                later.complete(2);
            }
        }
        assertThat(shard.contents()).isEqualTo(Map.of("a", 1L, "b", 1L));
    }

    @Test
    void startWithoutSnapshotFencesTheEarlierRunOfTheSameSinkId() throws Exception {
        try (SinkHarness forgotten =
                SinkHarness.start(shard.sink().sinkId("orders").build(), null)) {
            forgotten.write("a").checkpoint(1);
            try (SinkHarness fresh =
                    SinkHarness.start(shard.sink().sinkId("orders").build(), null)) {
                fresh.write("b").checkpoint(1);
                forgotten.write("c");
                assertThatThrownBy(() -> forgotten.checkpoint(2))
                        .hasMessageContainingAll("Fenced", "'orders'");
            }
        }
        assertThat(shard.contents()).isEqualTo(Map.of("a", 1L, "b", 1L));
    }

    @Test
    void independentSinksShareAShard() throws Exception {
        try (SinkHarness one = SinkHarness.start(shard);
                SinkHarness other = SinkHarness.start(shard)) {
            one.write("a").checkpoint(1);
            other.write("b").checkpoint(1);
            one.write("c").checkpoint(2);
            other.write("d").checkpoint(2);
        }
        assertThat(shard.contents()).isEqualTo(Map.of("a", 1L, "b", 1L, "c", 1L, "d", 1L));
    }

    @Test
    void endOfInputIsSealedOnceAndCommittedByTheFinalCheckpoint() throws Exception {
        try (SinkHarness job = SinkHarness.start(shard)) {
            job.write("a").checkpoint(1);
            job.write("b").endInput();
            assertThat(shard.contents()).isEqualTo(Map.of("a", 1L));
            job.barrier(2);
            Antichain upper = shard.upper();
            job.barrier(3);
            job.complete(3);
            assertThat(shard.contents()).isEqualTo(Map.of("a", 1L, "b", 1L));
            assertThat(upper.lessThan(shard.upper())).isTrue();
        }
    }

    @Test
    void jobRestoredAfterItsEndOnlyRepeatsTheLastCommit() throws Exception {
        Snapshot last;
        try (SinkHarness job = SinkHarness.start(shard)) {
            job.write("a").endInput();
            last = job.barrier(1);
        }
        try (SinkHarness job = SinkHarness.restore(shard, last)) {
            job.endInput();
            job.checkpoint(2);
        }
        assertThat(shard.contents()).isEqualTo(Map.of("a", 1L));
    }

    @Test
    void restoredCommitWithAMissingBlobIsRefusedByKey() throws Exception {
        Snapshot snapshot;
        try (SinkHarness job = SinkHarness.start(shard)) {
            snapshot = job.write(LARGE).barrier(1);
        }
        BlobKey gone = shard.parts().get(0);
        shard.delete(gone);
        assertThatThrownBy(() -> SinkHarness.restore(shard, snapshot))
                .hasMessageContaining(gone.text());
        assertThat(shard.contents()).isEmpty();
    }

    @Test
    void partsOfARestoredWriterHaveAHigherIncarnation() throws Exception {
        Snapshot snapshot;
        try (SinkHarness job = SinkHarness.start(shard)) {
            snapshot = job.write(LARGE).checkpoint(1);
        }
        List<BlobKey> before = shard.parts();
        try (SinkHarness job = SinkHarness.restore(shard, snapshot)) {
            job.write(LARGE).checkpoint(2);
        }
        List<BlobKey> after = shard.parts();
        after.removeAll(before);
        assertThat(before).hasSize(1);
        assertThat(after).hasSize(1);
        assertThat(line(before.get(0)).tag()).isEqualTo(line(after.get(0)).tag());
        assertThat(line(before.get(0)).incarnation()).isEqualTo(1);
        assertThat(line(after.get(0)).incarnation()).isEqualTo(2);
    }

    private static WriterLine line(BlobKey key) {
        String id = key.text().substring(key.text().lastIndexOf("/p") + 2).replace("-", "");
        return new WriterLine(
                Integer.parseUnsignedInt(id.substring(0, 8), 16),
                Integer.parseInt(id.substring(8, 14), 16));
    }

    @Test
    void writerThatClosesDeletesWhatItHasNotHandedOver() throws Exception {
        try (SinkHarness job =
                SinkHarness.start(shard.sink().partTargetBytes(5_000).build(), null)) {
            job.write(LARGE, LARGE);
        }
        assertThat(shard.parts()).isEmpty();
    }

    /** "+row" inserts, "-row" retracts, "=" stands for nothing. */
    private static final class Changes implements SinkJobs.StringKeys<String> {
        private static final long serialVersionUID = 1L;

        @Override
        public void serialize(String record, UpdateCollector<String, Unit> updates)
                throws IOException, InterruptedException {
            if (record.startsWith("!")) {
                throw new IOException("no change: " + record);
            }
            long diff = record.startsWith("+") ? 1 : record.startsWith("-") ? -1 : 0;
            updates.collect(record.substring(1), Unit.UNIT, diff);
        }
    }

    @Test
    void retractionsTakeRowsAwayAgain() throws Exception {
        PersistSink<String> sink = shard.sink().serializer(new Changes()).build();
        try (SinkHarness job = SinkHarness.start(sink, null)) {
            job.write("+a", "+b", "+b", "=").checkpoint(1);
            job.write("-b", "+c").checkpoint(2);
            assertThat(shard.contents()).isEqualTo(Map.of("a", 1L, "b", 1L, "c", 1L));
        }
    }

    @Test
    void rowsThatComeAndGoWithinACheckpointAreNotStored() throws Exception {
        PersistSink<String> sink = shard.sink().serializer(new Changes()).build();
        try (SinkHarness job = SinkHarness.start(sink, null)) {
            job.write("+" + LARGE, "-" + LARGE).checkpoint(1);
        }
        assertThat(shard.contents()).isEmpty();
        assertThat(shard.parts()).isEmpty();
    }

    @Test
    void recordWithoutFormFailsTheJob() throws Exception {
        PersistSink<String> sink = shard.sink().serializer(new Changes()).build();
        try (SinkHarness job = SinkHarness.start(sink, null)) {
            assertThatThrownBy(() -> job.write("!a"))
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining("no change: !a");
        }
    }

    @Test
    void shardOfOtherCodecsIsRefused() throws Exception {
        try (SinkHarness job = SinkHarness.start(shard)) {
            job.checkpoint(1);
        }
        PersistSink<String> other = shard.sink().serializer(new AsBytes()).build();
        assertThatThrownBy(() -> SinkHarness.start(other, null).write("a"))
                .isInstanceOf(IOException.class)
                .hasMessageContainingAll("codec mismatch", "String", "Vec<u8>");
    }

    private static final class AsBytes implements PersistRecordSerializer<String, Bytes, Unit> {
        private static final long serialVersionUID = 1L;

        @Override
        public Codec<Bytes> keyCodec() {
            return Codecs.BYTES;
        }

        @Override
        public Codec<Unit> valCodec() {
            return Codecs.UNIT;
        }

        @Override
        public void serialize(String record, UpdateCollector<Bytes, Unit> updates)
                throws IOException, InterruptedException {
            updates.collect(Bytes.utf8(record), Unit.UNIT, 1);
        }
    }

    @Test
    void pathThatCannotBeWrittenIsNamed(@TempDir Path folder) throws Exception {
        Path file = Files.createFile(folder.resolve("a-file"));
        PersistSink<String> sink = shard.sink().path(file.resolve("below").toString()).build();
        assertThatThrownBy(() -> SinkHarness.start(sink, null).write("a"))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("a-file");
    }

    @Test
    void recordsAndBytesAreCounted() throws Exception {
        try (SinkHarness job = SinkHarness.start(shard)) {
            job.write("a", "b").barrier(1);
            assertThat(job.recordsSent()).isEqualTo(2);
            assertThat(job.bytesSent()).isPositive();
        }
    }
}
