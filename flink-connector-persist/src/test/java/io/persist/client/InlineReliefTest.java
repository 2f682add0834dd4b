package io.persist.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.persist.batch.BatchConfig;
import io.persist.batch.BatchMetrics;
import io.persist.batch.HollowBatch;
import io.persist.batch.RunPart;
import io.persist.batch.build.Batch;
import io.persist.batch.build.BatchBuilder;
import io.persist.codec.Bytes;
import io.persist.codec.Codecs;
import io.persist.codec.ShardId;
import io.persist.frontier.Antichain;
import io.persist.frontier.Description;
import io.persist.shard.Profile;
import io.persist.store.Blob;
import io.persist.store.BlobKey;
import io.persist.store.StoreException;
import io.persist.store.mem.MemBlob;
import io.persist.store.mem.MemConsensus;
import io.persist.testing.ForwardingBlob;
import io.persist.testing.ManualTime;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicInteger;

/** Appending inline parts to a shard whose state has no room for them. */
final class InlineReliefTest {
    private static final ShardId SHARD = new ShardId(new UUID(2, 5));

    private final InterruptedBlob blob = new InterruptedBlob(new MemBlob());
    private final MemConsensus consensus = new MemConsensus();
    private final AtomicInteger reliefParts = new AtomicInteger();
    private final AtomicInteger userParts = new AtomicInteger();
    private final List<TestClient> clients = new ArrayList<>();

    /** Does something the next time that a part is stored. */
    private static final class InterruptedBlob extends ForwardingBlob {
        private volatile @Nullable Action next;

        private interface Action {
            void run() throws StoreException;
        }

        InterruptedBlob(Blob delegate) {
            super(delegate);
        }

        @Override
        public void set(BlobKey key, Bytes value) throws StoreException {
            Action action = next;
            if (action != null && key.text().contains("/n")) {
                next = null;
                action.run();
            }
            super.set(key, value);
        }
    }

    @AfterEach
    void close() {
        clients.forEach(TestClient::close);
    }

    private static BatchMetrics counting(AtomicInteger parts) {
        return new BatchMetrics() {
            @Override
            public void wrotePart(PartWritten part) {
                parts.incrementAndGet();
            }
        };
    }

    private WriteHandle<String, String> writer(Profile profile, BatchConfig.Builder batch)
            throws Exception {
        PersistConfig config =
                TestClient.config()
                        .newShards(profile)
                        .batch(batch.build())
                        .metrics(new BatchMetricSets(counting(userParts), counting(reliefParts)))
                        .build();
        TestClient test =
                new TestClient(
                        blob,
                        consensus,
                        new ManualTime(TestClient.START_MILLIS),
                        config,
                        clients.size() + 1L);
        clients.add(test);
        return test.client().openWriter(SHARD, Codecs.STRING, Codecs.STRING, "test");
    }

    private static BatchConfig.Builder total(long bytes) {
        return BatchConfig.builder().inlineTotalMaxBytes(bytes);
    }

    private static Batch batch(
            WriteHandle<String, String> writer, long lower, long upper, String... keys)
            throws Exception {
        try (BatchBuilder<String, String> builder = writer.builder(Antichain.of(lower))) {
            for (String key : keys) {
                builder.add(key, "v", lower, 1);
            }
            return builder.finish(Antichain.of(upper));
        }
    }

    private static void append(
            WriteHandle<String, String> writer, long lower, long upper, Batch... batches)
            throws Exception {
        writer.compareAndAppendBatch(List.of(batches), Antichain.of(lower), Antichain.of(upper))
                .orThrow();
    }

    private List<HollowBatch> batches() throws Exception {
        return clients.get(0)
                .client()
                .openWriter(SHARD, Codecs.STRING, Codecs.STRING, "look")
                .machine()
                .refresh()
                .batches();
    }

    private long inlineBytes() throws Exception {
        return batches().stream().mapToLong(HollowBatch::inlineBytes).sum();
    }

    private int partBlobs() throws Exception {
        AtomicInteger count = new AtomicInteger();
        blob.list(
                "",
                (key, size) -> {
                    if (key.text().contains("/n")) {
                        count.incrementAndGet();
                    }
                });
        return count.get();
    }

