package io.persist.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.persist.batch.HollowBatch;
import io.persist.batch.Run;
import io.persist.batch.RunOrder;
import io.persist.batch.RunPart;
import io.persist.batch.build.Batch;
import io.persist.batch.build.BatchBuilder;
import io.persist.client.compaction.CompactionResult;
import io.persist.client.compaction.Compactor;
import io.persist.codec.Bytes;
import io.persist.codec.CorruptDataException;
import io.persist.frontier.Antichain;
import io.persist.frontier.Description;
import io.persist.shard.MaintenanceTask;
import io.persist.shard.Profile;
import io.persist.state.Appends;
import io.persist.state.IdempotencyToken;
import io.persist.state.State;
import io.persist.state.maintenance.Compactions;
import io.persist.state.spine.MergeRequest;
import io.persist.store.BlobKey;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.UUID;

/** What every compaction must keep, whoever reads and compacts the shard afterwards. */
final class CompactionTest {
    private static CompactionShard shard(Profile profile) throws Exception {
        return new CompactionShard(CompactionShard.config(profile).build());
    }

    /** Four batches of overlapping keys, of which the last one asks for all to be compacted. */
    private static MergeRequest fourBatches(CompactionShard shard) throws Exception {
        shard.append("a", "c", "e", "g", "i", "k", "m", "o", "q");
        shard.append("b", "c", "d", "r", "s", "t", "u");
        shard.append(-1, "a", "b");
        shard.append(2, "z", "c", "y", "x");
        shard.append("more");
        MergeRequest request = shard.request();
        assertThat(request.inputs()).hasSizeGreaterThan(1);
        return request;
    }

    private static CompactionResult run(CompactionShard shard, MergeRequest request)
            throws Exception {
        return shard.writer.compactor().run(shard.machine(), request);
    }

    private static HollowBatch applied(CompactionShard shard, MergeRequest request)
            throws Exception {
        CompactionResult result = run(shard, request);
        assertThat(result).isInstanceOf(CompactionResult.Applied.class);
        return ((CompactionResult.Applied) result).output();
    }

    @ParameterizedTest
    @EnumSource(Profile.class)
    void theOutputTakesThePlaceOfItsInputs_C1(Profile profile) throws Exception {
        try (CompactionShard shard = shard(profile)) {
            MergeRequest request = fourBatches(shard);
            List<HollowBatch> before = shard.batches();

            HollowBatch output = applied(shard, request);

            assertThat(output.desc()).isEqualTo(request.desc());
            List<HollowBatch> after = new ArrayList<>(before);
            List<HollowBatch> inputs = request.inputs().stream().map(i -> i.batch()).toList();
            int at = after.indexOf(inputs.get(0));
            after.removeAll(inputs);
            after.add(at, output);
            assertThat(shard.batches()).isEqualTo(after);
        }
    }

    @ParameterizedTest
    @EnumSource(Profile.class)
    void anOutputThatCutsThroughBatchesHasNoPlace_C1(Profile profile) throws Exception {
        try (CompactionShard shard = shard(profile)) {
            MergeRequest request = fourBatches(shard);
            State before = shard.machine().state();
            Description cut =
                    new Description(
                            request.desc().lower(), Antichain.of(100), request.desc().since());
            HollowBatch output = new HollowBatch(cut, 0, List.of(), Bytes.EMPTY);

            assertThat(shard.machine().applyCompaction(output, state -> true))
                    .isEqualTo(Compactions.Outcome.NO_MATCH);
            assertThat(shard.machine().state()).isEqualTo(before);
        }
    }

    @ParameterizedTest
    @EnumSource(Profile.class)
    void theSinceIsThatOfTheRequest_C2(Profile profile) throws Exception {
        try (CompactionShard shard = shard(profile)) {
            MergeRequest request = fourBatches(shard);
            shard.downgradeSince(3);

            HollowBatch output = applied(shard, request);

            assertThat(shard.machine().state().since()).isEqualTo(Antichain.of(3));
            assertThat(output.desc().since()).isEqualTo(Antichain.of(0));
            assertThat(shard.read(3)).isEqualTo(shard.expected(3));
        }
    }

    @ParameterizedTest
    @EnumSource(Profile.class)
    void aSinceBeforeThatOfAnInputIsRefused_C2(Profile profile) throws Exception {
        try (CompactionShard shard = shard(profile)) {
            MergeRequest request = fourBatches(shard);
            List<io.persist.state.spine.IdBatch> later = new ArrayList<>(request.inputs());
            HollowBatch first = later.get(0).batch();
            later.set(
                    0,
                    new io.persist.state.spine.IdBatch(
                            later.get(0).id(),
                            first.withDesc(
                                    new Description(
                                            first.lower(), first.upper(), Antichain.of(1)))));
            List<BlobKey> before = shard.blobs();

            assertThatThrownBy(
                            () -> run(shard, new MergeRequest(request.id(), request.desc(), later)))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("since");
            assertThat(shard.blobs()).isEqualTo(before);
        }
    }

