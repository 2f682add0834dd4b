package io.persist.state;

import static org.assertj.core.api.Assertions.assertThat;

import io.persist.batch.HollowBatch;
import io.persist.codec.Bytes;
import io.persist.frontier.Antichain;
import io.persist.frontier.Description;
import io.persist.state.CriticalReaders.Opaque;
import io.persist.state.HistoryHold.Outcome;
import io.persist.state.HistoryHold.Outcome.Kept;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.util.Random;

/** The hold of a shard's sinks, one behaviour each. */
class HistoryHoldTest {
    private static final CriticalReaderId MATERIALIZE =
            CriticalReaderId.parse("c00000000-1111-2222-3333-444444444444");

    private State state = States.p26();

    private static Antichain at(long time) {
        return Antichain.of(time);
    }

    private void appendUpTo(long upper) {
        if (state.upper().lessThan(at(upper))) {
            Description desc = new Description(state.upper(), at(upper), Antichain.minimum());
            state =
                    States.changed(
                            Appends.compareAndAppend(
                                    state,
                                    HollowBatch.empty(desc),
                                    States.append(1, upper, 0),
                                    Long.MAX_VALUE));
        }
    }

    private Outcome follow(long retention, long step, long now) {
        Transition<Outcome> transition =
                HistoryHold.follow(state, retention, step, States.DEBUG, now);
        if (transition instanceof Transition.Changed<Outcome> changed) {
            state = changed.next();
        }
        return transition.result();
    }

    private Outcome follow(long retention) {
        return follow(retention, 0, Long.MAX_VALUE);
    }

    @Test
    void itStaysATimeBehindTheNewestThatIsDefinite() {
        appendUpTo(1_001);
        assertThat(follow(100)).isEqualTo(new Kept(at(900), 100));
        assertThat(state.since()).isEqualTo(at(900));
        appendUpTo(1_011);
        assertThat(follow(100)).isEqualTo(new Kept(at(910), 100));
        assertThat(state.criticalReaders()).containsOnlyKeys(HistoryHold.ID);
        assertThat(HistoryHold.ID.toString()).contains("70657273-6973-74");
    }

    @Test
    void aSecondTimeNothingIsWritten() {
        appendUpTo(1_001);
        follow(100);
        assertThat(HistoryHold.follow(state, 100, 0, States.DEBUG, Long.MAX_VALUE))
                .isEqualTo(new Transition.NoOp<>(new Kept(at(900), 100)));
    }

    @Test
    void theLongestThatAnySinkDeclaredCountsAlsoOnceThatSinkIsGone() {
        appendUpTo(1_001);
        follow(100);
        assertThat(follow(300)).isEqualTo(new Kept(at(900), 300));
        appendUpTo(2_001);
        assertThat(follow(100)).isEqualTo(new Kept(at(1_700), 300));
        assertThat(state.since()).isEqualTo(at(1_700));
    }

    @Test
    void itNeverGoesBack() {
        appendUpTo(1_001);
        follow(100);
        follow(1_000);
        assertThat(state.since()).isEqualTo(at(900));
        follow(0, 0, 5);
        assertThat(state.since()).isEqualTo(at(900));
    }

    @Test
    void itIsCountedFromTheClockIfTheUpperIsAhead() {
        appendUpTo(1_000_000);
        assertThat(follow(100, 0, 500)).isEqualTo(new Kept(at(400), 100));
        assertThat(follow(100, 0, -7)).isEqualTo(new Kept(at(400), 100));
    }

    @Test
    void shardThatIsYoungerThanItsHistoryForgetsNothing() {
        assertThat(follow(100)).isEqualTo(new Kept(at(0), 100));
        appendUpTo(50);
        assertThat(follow(100)).isEqualTo(new Kept(at(0), 100));
    }

    @Test
    void movingByLittleIsNotWorthACommit() {
        appendUpTo(1_001);
        follow(100, 10, 2_000);
        appendUpTo(1_010);
        assertThat(follow(100, 10, 2_000)).isEqualTo(new Kept(at(900), 100));
        appendUpTo(1_011);
        assertThat(follow(100, 10, 2_000)).isEqualTo(new Kept(at(910), 100));
    }