    private List<Update<String, String>> snapshot(long asOf) throws Exception {
        try (ReadHandle<String, String> reader =
                clients.get(0).client().openReader(SHARD, Codecs.STRING, Codecs.STRING, "test")) {
            return reader.snapshotAndFetch(Antichain.of(asOf)).orThrow();
        }
    }

    private static Update<String, String> update(String key, long time, long diff) {
        return new Update<>(key, "v", time, diff);
    }

    @Test
    void theTotalCountsAllInlineBytesAndIsExclusive() throws Exception {
        WriteHandle<String, String> generous = writer(Profile.P26, total(1 << 20));
        Batch first = batch(generous, 0, 1, "a");
        long one = first.hollow().inlineBytes();
        append(generous, 0, 1, first);
        assertThat(inlineBytes()).isEqualTo(one);

        append(writer(Profile.P26, total(2 * one + 1)), 1, 2, batch(generous, 1, 2, "b"));
        long two = inlineBytes();
        assertThat(two).isGreaterThan(one);

        WriteHandle<String, String> tight = writer(Profile.P26, total(0));
        Batch third = batch(tight, 2, 3, "c");
        long limit = two + third.hollow().inlineBytes();
        append(writer(Profile.P26, total(limit)), 2, 3, third);
        assertThat(inlineBytes()).as("at the limit").isEqualTo(two);
        assertThat(partBlobs()).isEqualTo(1);
        assertThat(snapshot(2)).extracting(Update::key).containsExactly("a", "b", "c");
    }

    @Test
    void allInlinePartsOfAnAppendBecomeOneBatchAtTheTimesOfTheirRewrites() throws Exception {
        WriteHandle<String, String> writer = writer(Profile.P26, total(0));
        Batch five = batch(writer, 0, 1, "a", "b");
        five.rewriteTs(Antichain.of(5), Antichain.of(7)).orThrow();
        Batch six = batch(writer, 0, 1, "b", "c");
        six.rewriteTs(Antichain.of(6), Antichain.of(7)).orThrow();

        append(writer, 0, 7, five, six);

        assertThat(partBlobs()).isEqualTo(1);
        assertThat(reliefParts).hasValue(1);
        assertThat(userParts).hasValue(0);
        HollowBatch appended = batches().get(0);
        assertThat(appended.desc())
                .isEqualTo(new Description(Antichain.of(0), Antichain.of(7), Antichain.minimum()));
        assertThat(appended.len()).isEqualTo(4);
        assertThat(appended.parts())
                .allSatisfy(part -> assertThat(((RunPart.Hollow) part).tsRewrite()).isNull());
        assertThat(snapshot(5)).containsExactly(update("a", 5, 1), update("b", 5, 1));
        assertThat(snapshot(6))
                .containsExactly(update("a", 6, 1), update("b", 6, 2), update("c", 6, 1));
    }

    @Test
    void partsInBlobStayAsTheyAre() throws Exception {
        WriteHandle<String, String> big = writer(Profile.P26, total(0).inlineSingleMaxBytes(0));
        WriteHandle<String, String> small = writer(Profile.P26, total(0));
        append(small, 0, 1, batch(big, 0, 1, "a"), batch(small, 0, 1, "b"));
        assertThat(partBlobs()).isEqualTo(2);
        assertThat(reliefParts).hasValue(1);
        assertThat(batches().get(0).runs()).hasSize(2);
        assertThat(snapshot(0)).extracting(Update::key).containsExactly("a", "b");
    }

    @Test
    void whatCancelsWhenCombinedLeavesNothingBehind() throws Exception {
        WriteHandle<String, String> writer = writer(Profile.P26, total(0));
        Batch plus = batch(writer, 0, 1, "a");
        Batch minus;
        try (BatchBuilder<String, String> builder = writer.builder(Antichain.of(0))) {
            builder.add("a", "v", 0, -1);
            minus = builder.finish(Antichain.of(1));
        }
        append(writer, 0, 1, plus, minus);
        assertThat(partBlobs()).isZero();
        assertThat(batches()).allSatisfy(batch -> assertThat(batch.len()).isZero());
        assertThat(snapshot(0)).isEmpty();
    }

