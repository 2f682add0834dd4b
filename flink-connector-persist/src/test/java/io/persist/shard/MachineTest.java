package io.persist.shard;

import static io.persist.shard.TestShard.SHARD;
import static io.persist.shard.TestShard.batch;
import static io.persist.shard.TestShard.empty;
import static io.persist.shard.TestShard.part;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.persist.frontier.Antichain;
import io.persist.shard.ScriptedConsensus.Fate;
import io.persist.state.AppendOutcome;
import io.persist.state.Appends;
import io.persist.state.HandleDebug;
import io.persist.state.LeasedReaderId;
import io.persist.state.Readers;
import io.persist.state.State;
import io.persist.state.Transition;
import io.persist.store.SeqNo;
import io.persist.store.StoreException;
import io.persist.store.mem.MemBlob;
import io.persist.store.mem.MemConsensus;
import io.persist.testing.CountingConsensus;
import io.persist.testing.ManualTime;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import java.util.ArrayList;
import java.util.List;
import java.util.UUID;

/** The commit loop, one situation each. */
final class MachineTest {
    private static final long LIMIT = 1 << 20;

    private final MemBlob blob = new MemBlob();
    private final MemConsensus log = new MemConsensus();
    private final CountingConsensus counting = new CountingConsensus(log);
    private final ScriptedConsensus consensus = new ScriptedConsensus(counting);
    private final ManualTime time = new ManualTime(TestShard.START_MILLIS);
    private final TestShard ours = new TestShard(blob, consensus, time, 1);
    private final TestShard theirs = new TestShard(blob, log, time, 2);
    private Machine machine;
    private Machine other;

    @BeforeEach
    void open() throws Exception {
        machine = ours.open(Profile.P26);
        other = theirs.open(Profile.P26);
    }

    private static Antichain upper(Machine machine) throws Exception {
        return machine.refresh().upper();
    }

    @Test
    void anAppendIsOneCompareAndSetAndNothingElse() throws Exception {
        long cas = counting.compareAndSets();
        long scans = counting.scans();

        AppendOutcome outcome =
                machine.compareAndAppend(batch(0, 1, part(1)), ours.append(), LIMIT);

        assertThat(outcome).isInstanceOf(AppendOutcome.Appended.class);
        assertThat(counting.compareAndSets() - cas).isEqualTo(1);
        assertThat(counting.scans() - scans).isZero();
        assertThat(counting.heads()).isZero();
    }

    @Test
    void aLostRaceIsRunAgainOnTheNewState() throws Exception {
        consensus.beforeNext(
                () ->
                        other.apply(
                                state ->
                                        Readers.register(
                                                state,
                                                new LeasedReaderId(new UUID(1, 1)),
                                                HandleDebug.NONE,
                                                60_000,
                                                time.millis())));

        machine.compareAndAppend(batch(0, 1, part(1)), ours.append(), LIMIT);

        assertThat(machine.state().seqno()).isEqualTo(new SeqNo(2));
        assertThat(machine.state().leasedReaders()).hasSize(1);
        assertThat(upper(other)).isEqualTo(Antichain.of(1));
    }

    @Test
    void aDeterminateRefusalIsTriedAgain() throws Exception {
        consensus.next(Fate.REFUSED, Fate.REFUSED);
        AppendOutcome outcome = machine.compareAndAppend(empty(0, 1), ours.append(), LIMIT);
        assertThat(outcome).isInstanceOf(AppendOutcome.Appended.class);
        assertThat(machine.state().seqno()).isEqualTo(new SeqNo(1));
    }

    @Test
    void anAppendWhoseReplyWasLostHappenedOnce() throws Exception {
        consensus.next(Fate.REPLY_LOST);
        AppendOutcome outcome =
                machine.compareAndAppend(batch(0, 1, part(1)), ours.append(), LIMIT);
        assertThat(outcome).isInstanceOf(AppendOutcome.Appended.class);
        assertThat(TestShard.parts(machine)).hasSize(1);
        assertThat(other.refresh().seqno()).isEqualTo(new SeqNo(1));
    }