    @ParameterizedTest
    @EnumSource(Profile.class)
    void theLengthIsThatOfWhatIsStored_C3(Profile profile) throws Exception {
        try (CompactionShard shard = shard(profile)) {
            MergeRequest request = fourBatches(shard);

            HollowBatch output = applied(shard, request);

            long stored = 0;
            for (RunPart part : output.parts().toList()) {
                stored += shard.decoded(part, decoded -> decoded.updates().count());
            }
            assertThat(output.len()).isEqualTo(stored).isLessThanOrEqualTo(request.len());
        }
    }

    @ParameterizedTest
    @EnumSource(Profile.class)
    void whatIsReadAndItsSumStayTheSame_C4(Profile profile) throws Exception {
        try (CompactionShard shard = shard(profile)) {
            MergeRequest request = fourBatches(shard);
            long sum = request.inputs().stream().mapToLong(i -> i.batch().diffsSum()).sum();

            HollowBatch output = applied(shard, request);

            assertThat(output.diffsSum()).isEqualTo(sum);
            assertThat(output.parts())
                    .allSatisfy(p -> assertThat(((RunPart.Hollow) p).diffsSum()).isNotNull());
            for (long asOf = 0; asOf < shard.upper; asOf++) {
                assertThat(shard.read(asOf)).isEqualTo(shard.expected(asOf));
            }
        }
    }

    @ParameterizedTest
    @EnumSource(Profile.class)
    void anOutputOfAnotherSumIsRefused_C4(Profile profile) throws Exception {
        try (CompactionShard shard = shard(profile)) {
            MergeRequest request = fourBatches(shard);
            HollowBatch wrong =
                    new HollowBatch(
                            request.desc(),
                            1,
                            request.inputs().get(0).batch().runs().subList(0, 1),
                            Bytes.EMPTY);

            assertThat(shard.machine().applyCompaction(wrong, state -> true))
                    .isEqualTo(Compactions.Outcome.DIFFS_DIFFER);
        }
    }

    @ParameterizedTest
    @EnumSource(Profile.class)
    void inputsAreCutToTheirBoundsAndRewritten_C5(Profile profile) throws Exception {
        // Inline, so that no sum of theirs is known: it would not be that of what is left.
        PersistConfig config =
                CompactionShard.config(profile)
                        .batch(io.persist.batch.BatchConfig.builder().build())
                        .build();
        try (CompactionShard shard = new CompactionShard(config)) {
            shard.append("first");
            Batch wide = batch(shard, 1, 9, Map.of("cut", 6L, "kept", 2L));
            HollowBatch narrow =
                    wide.hollow()
                            .withDesc(
                                    new Description(
                                            Antichain.of(1), Antichain.of(5), Antichain.minimum()));
            shard.machine().compareAndAppend(narrow, appender(), 1 << 20);
            wide.markConsumed();
            Batch moved = batch(shard, 0, 5, Map.of("moved", 1L));
            moved.rewriteTs(Antichain.of(7), Antichain.of(8)).orThrow();
            shard.writer
                    .compareAndAppendBatch(List.of(moved), Antichain.of(5), Antichain.of(8))
                    .orThrow();
            shard.upper = 8;
            shard.append("last");
            MergeRequest request = shard.request();

            applied(shard, request);

            Map<String, Long> before = new TreeMap<>(Map.of("first", 1L, "kept", 1L));
            assertThat(shard.read(6)).isEqualTo(before);
            before.put("moved", 1L);
            assertThat(shard.read(7)).isEqualTo(before);
        }
    }

    private static Batch batch(
            CompactionShard shard, long lower, long upper, Map<String, Long> times)
            throws Exception {
        shard.writer.ensureSchema();
        try (BatchBuilder<String, String> builder = shard.writer.builder(Antichain.of(lower))) {
            for (Map.Entry<String, Long> entry : new TreeMap<>(times).entrySet()) {
                builder.add(entry.getKey(), "v", entry.getValue(), 1);
            }
            return builder.finish(Antichain.of(upper));
        }
    }

    private static Appends.Writer appender() {
        return new Appends.Writer(
                new io.persist.state.WriterId(new UUID(3, 3)),
                new IdempotencyToken(new UUID(4, 4)),
                new io.persist.state.HandleDebug("test", "test"),
                TestClient.START_MILLIS,
                3_600_000);
    }