    @Test
    void othersHoldTheShardsSinceBackAndAreLeftAlone() {
        state =
                States.changed(
                        CriticalReaders.register(
                                state, MATERIALIZE, Opaque.epoch(3), States.DEBUG));
        LeasedReaderId reader = States.reader(1);
        state = States.changed(Readers.register(state, reader, States.DEBUG, 1_000, 0));
        CriticalReaderState theirs = state.criticalReaders().get(MATERIALIZE);
        LeasedReaderState leased = state.leasedReaders().get(reader);
        appendUpTo(1_001);

        assertThat(follow(100)).isEqualTo(new Kept(at(900), 100));

        assertThat(state.since()).isEqualTo(at(0));
        assertThat(state.criticalReaders().get(MATERIALIZE)).isEqualTo(theirs);
        assertThat(state.leasedReaders().get(reader)).isEqualTo(leased);
        state =
                States.changed(
                        CriticalReaders.compareAndDowngrade(
                                state, MATERIALIZE, Opaque.epoch(3), Opaque.epoch(3), at(999)));
        state = States.changed(Readers.downgrade(state, reader, null, at(950), 0));
        assertThat(state.since()).as("what all agree on").isEqualTo(at(900));
    }

    @Test
    void itBeginsWhereTheShardsSinceIs() {
        LeasedReaderId reader = States.reader(1);
        appendUpTo(1_001);
        state = States.changed(Readers.register(state, reader, States.DEBUG, 1_000, 0));
        state = States.changed(Readers.downgrade(state, reader, null, at(950), 0));
        assertThat(follow(100)).isEqualTo(new Kept(at(950), 100));
    }

    @Test
    void itIsLeftToWhoeverHasTakenIt() {
        Opaque theirs = Opaque.epoch(3);
        state =
                States.changed(
                        CriticalReaders.register(state, HistoryHold.ID, theirs, States.DEBUG));
        appendUpTo(1_001);
        assertThat(follow(100)).isEqualTo(new Outcome.Taken(theirs));
        assertThat(state.since()).isEqualTo(at(0));
        assertThat(HistoryHold.retentionMillis(Opaque.u64(-1))).isNull();
    }

    @Test
    void closedShardIsLeftAlone() {
        Description rest = new Description(at(0), Antichain.empty(), at(0));
        state =
                States.changed(
                        Appends.compareAndAppend(
                                state,
                                HollowBatch.empty(rest),
                                States.append(1, 1, 0),
                                Long.MAX_VALUE));
        assertThat(follow(100)).isEqualTo(new Outcome.NotMoved());
    }

    @Test
    void whatANewerPeerHasWrittenStays() {
        Bytes unknown = Bytes.utf8("newer");
        state =
                CriticalReaders.with(
                        state,
                        HistoryHold.ID,
                        new CriticalReaderState(at(0), 7, "u64", States.DEBUG, unknown));
        appendUpTo(1_001);
        follow(100);
        assertThat(state.criticalReaders().get(HistoryHold.ID).unknown()).isEqualTo(unknown);
    }

    /** Sinks in any order, with clocks of their own, some of which come late. */
    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5})
    void nothingIsForgottenThatAnySinkHasDeclared(long seed) {
        Random random = new Random(seed);
        long longest = 0;
        long newestSeen = 0;
        for (int step = 0; step < 300; step++) {
            appendUpTo(state.upper().element() + random.nextInt(40));
            long retention = 1L + random.nextInt(1 + step);
            long now = state.upper().element() + random.nextInt(200) - 100;
            Antichain before = state.since();
            follow(retention, random.nextInt(20), now);
            longest = Math.max(longest, retention);
            newestSeen = Math.max(newestSeen, Math.min(state.upper().element() - 1, now));
            assertThat(before.lessEqual(state.since())).isTrue();
            if (before.lessThan(state.since())) {
                assertThat(state.since().element()).isLessThanOrEqualTo(newestSeen - longest);
            }
        }
        assertThat(state.since()).isNotEqualTo(at(0));
    }
}