    @Test
    void anAppendWhoseRequestWasLostIsSentAgain() throws Exception {
        consensus.next(Fate.REQUEST_LOST);
        AppendOutcome outcome =
                machine.compareAndAppend(batch(0, 1, part(1)), ours.append(), LIMIT);
        assertThat(outcome).isInstanceOf(AppendOutcome.Appended.class);
        assertThat(TestShard.parts(machine)).hasSize(1);
    }

    @Test
    void anotherWriterTookTheIntervalOfALostRequest() throws Exception {
        consensus.next(Fate.REQUEST_LOST);
        consensus.afterNext(
                () -> other.compareAndAppend(batch(0, 1, part(2)), theirs.append(), LIMIT));

        AppendOutcome outcome =
                machine.compareAndAppend(batch(0, 1, part(1)), ours.append(), LIMIT);

        assertThat(outcome).isInstanceOf(AppendOutcome.UpperMismatch.class);
        assertThat(TestShard.parts(machine)).containsExactly(part(2).text());
    }

    @Test
    void anAppendWhoseReplyWasLostIsRecognisedUnderLaterOnes() throws Exception {
        consensus.next(Fate.REPLY_LOST);
        consensus.afterNext(
                () -> other.compareAndAppend(batch(1, 2, part(2)), theirs.append(), LIMIT));

        AppendOutcome outcome =
                machine.compareAndAppend(batch(0, 1, part(1)), ours.append(), LIMIT);

        assertThat(outcome).isInstanceOf(AppendOutcome.Appended.class);
        assertThat(upper(machine)).isEqualTo(Antichain.of(2));
    }

    @Test
    void theTokenDecidesWhenTheEntryIsGone() throws Exception {
        consensus.next(Fate.REPLY_LOST);
        consensus.afterNext(this::moveOnAndTruncate);

        AppendOutcome outcome =
                machine.compareAndAppend(batch(0, 1, part(1)), ours.append(), LIMIT);

        assertThat(outcome).isInstanceOf(AppendOutcome.AlreadyCommitted.class);
        assertThat(TestShard.parts(machine).stream().filter(part(1).text()::equals)).hasSize(1);
    }

    @Test
    void withoutEntryAndTokenTheOutcomeIsSaidToBeUnknown() throws Exception {
        Appends.Writer writer = ours.append();
        consensus.next(Fate.REPLY_LOST);
        consensus.afterNext(
                () -> {
                    // The same writer's entry moves on: its token says nothing any more.
                    other.refresh();
                    other.compareAndAppend(empty(1, 2), ours.append(), LIMIT);
                    moveOnAndTruncate();
                });

        assertThatThrownBy(() -> machine.compareAndAppend(batch(0, 1, part(1)), writer, LIMIT))
                .isInstanceOf(StoreException.Indeterminate.class)
                .hasMessageContaining("answer was lost")
                .hasMessageContaining(SHARD.toString());
    }

    /** Commits until the log is rolled up and cut beyond what {@link #machine} knows. */
    private void moveOnAndTruncate() throws Exception {
        for (int i = 0; i < 300; i++) {
            long at = upper(other).element();
            other.compareAndAppend(empty(at, at + 1), theirs.append(), LIMIT);
            theirs.runMaintenance(other);
        }
        assertThat(log.scan(SHARD, new SeqNo(0), 1).get(0).seqno().value()).isGreaterThan(100);
    }

    @Test
    void aMismatchOfAnOutdatedStateIsNotReported() throws Exception {
        other.compareAndAppend(batch(0, 1, part(2)), theirs.append(), LIMIT);

        AppendOutcome outcome =
                machine.compareAndAppend(batch(1, 2, part(1)), ours.append(), LIMIT);

        assertThat(outcome).isInstanceOf(AppendOutcome.Appended.class);
        assertThat(TestShard.parts(machine)).hasSize(2);
    }

