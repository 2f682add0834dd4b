package io.persist.flink.sink;

import static org.assertj.core.api.Assertions.assertThat;

import io.persist.codec.ShardId;
import io.persist.codec.Unit;
import io.persist.flink.sink.LaneSource.Feed;

import org.apache.flink.api.common.functions.MapFunction;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.api.connector.source.Boundedness;
import org.apache.flink.configuration.PipelineOptions;
import org.apache.flink.streaming.api.datastream.DataStream;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.types.StringValue;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;

/** Which tasks there are, which of them have rows, and when. */
class SinkTopologyITCase extends LabCase {
    @Test
    void emptyCheckpointsMoveTheUpperOnWithoutABlob() throws Exception {
        LabJob job = plan().start(lab.addFeed("a", 2, 5_000), sink());
        for (int checkpoint = 0; checkpoint < 3; checkpoint++) {
            long upper = checkpoint == 0 ? 0 : lab.site().upper();
            job.checkpoint();
            lab.awaitUpperBeyond(upper);
        }
        lab.assertHolds(Map.of());
        assertThat(lab.site().parts()).isEmpty();
    }

    @Test
    void idleSubtasksHoldNobodyUp() throws Exception {
        Feed feed = lab.addFeed("a", 4, 5_000);
        LabJob job = plan().parallelism(4).start(feed, sink());
        feed.allow(2, 3);
        lab.awaitSeen(feed.rows());
        job.checkpoint();
        lab.awaitRows(feed.rows());
        Map<String, Long> first = feed.rows();
        job.checkpoint();
        feed.allow(2, 6);
        lab.awaitSeen(feed.rows());
        job.checkpoint();
        lab.awaitRows(feed.rows());
        lab.assertHeld(List.of(first, feed.rows()));
        assertThat(lab.site().parts()).hasSize(2);
    }

    @ParameterizedTest
    @EnumSource(Boundedness.class)
    void inputOfOneSubtaskEndsLongBeforeThatOfOthers(Boundedness boundedness) throws Exception {
        Feed feed = lab.addFeed("a", 3, 0);
        LabJob.Plan plan = plan().parallelism(3);
        StreamExecutionEnvironment environment = plan.environment();
        plan.rows(environment, feed, boundedness).sinkTo(sink());
        LabJob job = plan.start(environment);
        // One ends before the first checkpoint.
        feed.end(2);
        feed.allow(0, 5);
        feed.end(0);
        feed.allow(1, 2);
        lab.awaitSeen(feed.rows());
        job.checkpoint();
        lab.awaitRows(feed.rows());
        job.checkpoint();
        job.awaitFinishedTasks(2);
        for (int rows = 4; rows < 8; rows += 2) {
            feed.allow(1, rows);
            lab.awaitSeen(feed.rows());
            job.checkpoint();
            lab.awaitRows(feed.rows());
        }
        feed.allow(1, 9);
        feed.end(1);
        job.finish();
        lab.assertHolds(feed.rows());
        assertThat(job.attempts()).isEqualTo(1);
    }

    /** Hands on the same object again and again. */
    private static final class Reused implements MapFunction<String, StringValue> {
        private static final long serialVersionUID = 1L;
        private final StringValue value = new StringValue();

        @Override
        public StringValue map(String row) {
            value.setValue(row);
            return value;
        }
    }

    /** Rows marked with where they came from. */
    private record Values(String prefix) implements SinkJobs.StringKeys<StringValue> {
        private static final long serialVersionUID = 1L;

        @Override
        public void serialize(StringValue value, UpdateCollector<String, Unit> updates)
                throws IOException, InterruptedException {
            updates.collect(prefix + value.getValue(), Unit.UNIT, 1);
        }
    }

    private PersistSink<StringValue> values(ShardId shard, String prefix) {
        return lab.wired(
                PersistSink.<StringValue>builder()
                        .path("mem:site")
                        .shard(shard)
                        .serializer(new Values(prefix)));
    }

    @ParameterizedTest(name = "chaining {0}, object reuse {1}")
    @CsvSource({"true,false", "true,true", "false,false", "false,true"})
    void threeSinksOfOneJobOnTwoShards(boolean chaining, boolean reuse) throws Exception {
        ShardId second = new ShardId(new UUID(8, 8));
        Feed feed = lab.addFeed("a", 2, 0);
        LabJob.Plan plan =
                plan().with(PipelineOptions.OPERATOR_CHAINING, chaining)
                        .with(PipelineOptions.OBJECT_REUSE, reuse);
        StreamExecutionEnvironment environment = plan.environment();
        DataStream<String> rows = plan.rows(environment, feed, Boundedness.CONTINUOUS_UNBOUNDED);
        rows.sinkTo(sink()).name("main");
        DataStream<StringValue> branch =
                rows.map(new Reused()).returns(TypeInformation.of(StringValue.class));
        branch.sinkTo(values(Site.SHARD, "side ")).name("side");
        branch.sinkTo(values(second, "")).name("second");
        LabJob job = plan.start(environment);
        feed.allowAll(20);
        lab.awaitSeen(feed.rows());
        job.checkpoint();
        feed.allowAll(40);
        feed.endAll();
        job.finish();
        Map<String, Long> both = new TreeMap<>(feed.rows());
        feed.rows().forEach((row, copies) -> both.put("side " + row, copies));
        lab.assertHolds(both);
        lab.assertHolds(second, feed.rows());
    }
}
