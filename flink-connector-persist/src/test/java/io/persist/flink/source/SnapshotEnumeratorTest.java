package io.persist.flink.source;

import static io.persist.flink.source.TestShard.update;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.persist.frontier.Antichain;

import org.apache.flink.runtime.execution.SuppressRestartsException;
import org.apache.flink.util.FlinkRuntimeException;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

class SnapshotEnumeratorTest {
    private static final SnapshotPlan UNDECIDED = new SnapshotPlan(null, List.of());

    @TempDir private Path directory;
    private TestShard shard;
    private final FakeEnumeratorContext context = new FakeEnumeratorContext(2);

    @BeforeEach
    void createShard() throws Exception {
        shard = new TestShard(directory);
        shard.append(10, List.of(update("a", 3, 1)));
    }

    @AfterEach
    void closeShard() {
        shard.close();
    }

    private SnapshotEnumerator started(@Nullable Long asked, SnapshotPlan plan) {
        SnapshotEnumerator enumerator = new SnapshotEnumerator(shard.read(), asked, plan, context);
        enumerator.start();
        return enumerator;
    }

    private static SnapshotSplit split(long asOf) {
        return new SnapshotSplit("0", TestShard.ID, asOf, 0);
    }

    @Test
    void theFirstReaderToAskGetsTheSnapshotTheOthersNothing() throws Exception {
        SnapshotEnumerator enumerator = started(null, UNDECIDED);
        enumerator.handleSplitRequest(1, null);
        assertThat(context.assigned).isEmpty();

        context.runCalls();
        enumerator.handleSplitRequest(0, null);

        assertThat(context.assigned.get(1)).containsExactly(split(9));
        assertThat(context.finished).containsExactly(0);
        enumerator.close();
    }

    @Test
    void aReaderThatFailedBeforeItsTurnGetsNothing() throws Exception {
        SnapshotEnumerator enumerator = started(null, UNDECIDED);
        enumerator.handleSplitRequest(1, null);
        context.lose(1);

        context.runCalls();

        assertThat(context.assigned).isEmpty();
        assertThat(enumerator.snapshotState(1).pending()).containsExactly(split(9));
        enumerator.close();
    }

    @Test
    void theTimeIsDecidedOnceAndOutlivesARestart() throws Exception {
        SnapshotEnumerator first = started(null, UNDECIDED);
        assertThat(first.snapshotState(1)).isEqualTo(UNDECIDED);
        context.runCalls();
        SnapshotPlan plan = first.snapshotState(2);
        first.close();
        shard.append(20, List.of(update("b", 12, 1)));

        SnapshotEnumerator second = started(null, plan);
        context.runCalls();
        second.handleSplitRequest(0, null);

        assertThat(plan).isEqualTo(new SnapshotPlan(9L, List.of(split(9))));
        assertThat(context.assigned.get(0)).containsExactly(split(9));
        assertThat(second.snapshotState(3)).isEqualTo(new SnapshotPlan(9L, List.of()));
        second.close();
    }

    @Test
    void anAskedTimeIsTaken() throws Exception {
        SnapshotEnumerator enumerator = started(5L, UNDECIDED);
        context.runCalls();

        assertThat(enumerator.snapshotState(1).asOf()).isEqualTo(5);
        enumerator.close();
    }

    @Test
    void historyIsHeldUntilAllReadersAreDone() throws Exception {
        SnapshotEnumerator enumerator = started(5L, UNDECIDED);
        context.runCalls();
        context.runPeriodicCalls();
        assertThat(shard.inspect().readers()).hasSize(1);

        enumerator.handleSplitRequest(0, null);
        enumerator.handleSplitRequest(1, null);
        context.runCalls();
        assertThat(shard.inspect().readers()).hasSize(1);

        enumerator.handleSplitRequest(0, null);
        context.runCalls();
        assertThat(shard.inspect().readers()).isEmpty();
        assertThat(shard.inspect().since())
                .as("looking at a shard does not make it forget")
                .isEqualTo(Antichain.minimum());
        enumerator.close();
    }

    @Test
    void theHoldIsGivenUpAlthoughTheJobEndsMeanwhile() throws Exception {
        SnapshotEnumerator enumerator = started(5L, UNDECIDED);
        context.runCalls();
        enumerator.handleSplitRequest(0, null);
        enumerator.handleSplitRequest(1, null);
        enumerator.handleSplitRequest(0, null);

        enumerator.close();

        assertThat(shard.inspect().readers()).isEmpty();
    }

    @Test
    void aSplitThatComesBackIsHeldAgainAndHandedOutAgain() throws Exception {
        SnapshotEnumerator enumerator = started(5L, UNDECIDED);
        context.runCalls();
        enumerator.handleSplitRequest(0, null);
        enumerator.handleSplitRequest(1, null);
        enumerator.handleSplitRequest(0, null);
        context.runCalls();

        context.lose(0);
        enumerator.addSplitsBack(List.of(split(5).withEmitted(1)), 0);
        context.runCalls();
        assertThat(shard.inspect().readers()).hasSize(1);
        context.register(0);
        enumerator.handleSplitRequest(0, null);

        assertThat(context.assigned.get(0)).containsExactly(split(5), split(5).withEmitted(1));
        enumerator.close();
    }

    @Test
    void closingKeepsTheLeaseForARestart() throws Exception {
        SnapshotEnumerator enumerator = started(5L, UNDECIDED);
        context.runCalls();

        enumerator.close();

        assertThat(shard.inspect().readers()).hasSize(1);
    }

    @Test
    void aHoldThatOpensAfterClosingIsClosed() throws Exception {
        SnapshotEnumerator enumerator = started(5L, UNDECIDED);
        enumerator.close();

        context.runCalls();
        context.runPeriodicCalls();

        assertThat(enumerator.snapshotState(1).asOf()).isEqualTo(5);
    }

    @Test
    void whatCanNeverBeReadFailsTheJobForGood() {
        started(10L, UNDECIDED);

        assertThatThrownBy(context::runCalls)
                .isInstanceOf(FlinkRuntimeException.class)
                .hasMessageContaining(TestShard.ID.toString())
                .hasCauseInstanceOf(SuppressRestartsException.class)
                .hasRootCauseInstanceOf(IOException.class)
                .rootCause()
                .hasMessageContaining("as of 10")
                .hasMessageContaining("upper [10]");
    }
}