    @ParameterizedTest
    @EnumSource(Profile.class)
    void timesAreMovedUpToTheSinceAndNoFurther_C6(Profile profile) throws Exception {
        try (CompactionShard shard = shard(profile)) {
            shard.append("a");
            shard.append("a");
            shard.append("a");
            shard.downgradeSince(1);
            shard.append("b");
            shard.append("c");
            MergeRequest request = shard.request();
            assertThat(request.desc().since()).isEqualTo(Antichain.of(1));

            HollowBatch output = applied(shard, request);

            List<Long> times = new ArrayList<>();
            for (RunPart part : output.parts().toList()) {
                shard.decoded(
                        part,
                        decoded -> {
                            for (int i = 0; i < decoded.updates().count(); i++) {
                                times.add(decoded.updates().times().get(i));
                            }
                            return part;
                        });
            }
            assertThat(times).allMatch(time -> time >= 1).contains(1L, 2L).hasSize(3);
        }
    }

    @ParameterizedTest
    @EnumSource(Profile.class)
    void everyPartSaysWhatItsBatchSays_C7(Profile profile) throws Exception {
        try (CompactionShard shard = shard(profile)) {
            HollowBatch output = applied(shard, fourBatches(shard));

            for (RunPart part : output.parts().toList()) {
                Description embedded = shard.decoded(part, decoded -> decoded.desc());
                assertThat(embedded).isEqualTo(output.desc());
            }
        }
    }

    @ParameterizedTest
    @EnumSource(Profile.class)
    void oneRunIsSortedAcrossItsParts_C8_C9(Profile profile) throws Exception {
        try (CompactionShard shard = shard(profile)) {
            HollowBatch output = applied(shard, fourBatches(shard));

            assertThat(output.runs()).hasSize(1);
            Run run = output.runs().get(0);
            assertThat(run.meta().order()).contains(RunOrder.STRUCTURED);
            assertThat(run.parts()).hasSizeGreaterThan(1);
            List<String> keys = new ArrayList<>();
            for (RunPart part : run.parts()) {
                int before = keys.size();
                keys.addAll(shard.decoded(part, CompactionTest::keys));
                RunPart.Hollow hollow = (RunPart.Hollow) part;
                assertThat(hollow.structuredKeyLower()).isNotNull();
                if (profile == Profile.P128) {
                    String lower = hollow.keyLower().utf8();
                    assertThat(keys.get(before)).isEqualTo(lower);
                }
            }
            assertThat(keys).isSorted().doesNotHaveDuplicates();
        }
    }

    private static List<String> keys(io.persist.part.DecodedPart decoded) {
        var columns = decoded.updates().structured();
        List<String> keys = new ArrayList<>();
        for (int i = 0; i < decoded.updates().count(); i++) {
            keys.add(String.valueOf(columns.keys().getObject(i)));
        }
        return keys;
    }

    @ParameterizedTest
    @EnumSource(Profile.class)
    void inlinePartsMoveToBlobUnderTheNewestSchema_C10(Profile profile) throws Exception {
        PersistConfig config =
                CompactionShard.config(profile)
                        .batch(io.persist.batch.BatchConfig.builder().build())
                        .build();
        try (CompactionShard shard = new CompactionShard(config)) {
            MergeRequest request = fourBatches(shard);
            assertThat(request.inputs().stream().flatMap(i -> i.batch().parts()))
                    .allMatch(RunPart.Inline.class::isInstance);

            HollowBatch output = applied(shard, request);

            assertThat(output.parts()).allMatch(RunPart.Hollow.class::isInstance);
            assertThat(output.runs())
                    .allSatisfy(
                            run ->
                                    assertThat(run.meta().schema())
                                            .contains(shard.writer.batchSchema().id()));
            for (long asOf = 0; asOf < shard.upper; asOf++) {
                assertThat(shard.read(asOf)).isEqualTo(shard.expected(asOf));
            }
        }
    }

    @ParameterizedTest
    @EnumSource(Profile.class)
    void runsAreNamedAnewAndNeverEmpty_C11(Profile profile) throws Exception {
        var batch = CompactionShard.config(profile).build().batch();
        PersistConfig config =
                CompactionShard.config(profile)
                        .batch(batch.toBuilder().runs(batch.runs().withIdentities(true)).build())
                        .build();
        try (CompactionShard shard = new CompactionShard(config)) {
            MergeRequest request = fourBatches(shard);
            List<Optional<String>> inputs =
                    request.inputs().stream()
                            .flatMap(i -> i.batch().runs().stream())
                            .map(run -> run.meta().id())
                            .toList();

            HollowBatch output = applied(shard, request);

            Run run = output.runs().get(0);
            if (profile == Profile.P26) {
                assertThat(run.meta().id()).isPresent().isNotIn(inputs);
                assertThat(run.meta().len()).contains(output.len());
            } else {
                assertThat(run.meta().id()).isEmpty();
            }
        }
    }

