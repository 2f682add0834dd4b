package io.persist.state;

import static org.assertj.core.api.Assertions.assertThat;

import io.persist.batch.HollowBatch;
import io.persist.codec.Unit;
import io.persist.frontier.Antichain;
import io.persist.frontier.Description;
import io.persist.state.encoding.GoldenReplay;
import io.persist.state.maintenance.Closing;
import io.persist.state.maintenance.CommandKind;
import io.persist.state.maintenance.Compactions;
import io.persist.state.maintenance.Maintenance;
import io.persist.state.spine.FlatTrace;
import io.persist.state.spine.SpineId;
import io.persist.testing.GoldenShards;

import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Stream;

/** Runs our commands on the original client's states: they must make the same next state. */
class GoldenCommandsTest {
    @TestFactory
    Stream<DynamicTest> appendsMakeTheStatesOfThePeers() {
        return GoldenShards.all().stream()
                .map(
                        shard ->
                                DynamicTest.dynamicTest(
                                        shard.toString(),
                                        () -> {
                                            for (GoldenReplay.Commit commit :
                                                    GoldenReplay.commits(shard)) {
                                                checkAppend(commit, claimsAsDefault(shard));
                                            }
                                        }));
    }

    /**
     * Whether the shard's writers had the default settings for claims. The 0.128 shards were partly
     * written with claims switched on, and some random ones with claims on old merges.
     */
    private static boolean claimsAsDefault(GoldenShards.Shard shard) {
        return shard.generation().equals("p26") && !shard.name().startsWith("kv-random");
    }

    private static FlatTrace withoutClaims(State state) {
        FlatTrace flat = state.trace().flatten();
        SortedMap<SpineId, FlatTrace.Merge> merges = new TreeMap<>(flat.merges());
        merges.values().removeIf(merge -> merge.compactionStartMillis() != null);
        return new FlatTrace(
                flat.since(),
                flat.legacyBatches(),
                flat.hollowBatches(),
                flat.spineBatches(),
                merges);
    }

    private static void checkAppend(GoldenReplay.Commit commit, boolean withClaims) {
        State before = commit.before();
        State after = commit.after();
        for (Map.Entry<WriterId, WriterState> entry : after.writers().entrySet()) {
            WriterState old = before.writers().get(entry.getKey());
            WriterState writer = entry.getValue();
            if (old != null && old.token().equals(writer.token())) {
                continue;
            }
            HollowBatch batch = appended(commit, writer.upper());
            long now = writer.heartbeatMillis();
            State successor = before.successor(after.hostname(), after.walltimeMillis());
            Transition<AppendOutcome> transition =
                    Appends.compareAndAppend(
                            successor,
                            batch,
                            new Appends.Writer(
                                    entry.getKey(),
                                    writer.token(),
                                    writer.debug(),
                                    now,
                                    writer.leaseMillis()),
                            1 << 20);
            assertThat(transition.result()).isInstanceOf(AppendOutcome.Appended.class);
            State next = ((Transition.Changed<AppendOutcome>) transition).next();
            assertThat(withoutClaims(next)).as("%s", commit).isEqualTo(withoutClaims(after));
            if (withClaims) {
                assertThat(next.trace()).as("%s", commit).isEqualTo(after.trace());
            }
            assertThat(next.writers()).as("%s", commit).containsEntry(entry.getKey(), writer);
        }
    }

    @TestFactory
    Stream<DynamicTest> compactionsAndClosingMakeTheStatesOfThePeers() {
        return GoldenShards.all().stream()
                .map(
                        shard ->
                                DynamicTest.dynamicTest(
                                        shard.toString(),
                                        () -> {
                                            for (GoldenReplay.Commit commit :
                                                    GoldenReplay.commits(shard)) {
                                                checkReplacement(commit);
                                            }
                                        }));
    }

    private static void checkReplacement(GoldenReplay.Commit commit) {
        State before = commit.before();
        State after = commit.after();
        List<HollowBatch> inserted = new ArrayList<>();
        for (FieldDiff<HollowBatch, Unit> change : commit.diff().changes().legacyBatches()) {
            if (change instanceof FieldDiff.Insert) {
                inserted.add(change.key());
            }
        }
        if (inserted.size() != 1 || !before.upper().equals(after.upper())) {
            return;
        }
        State successor = before.successor(after.hostname(), after.walltimeMillis());
        Transition<?> transition =
                before.upper().isEmpty() && before.since().isEmpty()
                        ? Closing.step(successor)
                        : Compactions.apply(successor, inserted.get(0));
        assertThat(transition).as("%s", commit).isInstanceOf(Transition.Changed.class);
        State next = ((Transition.Changed<?>) transition).next();
        assertThat(withoutClaims(next)).as("%s", commit).isEqualTo(withoutClaims(after));
    }

    @TestFactory
    Stream<DynamicTest> maintenanceIsAssignedAsByThePeers() {
        return GoldenShards.all().stream()
                .filter(GoldenCommandsTest::maintenanceAsDefault)
                .map(
                        shard ->
                                DynamicTest.dynamicTest(
                                        shard.toString(),
                                        () -> {
                                            for (GoldenReplay.Commit commit :
                                                    GoldenReplay.commits(shard)) {
                                                checkMaintenance(commit);
                                            }
                                        }));
    }

    /** The others were written with other thresholds or with claims on garbage collection. */
    private static boolean maintenanceAsDefault(GoldenShards.Shard shard) {
        return shard.generation().equals("p128")
                || Stream.of("kv-random", "kv-gc", "kv-spine").noneMatch(shard.name()::startsWith);
    }

    private static void checkMaintenance(GoldenReplay.Commit commit) {
        State before = commit.before();
        State after = commit.after();
        boolean append =
                after.writers().entrySet().stream()
                        .anyMatch(
                                e ->
                                        !before.writers().containsKey(e.getKey())
                                                || !before.writers()
                                                        .get(e.getKey())
                                                        .token()
                                                        .equals(e.getValue().token()));
        State changed =
                after.toBuilder()
                        .lastGcReq(before.lastGcReq())
                        .activeRollup(after.activeRollup() == null ? null : before.activeRollup())
                        .activeGc(before.activeGc())
                        .build();
        Maintenance.Assigned assigned =
                Maintenance.assign(
                        changed,
                        append ? CommandKind.APPEND : CommandKind.OTHER,
                        after.walltimeMillis(),
                        128);
        assertThat(assigned.state().lastGcReq()).as("%s", commit).isEqualTo(after.lastGcReq());
        ActiveWork claim = after.activeRollup();
        if (after.peersKnowClaims()) {
            assertThat(assigned.writeRollup())
                    .as("%s", commit)
                    .isEqualTo(claim != null && claim.seqno().equals(after.seqno()));
        }
    }

    /** The batch that was appended; if it was fused, an empty one. */
    private static HollowBatch appended(GoldenReplay.Commit commit, Antichain upper) {
        Antichain lower = commit.before().upper();
        List<HollowBatch> inserted = new ArrayList<>();
        for (FieldDiff<HollowBatch, Unit> change : commit.diff().changes().legacyBatches()) {
            if (change instanceof FieldDiff.Insert
                    && change.key().lower().equals(lower)
                    && change.key().upper().equals(upper)) {
                inserted.add(change.key());
            }
        }
        return inserted.isEmpty()
                ? HollowBatch.empty(new Description(lower, upper, Antichain.minimum()))
                : inserted.get(0);
    }
}
