package io.persist.client;

import static org.assertj.core.api.Assertions.assertThat;

import io.persist.batch.build.Batch;
import io.persist.batch.build.BatchBuilder;
import io.persist.client.SettingVariants.Variant;
import io.persist.codec.Bytes;
import io.persist.codec.Codecs;
import io.persist.codec.ShardId;
import io.persist.frontier.Antichain;
import io.persist.shard.Profile;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.UUID;

/** Whatever is set, what is appended is what is read. */
final class SettingVariantsTest {
    private static final ShardId SHARD = new ShardId(new UUID(8, 8));

    private static Update<String, String> update(String key, long time, long diff) {
        return new Update<>(key, "v", time, diff);
    }

    private static WriteHandle<String, String> writer(TestClient test) throws Exception {
        return test.client().openWriter(SHARD, Codecs.STRING, Codecs.STRING, "test");
    }

    private static ReadHandle<String, String> reader(TestClient test) throws Exception {
        return test.client().openReader(SHARD, Codecs.STRING, Codecs.STRING, "test");
    }

    private static Batch batch(
            WriteHandle<String, String> writer,
            long lower,
            long upper,
            List<Update<String, String>> updates)
            throws Exception {
        try (BatchBuilder<String, String> builder = writer.builder(Antichain.of(lower))) {
            for (Update<String, String> u : updates) {
                builder.add(u.key(), u.val(), u.time(), u.diff());
            }
            return builder.finish(Antichain.of(upper));
        }
    }

    @ParameterizedTest
    @MethodSource("io.persist.client.SettingVariants#all")
    void aRewrittenBatchIsHeardAtItsNewTime_BT5_BT8(Variant variant) throws Exception {
        try (TestClient test = TestClient.inMemory(variant.config())) {
            WriteHandle<String, String> writer = writer(test);
            Bytes message =
                    batch(writer, 0, 1, List.of(new Update<>("foo", "", 0, 1))).toTransmittable();
            Batch arrived = writer.batchFromTransmittable(message);
            arrived.rewriteTs(Antichain.of(2), Antichain.of(3)).orThrow();

            writer.compareAndAppendBatch(List.of(arrived), Antichain.of(0), Antichain.of(3))
                    .orThrow();

            try (ReadHandle<String, String> reader = reader(test)) {
                Listen<String, String> listen = reader.listen(Antichain.of(0)).orThrow();
                ListenStep<String, String> step = listen.next(Duration.ZERO).orThrow();
                assertThat(step.updates()).containsExactly(new Update<>("foo", "", 2, 1));
                assertThat(step.progress()).isEqualTo(Antichain.of(3));
            }
        }
    }

    @ParameterizedTest
    @MethodSource("io.persist.client.SettingVariants#all")
    void whatIsAppendedIsRead_BT8(Variant variant) throws Exception {
        Random random = new Random(8);
        Map<String, Long> model = new TreeMap<>();
        try (TestClient test = TestClient.inMemory(variant.config())) {
            WriteHandle<String, String> writer = writer(test);
            for (long time = 0; time < 6; time++) {
                List<Update<String, String>> updates = new ArrayList<>();
                for (int i = 0; i < 9; i++) {
                    String key = "key-" + random.nextInt(12);
                    long diff = random.nextInt(3) - 1L;
                    updates.add(update(key, time, diff));
                    model.merge(key, diff, Long::sum);
                }
                writer.compareAndAppend(updates, Antichain.of(time), Antichain.of(time + 1))
                        .orThrow();
            }
            assertThat(snapshot(test, 5)).isEqualTo(expected(model, 5));
        }
    }

    @ParameterizedTest
    @MethodSource("io.persist.client.SettingVariants#all")
    void overlappingBatchesAddUpAndAreCutToTheAppend_BT8(Variant variant) throws Exception {
        try (TestClient test = TestClient.inMemory(variant.config())) {
            WriteHandle<String, String> writer = writer(test);
            Batch wide =
                    batch(
                            writer,
                            0,
                            5,
                            List.of(update("a", 0, 1), update("b", 2, 1), update("c", 4, 1)));
            Batch exact = batch(writer, 0, 4, List.of(update("a", 3, 2), update("b", 1, -1)));

            writer.compareAndAppendBatch(List.of(wide, exact), Antichain.of(0), Antichain.of(4))
                    .orThrow();

            assertThat(snapshot(test, 3)).containsExactly(update("a", 3, 3));
        }
    }

    /** Compactions are claimed by those who compact; who appends only records what is due. */
    @ParameterizedTest
    @MethodSource("io.persist.client.SettingVariants#all")
    void compactionsThatAppendsCallForAreRecorded_BT8(Variant variant) throws Exception {
        try (TestClient test = TestClient.inMemory(variant.config())) {
            WriteHandle<String, String> writer = writer(test);
            boolean recorded = false;
            for (long time = 0; time < 12; time++) {
                writer.compareAndAppend(
                                List.of(update("a", time, 1), update("b", time, 1)),
                                Antichain.of(time),
                                Antichain.of(time + 1))
                        .orThrow();
                recorded |=
                        writer.machine().state().trace().spineBatches().stream()
                                .anyMatch(batch -> batch.compactionStartMillis() != null);
            }
            assertThat(recorded).isEqualTo(writer.profile() == Profile.P26);
            assertThat(snapshot(test, 11))
                    .containsExactly(update("a", 11, 12), update("b", 11, 12));
        }
    }

    private static List<Update<String, String>> snapshot(TestClient test, long asOf)
            throws Exception {
        try (ReadHandle<String, String> reader = reader(test)) {
            return reader.snapshotAndFetch(Antichain.of(asOf)).orThrow();
        }
    }

    private static List<Update<String, String>> expected(Map<String, Long> model, long time) {
        return model.entrySet().stream()
                .filter(e -> e.getValue() != 0)
                .map(e -> update(e.getKey(), time, e.getValue()))
                .toList();
    }
}