    @ParameterizedTest
    @EnumSource(Profile.class)
    void whatCancelsLeavesAnEmptyBatchWithoutRuns_C11(Profile profile) throws Exception {
        try (CompactionShard shard = shard(profile)) {
            shard.append("a");
            shard.append(-1, "a");
            shard.append();
            shard.downgradeSince(2);
            shard.append("b");
            shard.append("c");
            MergeRequest request = shard.request();

            HollowBatch output = applied(shard, request);

            assertThat(shard.read(4)).isEqualTo(Map.of("b", 1L, "c", 1L));
            assertThat(output.len()).isEqualTo(output.runs().isEmpty() ? 0 : 1);
        }
    }

    @ParameterizedTest
    @EnumSource(Profile.class)
    void inputsStayUntilTheyAreCollected_C12(Profile profile) throws Exception {
        try (CompactionShard shard = shard(profile)) {
            MergeRequest request = fourBatches(shard);
            List<BlobKey> before = shard.blobs();
            HollowBatch output = applied(shard, request);
            assertThat(shard.blobs()).containsAll(before);

            for (int i = 0; i < 400; i++) {
                shard.append();
                shard.test.runMaintenance();
            }

            List<BlobKey> inputs =
                    request.inputs().stream()
                            .flatMap(i -> i.batch().parts())
                            .map(shard::key)
                            .toList();
            assertThat(shard.blobs()).doesNotContainAnyElementsOf(inputs);
            assertThat(shard.read(shard.upper - 1)).isEqualTo(shard.expected(shard.upper - 1));
            assertThat(output.parts()).isNotEmpty();
        }
    }

    @ParameterizedTest
    @EnumSource(Profile.class)
    void theLaterOfTwoCompactorsDeletesItsOutput_C13(Profile profile) throws Exception {
        try (CompactionShard shard = shard(profile)) {
            MaintenanceTask.Compact task = requested(shard);
            applied(shard, task.request());
            List<BlobKey> before = shard.blobs();
            // The first compactor's output asks for as many updates as the second's has.
            CompactionResult again = run(shard, task.request());

            if (again instanceof CompactionResult.NotApplied) {
                assertThat(shard.blobs()).isEqualTo(before);
            } else {
                // Replacing like by like is legal; then the first output is garbage.
                assertThat(again).isInstanceOf(CompactionResult.Applied.class);
            }
            assertThat(shard.read(shard.upper - 1)).isEqualTo(shard.expected(shard.upper - 1));
        }
    }

    private static MaintenanceTask.Compact requested(CompactionShard shard) throws Exception {
        return new MaintenanceTask.Compact(fourBatches(shard), shard.writer.compactor());
    }

    @ParameterizedTest
    @EnumSource(Profile.class)
    void anInputThatIsGoneMeansThatAnotherWasFaster_C14(Profile profile) throws Exception {
        try (CompactionShard shard = shard(profile)) {
            MergeRequest request = fourBatches(shard);
            State before = shard.machine().state();
            RunPart part = request.inputs().get(0).batch().parts().findFirst().orElseThrow();
            shard.test.blob().delete(shard.key(part));
            List<BlobKey> blobs = shard.blobs();

            assertThat(run(shard, request)).isEqualTo(new CompactionResult.Lost(shard.key(part)));

            assertThat(shard.blobs()).isEqualTo(blobs);
            assertThat(shard.machine().state()).isEqualTo(before);
        }
    }

    @ParameterizedTest
    @EnumSource(Profile.class)
    void aSumThatIsWrongInTheStateIsAnError_C4(Profile profile) throws Exception {
        try (CompactionShard shard = shard(profile)) {
            shard.append("first");
            Batch wide = batch(shard, 1, 9, Map.of("cut", 6L, "kept", 2L));
            HollowBatch narrow =
                    wide.hollow()
                            .withDesc(
                                    new Description(
                                            Antichain.of(1), Antichain.of(5), Antichain.minimum()));
            shard.machine().compareAndAppend(narrow, appender(), 1 << 20);
            wide.markConsumed();
            shard.upper = 5;
            shard.append("last");
            MergeRequest request = shard.request();
            List<BlobKey> before = shard.blobs();
            Compactor compactor = shard.writer.compactor();

            assertThatThrownBy(() -> compactor.run(shard.machine(), request))
                    .isInstanceOf(CorruptDataException.class)
                    .hasMessageContaining("diffs of 2");
            assertThat(shard.blobs()).isEqualTo(before);
        }
    }
}
