package io.persist.flink.sink;

import static org.assertj.core.api.Assertions.assertThat;

import io.persist.batch.BatchConfig;
import io.persist.batch.BatchMetrics;
import io.persist.batch.RunOrder;
import io.persist.batch.RunSettings;
import io.persist.client.BatchMetricSets;
import io.persist.client.PersistClient;
import io.persist.client.PersistConfig;
import io.persist.client.PersistLocation;
import io.persist.client.Update;
import io.persist.client.WriteHandle;
import io.persist.codec.Codecs;
import io.persist.codec.ShardId;
import io.persist.frontier.Antichain;

import org.apache.flink.metrics.testutils.MetricListener;
import org.junit.jupiter.api.Test;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;

final class SinkBatchMetricsTest {
    private final MetricListener listener = new MetricListener();
    private final AtomicLong now = new AtomicLong();
    private final BatchMetricSets sets =
            SinkBatchMetrics.register(listener.getMetricGroup(), now::incrementAndGet);

    private long count(String set, String name) {
        return listener.getCounter("persist", set, name).orElseThrow().getCount();
    }

    private void append(BatchConfig.Builder batch) throws Exception {
        PersistConfig config =
                PersistConfig.builder().batch(batch.build()).metrics(sets).ioThreads(0).build();
        ShardId shard = ShardId.named("metrics");
        try (PersistClient client =
                        PersistClient.open(
                                PersistLocation.of("mem:sink-batch-metrics", null, null), config);
                WriteHandle<String, String> writer =
                        client.openWriter(shard, Codecs.STRING, Codecs.STRING, "test")) {
            Antichain upper = writer.fetchRecentUpper();
            long time = upper.element();
            List<Update<String, String>> updates = new ArrayList<>();
            for (int i = 0; i < 6; i++) {
                updates.add(new Update<>("key-" + i, "", time, 1));
            }
            writer.compareAndAppend(updates, upper, Antichain.of(time + 1)).orThrow();
        }
    }

    @Test
    void whatIsWrittenIsCountedByPurpose_B42() throws Exception {
        append(BatchConfig.builder());
        assertThat(count("user", "updates")).isEqualTo(6);
        assertThat(count("user", "codecEncodes")).isEqualTo(6);
        assertThat(count("user", "codecEncodeNanos")).as("a tick for each, sampled").isEqualTo(6);
        assertThat(count("user", "partSendNanos")).isPositive();
        assertThat(count("user", "inlineParts")).isEqualTo(1);
        assertThat(count("user", "inlineBytes")).isPositive();
        assertThat(count("user", "inlineEncodeNanos")).isEqualTo(1);
        assertThat(count("user", "parts")).isZero();

        append(BatchConfig.builder().inlineSingleMaxBytes(0).structuredKeyLowerMaxBytes(1));
        assertThat(count("user", "parts")).isEqualTo(1);
        assertThat(count("user", "partsUnordered")).isEqualTo(1);
        assertThat(count("user", "bytes")).isGreaterThan(count("user", "goodBytes"));
        assertThat(count("user", "partEncodeNanos")).isPositive();
        assertThat(count("user", "uploadNanos")).isPositive();
        assertThat(count("user", "keyLowerTooBig")).isEqualTo(1);
        assertThat(count("inlineBackpressure", "parts")).isZero();

        append(BatchConfig.builder().inlineTotalMaxBytes(0));
        assertThat(count("inlineBackpressure", "parts")).isEqualTo(1);
        assertThat(count("user", "parts")).isEqualTo(1);

        BatchConfig.Builder merging =
                BatchConfig.builder()
                        .inlineSingleMaxBytes(0)
                        .targetBytes(1)
                        .maxOutstandingParts(0)
                        .runs(RunSettings.DEFAULT.withMaxRuns(2));
        append(merging);
        assertThat(count("user", "parts")).isEqualTo(7);
        assertThat(count("user", "writeStalls")).isPositive();
        assertThat(count("compaction", "mergedRuns")).isPositive();
        assertThat(count("compaction", "partsStructured")).isPositive();
        assertThat(count("compaction", "partsWrongSort")).isEqualTo(6);
        assertThat(count("compaction", "fetchNanos")).isPositive();
        assertThat(count("user", "mergedRuns")).isZero();
    }

    @Test
    void statisticsAndMergesAreAddedUp_B42() {
        BatchMetrics user = sets.user();
        user.wrotePart(part(7));
        user.wrotePart(part(0));
        user.spilledRun(3);
        user.mergedRuns(new BatchMetrics.Merge(2, 6));
        user.fetchedParts(new BatchMetrics.Fetched(3, 4, 5, 7, 8, 9));
        user.encodedUpdates(10, 11);
        user.sentPart(12);
        assertThat(count("user", "statsTrimmedParts")).isEqualTo(1);
        assertThat(count("user", "statsTrimmedBytes")).isEqualTo(7);
        assertThat(count("user", "statsNanos")).isEqualTo(8);
        assertThat(count("user", "partsCodec")).isEqualTo(2);
        assertThat(count("user", "spilledRuns")).isEqualTo(1);
        assertThat(count("user", "mergedRuns")).isEqualTo(2);
        assertThat(count("user", "partsPrefetched")).isEqualTo(3);
        assertThat(count("user", "partsWaited")).isEqualTo(4);
        assertThat(count("user", "fetchNanos")).isEqualTo(5);
        assertThat(count("user", "partsSkipped")).isEqualTo(7);
        assertThat(count("user", "partsWasted")).isEqualTo(8);
        assertThat(count("user", "partsWrongSort")).isEqualTo(9);
        assertThat(count("user", "codecEncodes")).isEqualTo(10);
        assertThat(count("user", "codecEncodeNanos")).isEqualTo(11);
        assertThat(count("user", "partSendNanos")).isEqualTo(12);
        assertThat(count("user", "mergeNanos")).isEqualTo(6);
    }

    @Test
    void partsAreInFlightFromSendingToStoring_B42() {
        BatchMetrics user = sets.user();
        user.sentPart(1);
        user.sentPart(1);
        user.sentPart(1);
        assertThat(inFlight()).isEqualTo(3);
        user.wrotePart(part(0));
        user.wroteInlinePart(5, 6);
        assertThat(inFlight()).isEqualTo(1);
    }

    private int inFlight() {
        return listener.<Integer>getGauge("persist", "user", "partsInFlight")
                .orElseThrow()
                .getValue();
    }

    private static BatchMetrics.PartWritten part(int trimmed) {
        return new BatchMetrics.PartWritten(
                RunOrder.CODEC, 1, 2, 3, 4, 5, BatchMetrics.KeyLower.PRESENT, trimmed);
    }
}
