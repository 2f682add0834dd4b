package io.persist.client.compaction;

import static org.assertj.core.api.Assertions.assertThat;

import io.persist.batch.BatchMemory;
import io.persist.batch.BatchMetrics;
import io.persist.batch.BatchStore;
import io.persist.batch.CallingThread;
import io.persist.batch.HollowBatch;
import io.persist.batch.HollowBatchEncoding;
import io.persist.batch.PartReading;
import io.persist.batch.Run;
import io.persist.batch.RunMeta;
import io.persist.batch.RunOrder;
import io.persist.batch.RunPart;
import io.persist.codec.Bytes;
import io.persist.codec.ShardId;
import io.persist.frontier.Antichain;
import io.persist.frontier.Description;
import io.persist.shard.Profile;
import io.persist.state.spine.IdBatch;
import io.persist.state.spine.SpineId;
import io.persist.store.PartKey;
import io.persist.store.Retry;
import io.persist.store.mem.MemBlob;
import io.persist.testing.ManualTime;
import io.persist.testing.SeededIds;

import org.junit.jupiter.api.Test;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.UUID;
import java.util.stream.Collectors;

/** What is merged at once, in either generation. */
final class ChunksTest {
    private final MemBlob blob = new MemBlob();

    static HollowBatch batch(long lower, Run... runs) {
        Description desc =
                new Description(Antichain.of(lower), Antichain.of(lower + 1), Antichain.minimum());
        return new HollowBatch(desc, runs.length, List.of(runs), Bytes.EMPTY);
    }

    static Run run(String key, long bytes) {
        return new Run(RunMeta.of(RunOrder.STRUCTURED, null), List.of(part(key, bytes)));
    }

    private static RunPart part(String key, long bytes) {
        return new RunPart.Hollow(
                new PartKey("n2600000/" + key),
                bytes,
                Bytes.EMPTY,
                null,
                null,
                null,
                new RunPart.FormatHint.Structured(),
                null,
                null,
                null,
                Bytes.EMPTY);
    }

    /** Chunks as text: the keys of the first parts of their runs. */
    private List<String> cut(Chunks chunks, Profile profile, HollowBatch... batches)
            throws Exception {
        List<IdBatch> inputs = new ArrayList<>();
        for (int i = 0; i < batches.length; i++) {
            inputs.add(new IdBatch(new SpineId(i, i + 1), batches[i]));
        }
        ManualTime time = new ManualTime(0);
        try (BatchMemory memory = new BatchMemory(1 << 20)) {
            BatchStore store =
                    memory.store(
                            new BatchMemory.Place(
                                    new ShardId(new UUID(1, 1)),
                                    blob,
                                    new Retry(
                                            new Retry.Policy(
                                                    Duration.ofMillis(4),
                                                    Duration.ofSeconds(16),
                                                    Duration.ofMinutes(5)),
                                            time,
                                            time,
                                            new Random(1)),
                                    new CallingThread(),
                                    new SeededIds(1),
                                    new Random(1),
                                    PartReading.of(BatchStore.BoundsCheck.REFUSE),
                                    BatchMetrics.NONE));
            return chunks.cut(profile, inputs, RunOrder.STRUCTURED, store).stream()
                    .map(
                            chunk ->
                                    chunk.runs().stream()
                                            .map(input -> name(input.run().parts().get(0)))
                                            .collect(Collectors.joining(" ")))
                    .toList();
        }
    }

    private static String name(RunPart part) {
        return part instanceof RunPart.Hollow hollow ? hollow.key().text().substring(9) : "many";
    }

    @Test
    void theOlderGenerationTakesTheBatchesInTurns() throws Exception {
        assertThat(
                        cut(
                                new Chunks(1000),
                                Profile.P128,
                                batch(0, run("A", 1), run("B", 1)),
                                batch(1, run("C", 1)),
                                batch(2, run("D", 1), run("E", 1), run("F", 1))))
                .containsExactly("A C D B E F");
    }

    @Test
    void aChunkHasWhatFitsAndAtLeastTwoRuns() throws Exception {
        Chunks roomy = new Chunks(30);
        assertThat(
                        cut(
                                roomy,
                                Profile.P128,
                                batch(0, run("A", 10), run("B", 10), run("C", 10), run("D", 10))))
                .containsExactly("A B C", "D");
        assertThat(roomy.violations()).isZero();
        Chunks tight = new Chunks(5);
        assertThat(
                        cut(
                                tight,
                                Profile.P128,
                                batch(0, run("A", 10), run("B", 10), run("C", 10), run("D", 10))))
                .containsExactly("A B", "C D");
        assertThat(tight.violations()).isEqualTo(2);
    }

    @Test
    void runsOfAnotherOrderFallApartInTheOlderGeneration() throws Exception {
        PartKey list = new PartKey("n0012800/list");
        blob.set(
                io.persist.store.BlobKey.of(new ShardId(new UUID(1, 1)), list),
                HollowBatchEncoding.encodeRun(List.of(part("B", 1), part("C", 1))));
        Run codec =
                new Run(
                        RunMeta.of(null, null),
                        List.of(
                                part("A", 1),
                                new RunPart.Many(
                                        list, 2, 1, Bytes.EMPTY, null, null, Bytes.EMPTY)));
        assertThat(cut(new Chunks(100), Profile.P128, batch(0, codec))).containsExactly("A B C");
        assertThat(cut(new Chunks(100), Profile.P26, batch(0, codec))).containsExactly("A");
    }

    @Test
    void theNewerGenerationKeepsBatchesTogether() throws Exception {
        Chunks chunks = new Chunks(30);
        assertThat(
                        cut(
                                chunks,
                                Profile.P26,
                                batch(0, run("A", 10)),
                                batch(1, run("B", 10), run("C", 15)),
                                batch(2, run("D", 5)),
                                batch(3, run("E", 20), run("F", 20), run("G", 20)),
                                batch(4, run("H", 1))))
                .containsExactly("A", "B C D", "E F", "G", "H");
        assertThat(chunks.violations()).isEqualTo(1);
    }

    @Test
    void twoRunsAreMergedWhateverTheyTake() throws Exception {
        Chunks chunks = new Chunks(5);
        assertThat(cut(chunks, Profile.P26, batch(0, run("A", 10)), batch(1, run("B", 10))))
                .containsExactly("A B");
        assertThat(chunks.violations()).isEqualTo(2);
    }

    @Test
    void noRunsAreNoChunks() throws Exception {
        assertThat(cut(new Chunks(5), Profile.P26, batch(0))).isEmpty();
        assertThat(cut(new Chunks(5), Profile.P128, batch(0))).isEmpty();
    }
}
