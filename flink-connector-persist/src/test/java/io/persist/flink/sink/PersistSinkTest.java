package io.persist.flink.sink;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.persist.codec.Codecs;
import io.persist.codec.ShardId;
import io.persist.state.ChainPosition;
import io.persist.state.ChainRefusal;
import io.persist.state.HandleDebug;
import io.persist.state.WriterId;

import org.apache.flink.api.common.JobID;
import org.apache.flink.api.common.RuntimeExecutionMode;
import org.apache.flink.configuration.CheckpointingOptions;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.runtime.jobgraph.JobVertex;
import org.apache.flink.streaming.api.datastream.DataStreamSink;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.streaming.api.graph.StreamGraph;
import org.apache.flink.streaming.api.graph.StreamNode;
import org.apache.flink.util.InstantiationUtil;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.UUID;

class PersistSinkTest {
    private static PersistSink.Builder<String> builder() {
        return PersistSink.<String>builder()
                .path("mem:persist-sink-test")
                .shardNamed("orders")
                .serializer(PersistRecordSerializer.<String>ofKeys(() -> Codecs.STRING));
    }

    @Test
    void missingPartsAreNamed() {
        assertThatThrownBy(() -> PersistSink.<String>builder().build())
                .hasMessageContaining("location or path");
        assertThatThrownBy(() -> PersistSink.<String>builder().path("mem:a").build())
                .hasMessageContaining("shard or shardNamed");
        assertThatThrownBy(
                        () -> PersistSink.<String>builder().path("mem:a").shardNamed("b").build())
                .hasMessageContaining("serializer");
    }

    @Test
    void badValuesAreNamed() {
        assertThatThrownBy(() -> builder().sinkId(" ").build()).hasMessageContaining("sinkId");
        assertThatThrownBy(() -> builder().commitTimeout(Duration.ZERO).build())
                .hasMessageContaining("commitTimeout");
        assertThatThrownBy(() -> builder().commitMemory(Duration.ofDays(-1)).build())
                .hasMessageContaining("commitMemory");
        assertThatThrownBy(() -> builder().commitMemory(Duration.ofSeconds(1L << 60)).build())
                .hasMessageContaining("commitMemory");
        assertThatThrownBy(() -> builder().partTargetBytes(-1).build())
                .hasMessageContaining("target bytes");
        assertThatThrownBy(() -> builder().maxOutstandingParts(-1).build())
                .hasMessageContaining("outstanding");
        assertThatThrownBy(() -> builder().path("")).hasMessageContaining("empty path");
        assertThatThrownBy(() -> builder().path("ftp://host/dir").build())
                .hasMessageContaining("ftp");
        assertThatThrownBy(() -> builder().path("mem:a?layout=flat").build())
                .hasMessageContaining("layout");
    }

    @Test
    void nameOfAShardIsItsIdForEver() {
        assertThat(builder().build().plan().target().shard())
                .isEqualTo(
                        new ShardId(
                                UUID.nameUUIDFromBytes("persist-shard:orders".getBytes(UTF_8))));
    }

    @Test
    void sinkIdIsMintedPerSinkUnlessGiven() {
        assertThat(builder().build().plan().sinkId())
                .isNotEqualTo(builder().build().plan().sinkId());
        PersistSink<String> named = builder().sinkId("orders").build();
        assertThat(named.plan().sinkId()).isEqualTo("orders");
        assertThat(named.plan().submission()).isNotEqualTo("orders");
    }

    @Test
    void sinkTravelsWithTheJob() throws Exception {
        PersistSink<String> sink = builder().build();
        PersistSink<String> copy = InstantiationUtil.clone(sink);
        assertThat(copy.plan().target()).isEqualTo(sink.plan().target());
        assertThat(copy.plan().submission()).isEqualTo(sink.plan().submission());
    }

    @Test
    void configurationThatLosesTheTailIsRefusedAtPlanningTime() {
        for (RuntimeExecutionMode mode : RuntimeExecutionMode.values()) {
            StreamExecutionEnvironment environment =
                    StreamExecutionEnvironment.getExecutionEnvironment(
                            new Configuration()
                                    .set(
                                            CheckpointingOptions
                                                    .ENABLE_CHECKPOINTS_AFTER_TASKS_FINISH,
                                            false));
            environment.enableCheckpointing(1000).setRuntimeMode(mode);
            environment.fromData("a").sinkTo(builder().build());
            if (mode == RuntimeExecutionMode.STREAMING) {
                assertThatThrownBy(environment::getStreamGraph)
                        .hasMessageContaining(
                                "'execution.checkpointing.checkpoints-after-tasks-finish'")
                        .hasMessageContaining("set it to true");
            } else {
                // Bounded, so that there are no checkpoints.
                assertThat(environment.getStreamGraph()).isNotNull();
            }
        }
    }

    @Test
    void twoBuildsGiveTheSameJobGraph() {
        assertThat(graph("sink"))
                .isEqualTo(graph("sink"))
                .anyMatch(name -> name.contains("Sealer"));
        assertThat(graph(null)).isEqualTo(graph(null)).hasSameSizeAs(graph("sink"));
    }

    @Test
    void operatorsAreNamedAfterWhatTheyDo() {
        assertThat(streamGraph("sink").getStreamNodes())
                .extracting(StreamNode::getOperatorName)
                .contains("orders: Writer", "orders: Sealer", "orders: Committer");
    }

    /** Ids that state is restored by, with what makes a vertex the same to a person. */
    private static List<String> graph(@Nullable String uid) {
        List<String> vertices = new ArrayList<>();
        for (JobVertex vertex : streamGraph(uid).getJobGraph().getVertices()) {
            vertices.add(vertex.getID() + " " + vertex.getName() + " " + vertex.getParallelism());
            vertex.getOperatorIDs()
                    .forEach(id -> vertices.add(String.valueOf(id.getGeneratedOperatorID())));
        }
        Collections.sort(vertices);
        return vertices;
    }

    private static StreamGraph streamGraph(@Nullable String uid) {
        StreamExecutionEnvironment environment =
                StreamExecutionEnvironment.getExecutionEnvironment().setParallelism(4);
        DataStreamSink<String> sink =
                environment.fromData("a").sinkTo(builder().build()).name("orders");
        if (uid != null) {
            sink.uid(uid);
        }
        return environment.getStreamGraph();
    }

    @Test
    void lineageNamesShardAndPlace() {
        assertThat(builder().build().getLineageVertex().datasets())
                .singleElement()
                .satisfies(
                        dataset -> {
                            assertThat(dataset.namespace()).contains("persist-sink-test");
                            assertThat(ShardId.parse(dataset.name())).isNotNull();
                        });
    }

    // What somebody needs who has to decide what to do with a refused commit.
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
