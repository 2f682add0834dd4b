package io.persist.state.encoding;

import static org.assertj.core.api.Assertions.assertThat;

import io.persist.codec.Bytes;
import io.persist.state.State;
import io.persist.state.StateDiff;
import io.persist.store.Versioned;
import io.persist.testing.GoldenShards;

import org.apache.flink.shaded.jackson2.com.fasterxml.jackson.databind.JsonNode;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.function.Executable;

import java.util.List;
import java.util.function.Function;
import java.util.stream.Stream;

/** Log entries and rollups of the original client: read, applied and written again. */
class GoldenStateTest {
    @TestFactory
    Stream<DynamicTest> logEntriesRoundTrip() {
        return perShard(
                shard ->
                        () -> {
                            for (Versioned row : shard.rows()) {
                                StateDiff diff = StateDiffEncoding.decode(row.data());
                                assertThat(diff.to()).isEqualTo(row.seqno());
                                assertThat(StateDiffEncoding.encode(diff)).isEqualTo(row.data());
                            }
                        });
    }

    @TestFactory
    Stream<DynamicTest> rollupsRoundTrip() {
        return perShard(
                shard ->
                        () -> {
                            for (String key : GoldenReplay.rollupKeys(shard)) {
                                Bytes blob = shard.blob(key);
                                Rollup rollup = RollupEncoding.decode(blob);
                                assertThat(RollupEncoding.encode(rollup)).isEqualTo(blob);
                            }
                        });
    }

    @TestFactory
    Stream<DynamicTest> liveDiffsLeadFromTheLatestRollupToThePeersState() {
        return perShard(
                shard ->
                        () -> {
                            State state = newestRollup(shard).state();
                            for (Versioned row : shard.rows()) {
                                if (row.seqno().compareTo(state.seqno()) > 0) {
                                    state = state.apply(StateDiffEncoding.decode(row.data()));
                                }
                            }
                            JsonNode inspect = shard.expected().get("inspect");
                            assertThat(state.seqno().value())
                                    .isEqualTo(inspect.get("seqno").longValue());
                            assertThat(state.since())
                                    .isEqualTo(GoldenShards.frontier(inspect.get("since")));
                            assertThat(state.upper())
                                    .isEqualTo(GoldenShards.frontier(inspect.get("upper")));
                            assertThat(state.seqnoSince().value())
                                    .isEqualTo(inspect.get("seqno_since").longValue());
                            assertThat(RollupEncoding.encode(new Rollup(state, null)))
                                    .isEqualTo(
                                            GoldenShards.bytes(
                                                    inspect.get("state_as_rollup_proto")));
                        });
    }

    @TestFactory
    Stream<DynamicTest> computedDiffsAreTheBytesOfThePeers() {
        return perShard(
                shard ->
                        () -> {
                            State first = GoldenReplay.first(shard);
                            // Only the first state of a shard lists its own rollup.
                            if (first.rollups().containsKey(first.seqno())) {
                                assertThat(StateDiffEncoding.encode(StateDiff.initial(first)))
                                        .isEqualTo(shard.rows().get(0).data());
                            }
                            for (GoldenReplay.Commit commit : GoldenReplay.commits(shard)) {
                                StateDiff diff = StateDiff.between(commit.before(), commit.after());
                                assertThat(StateDiffEncoding.encode(diff))
                                        .as("%s", commit)
                                        .isEqualTo(commit.entry().data());
                            }
                        });
    }

    private static Stream<DynamicTest> perShard(Function<GoldenShards.Shard, Executable> test) {
        return GoldenShards.all().stream()
                .map(shard -> DynamicTest.dynamicTest(shard.toString(), test.apply(shard)));
    }

    private static Rollup newestRollup(GoldenShards.Shard shard) throws Exception {
        List<Versioned> rows = shard.rows();
        StateDiffEncoding.Header newest =
                StateDiffEncoding.decodeHeader(rows.get(rows.size() - 1).data());
        return RollupEncoding.decode(shard.blob(shard.shard() + "/" + newest.latestRollup()));
    }
}
