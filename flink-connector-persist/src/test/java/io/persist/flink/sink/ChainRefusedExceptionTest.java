package io.persist.flink.sink;

import static org.assertj.core.api.Assertions.assertThat;

import io.persist.state.ChainPosition;
import io.persist.state.ChainRefusal;
import io.persist.state.HandleDebug;
import io.persist.state.WriterId;

import org.apache.flink.api.common.JobID;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import java.util.List;
import java.util.UUID;

/** Everything that somebody needs who has to decide what to do. */
class ChainRefusedExceptionTest {
    private static final ChainPosition POSITION =
            new ChainPosition("orders", new WriterId(new UUID(1, 2)), 3, 4);

    static List<ChainRefusal> refusals() {
        return List.of(
                new ChainRefusal.UnknownEpoch(POSITION, null),
                new ChainRefusal.MissingCommit(POSITION, 2),
                new ChainRefusal.Fenced(POSITION, 3, 5),
                new ChainRefusal.Rewind(POSITION, 7, 1000),
                new ChainRefusal.NotCompensable(POSITION, 17, "its since is [20]"),
                new ChainRefusal.ForeignEntry(POSITION, new HandleDebug("host", "purpose")),
                new ChainRefusal.ShardClosed(POSITION));
    }

    @ParameterizedTest
    @MethodSource("refusals")
    void messageNamesPositionCheckpointAndCommand(ChainRefusal refusal) {
        SinkPlan.Target target = new Site().sink().path("/data/shards").build().plan().target();
        JobID job = new JobID(1, 2);
        assertThat(new ChainRefusedException(refusal, target, job, 99))
                .hasMessageContainingAll(
                        refusal.getClass().getSimpleName(),
                        "'orders'",
                        POSITION.epoch().toString(),
                        "generation 3",
                        "ordinal 4",
                        "checkpoint 99",
                        job.toString(),
                        "`persist commits",
                        "/data/shards " + Site.SHARD,
                        "Nothing was appended");
    }
}