    @Test
    void anOldIntervalIsAPlainMismatch() throws Exception {
        machine.compareAndAppend(batch(0, 1, part(1)), ours.append(), LIMIT);
        machine.compareAndAppend(batch(1, 2, part(2)), ours.append(), LIMIT);

        AppendOutcome outcome =
                machine.compareAndAppend(batch(0, 1, part(3)), ours.append(), LIMIT);

        assertThat(outcome)
                .isEqualTo(new AppendOutcome.UpperMismatch(Antichain.of(2), Antichain.of(2)));
        assertThat(machine.state().seqno()).isEqualTo(new SeqNo(2));
    }

    @Test
    void aStoreThatStaysSilentIsGivenUpAsIndeterminate() {
        for (int i = 0; i < 1000; i++) {
            consensus.next(Fate.REQUEST_LOST);
        }
        long before = time.millis();
        assertThatThrownBy(() -> machine.compareAndAppend(empty(0, 1), ours.append(), LIMIT))
                .isInstanceOf(StoreException.Indeterminate.class);
        assertThat(time.millis() - before).isBetween(200_000L, 320_000L);
    }

    @Test
    void aStoreThatKeepsRefusingIsGivenUpAsDeterminate() {
        for (int i = 0; i < 1000; i++) {
            consensus.next(Fate.REFUSED);
        }
        assertThatThrownBy(() -> machine.compareAndAppend(empty(0, 1), ours.append(), LIMIT))
                .isInstanceOf(StoreException.Determinate.class);
    }

    @Test
    void aCommitRemovesThoseWhoseLeaseHasPassed() throws Exception {
        LeasedReaderId reader = new LeasedReaderId(new UUID(1, 1));
        other.apply(
                state -> Readers.register(state, reader, HandleDebug.NONE, 60_000, time.millis()));
        time.advance(60_000);
        machine.compareAndAppend(empty(0, 1), ours.append(), LIMIT);
        assertThat(machine.state().leasedReaders()).containsKey(reader);

        time.advance(1);
        machine.compareAndAppend(empty(1, 2), ours.append(), LIMIT);
        assertThat(machine.state().leasedReaders()).isEmpty();
    }

    @Test
    void wallTimeMovesOnEvenIfTheClockGoesBack() throws Exception {
        long first = machine.state().walltimeMillis();
        time.advance(-10_000);
        machine.compareAndAppend(empty(0, 1), ours.append(), LIMIT);
        assertThat(machine.state().walltimeMillis()).isEqualTo(first + 1);
    }

    @Test
    void aStateOfANewerVersionIsReadButNotWritten() throws Exception {
        State newer = machine.state().toBuilder().applierVersion("27.1.0").build();
        other.apply(
                state ->
                        new Transition.Changed<>(
                                state.toBuilder().applierVersion(newer.applierVersion()).build(),
                                true));
        SeqNo head = other.state().seqno();

        assertThat(machine.refresh().applierVersion()).isEqualTo("27.1.0");
        assertThatThrownBy(() -> machine.compareAndAppend(empty(0, 1), ours.append(), LIMIT))
                .isInstanceOf(IncompatibleShardException.class)
                .hasMessageContaining("27.1.0")
                .hasMessageContaining(Profile.VERIFIED_UP_TO);
        assertThat(log.head(SHARD).orElseThrow().seqno()).isEqualTo(head);
    }

    @Test
    void maintenanceKeepsTheLogShortAndTheShardLoadable() throws Exception {
        List<Integer> lengths = new ArrayList<>();
        for (int i = 0; i < 1000; i++) {
            machine.compareAndAppend(batch(i, i + 1, part(i)), ours.append(), LIMIT);
            ours.runMaintenance(machine);
            lengths.add(machine.fetchLiveDiffs());
        }
        assertThat(lengths).allMatch(length -> length <= 2 * 128 + 20);
        assertThat(machine.state().rollups()).hasSizeLessThanOrEqualTo(3);
        List<String> rollups = new ArrayList<>();
        blob.list("", (key, size) -> rollups.add(key.text()));
        assertThat(rollups).hasSizeLessThanOrEqualTo(4);

        Machine loaded = new TestShard(blob, log, time, 3).open(Profile.P26);
        assertThat(loaded.state()).isEqualTo(machine.state());
        assertThat(TestShard.parts(loaded)).hasSize(1000);
    }
}