    @Test
    void aRaceLostAfterCombiningDeletesTheCombinedBatchAndKeepsTheInputs() throws Exception {
        WriteHandle<String, String> writer = writer(Profile.P26, total(0));
        WriteHandle<String, String> rival = writer(Profile.P26, total(1 << 20));
        Batch ours = batch(writer, 0, 1, "ours");
        HollowBatch before = ours.hollow();
        blob.next =
                () -> {
                    try {
                        append(rival, 0, 1, batch(rival, 0, 1, "theirs"));
                    } catch (StoreException e) {
                        throw e;
                    } catch (Exception e) {
                        throw new AssertionError(e);
                    }
                };

        AppendResult result =
                writer.compareAndAppendBatch(List.of(ours), Antichain.of(0), Antichain.of(1));

        assertThat(result).isEqualTo(new AppendResult.UpperMismatch(Antichain.of(1)));
        assertThat(reliefParts).hasValue(1);
        assertThat(partBlobs()).isZero();
        assertThat(ours.hollow()).isEqualTo(before);
        ours.rewriteTs(Antichain.of(1), Antichain.of(2)).orThrow();
        append(writer, 1, 2, ours);
        assertThat(snapshot(1)).extracting(Update::key).containsExactly("ours", "theirs");
    }

    @Test
    void aFailedUploadKeepsTheInputsAndLeavesNothing() throws Exception {
        WriteHandle<String, String> writer = writer(Profile.P26, total(0));
        Batch ours = batch(writer, 0, 1, "a");
        HollowBatch before = ours.hollow();
        blob.next =
                () -> {
                    throw new AssertionError("a bug in the store");
                };
        assertThatThrownBy(() -> append(writer, 0, 1, ours))
                .hasStackTraceContaining("a bug in the store");
        assertThat(ours.hollow()).isEqualTo(before);
        assertThat(partBlobs()).isZero();
        append(writer, 0, 1, ours);
        assertThat(snapshot(0)).containsExactly(update("a", 0, 1));
    }

    @Test
    void withoutCombiningEachBatchIsMovedToBlobOfItsOwn() throws Exception {
        for (Profile profile : Profile.values()) {
            close();
            clients.clear();
            reliefParts.set(0);
            InlineReliefTest fresh = new InlineReliefTest();
            WriteHandle<String, String> writer =
                    fresh.writer(profile, total(0).combineInlineWrites(profile == Profile.P128));
            Batch staged = batch(writer, 0, 1, "a");
            staged.rewriteTs(Antichain.of(2), Antichain.of(3)).orThrow();
            Batch other = batch(writer, 0, 1, "b");
            other.rewriteTs(Antichain.of(1), Antichain.of(3)).orThrow();
            append(writer, 0, 3, staged, other);
            assertThat(fresh.partBlobs()).isEqualTo(2);
            assertThat(fresh.reliefParts).hasValue(2);
            assertThat(fresh.batches().get(0).parts())
                    .extracting(part -> ((RunPart.Single) part).tsRewrite())
                    .containsExactly(Antichain.of(2), Antichain.of(1));
            assertThat(fresh.snapshot(2)).containsExactly(update("a", 2, 1), update("b", 2, 1));
            fresh.close();
        }
    }

    @Test
    void whatMovesToBlobHasStatisticsWhoeverBuiltIt_B10() throws Exception {
        for (Profile profile : Profile.values()) {
            for (boolean combine : new boolean[] {false, true}) {
                InlineReliefTest fresh = new InlineReliefTest();
                WriteHandle<String, String> writer =
                        fresh.writer(profile, total(0).combineInlineWrites(combine));
                Batch built = batch(writer, 0, 1, "a");
                Batch received =
                        writer.batchFromTransmittable(batch(writer, 0, 1, "b").toTransmittable());

                append(writer, 0, 1, built, received);

                assertThat(fresh.batches().get(0).parts())
                        .isNotEmpty()
                        .allSatisfy(
                                part -> {
                                    RunPart.Hollow hollow = (RunPart.Hollow) part;
                                    assertThat(hollow.stats()).isNotNull();
                                    assertThat(hollow.diffsSum()).isNotNull();
                                });
                assertThat(fresh.snapshot(0)).extracting(Update::key).containsExactly("a", "b");
                fresh.close();
            }
        }
    }
}
