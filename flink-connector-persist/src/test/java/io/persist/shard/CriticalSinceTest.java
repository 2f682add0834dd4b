package io.persist.shard;

import static io.persist.shard.TestShard.SHARD;
import static io.persist.shard.TestShard.empty;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.persist.frontier.Antichain;
import io.persist.shard.ScriptedConsensus.Fate;
import io.persist.state.CriticalReaderId;
import io.persist.state.CriticalReaders;
import io.persist.state.CriticalReaders.DowngradeOutcome;
import io.persist.state.CriticalReaders.DowngradeOutcome.Downgraded;
import io.persist.state.CriticalReaders.DowngradeOutcome.OpaqueMismatch;
import io.persist.state.CriticalReaders.Opaque;
import io.persist.state.HandleDebug;
import io.persist.store.SeqNo;
import io.persist.store.StoreException;
import io.persist.store.mem.MemBlob;
import io.persist.store.mem.MemConsensus;
import io.persist.testing.ManualTime;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import java.util.UUID;

/** Moving a critical reader while answers are lost and others move it too. */
final class CriticalSinceTest {
    private static final CriticalReaderId ID = new CriticalReaderId(new UUID(4, 4));
    private static final Opaque FREE = Opaque.u64(0);
    private static final Opaque OURS = Opaque.u64(1);
    private static final Opaque THEIRS = Opaque.u64(2);

    private final MemBlob blob = new MemBlob();
    private final MemConsensus log = new MemConsensus();
    private final ScriptedConsensus consensus = new ScriptedConsensus(log);
    private final ManualTime time = new ManualTime(TestShard.START_MILLIS);
    private final TestShard ours = new TestShard(blob, consensus, time, 1);
    private final TestShard theirs = new TestShard(blob, log, time, 2);
    private Machine machine;
    private Machine other;

    @BeforeEach
    void open() throws Exception {
        machine = ours.open(Profile.P26);
        other = theirs.open(Profile.P26);
        machine.apply(state -> CriticalReaders.register(state, ID, FREE, HandleDebug.NONE));
    }

    private DowngradeOutcome move(Opaque expected, Opaque replacement, long since)
            throws Exception {
        return machine.compareAndDowngrade(ID, expected, replacement, Antichain.of(since));
    }

    private void moveTheirs(Opaque expected, Opaque replacement, long since) throws Exception {
        other.refresh();
        assertThat(other.compareAndDowngrade(ID, expected, replacement, Antichain.of(since)))
                .isEqualTo(new Downgraded(Antichain.of(since)));
    }

    @Test
    void aMoveWhoseReplyWasLostHappened() throws Exception {
        consensus.next(Fate.REPLY_LOST);
        assertThat(move(FREE, OURS, 3)).isEqualTo(new Downgraded(Antichain.of(3)));
        assertThat(other.refresh().criticalReaders().get(ID).opaque()).isEqualTo(1);
    }

    @Test
    void aMoveWhoseRequestWasLostIsSentAgain() throws Exception {
        consensus.next(Fate.REQUEST_LOST, Fate.REQUEST_LOST);
        assertThat(move(FREE, OURS, 3)).isEqualTo(new Downgraded(Antichain.of(3)));
        assertThat(other.refresh().since()).isEqualTo(Antichain.of(3));
    }

    @Test
    void aMoveWhoseReplyWasLostIsRecognisedUnderThatOfASuccessor() throws Exception {
        consensus.next(Fate.REPLY_LOST);
        consensus.afterNext(() -> moveTheirs(OURS, THEIRS, 5));
        assertThat(move(FREE, OURS, 3)).isEqualTo(new Downgraded(Antichain.of(3)));
        assertThat(move(OURS, OURS, 8)).isEqualTo(new OpaqueMismatch(THEIRS, Antichain.of(5)));
    }

    @Test
    void ofTwoThatTakeTheReaderAtOnceOneIsRefused() throws Exception {
        consensus.beforeNext(() -> moveTheirs(FREE, THEIRS, 5));
        assertThat(move(FREE, OURS, 3)).isEqualTo(new OpaqueMismatch(THEIRS, Antichain.of(5)));
        assertThat(machine.state().since()).isEqualTo(Antichain.of(5));
    }

    @Test
    void anOutdatedStateRefusesNobody() throws Exception {
        moveTheirs(FREE, OURS, 5);
        assertThat(move(OURS, OURS, 6)).isEqualTo(new Downgraded(Antichain.of(6)));
    }

    @Test
    void withoutTheEntryOfTheLogOnesOwnTokenProvesNothing() {
        consensus.next(Fate.REPLY_LOST);
        consensus.afterNext(this::moveOnAndTruncate);
        assertThatThrownBy(() -> move(FREE, OURS, 3))
                .isInstanceOf(StoreException.Indeterminate.class)
                .hasMessageContaining("answer was lost")
                .hasMessageContaining("u64 1")
                .hasMessageContaining(SHARD.toString());
    }

    @Test
    void withoutTheEntryOfTheLogAnothersTokenRefuses() throws Exception {
        consensus.next(Fate.REQUEST_LOST);
        consensus.afterNext(
                () -> {
                    moveTheirs(FREE, THEIRS, 5);
                    moveOnAndTruncate();
                });
        assertThat(move(FREE, OURS, 3)).isEqualTo(new OpaqueMismatch(THEIRS, Antichain.of(5)));
    }

    @Test
    void aMoveThatKeepsTheTokenMaySafelyHappenTwice() throws Exception {
        consensus.next(Fate.REPLY_LOST);
        consensus.afterNext(this::moveOnAndTruncate);
        assertThat(move(FREE, FREE, 3)).isEqualTo(new Downgraded(Antichain.of(3)));
    }

    /** Commits until the log is rolled up and cut beyond what {@link #machine} knows. */
    private void moveOnAndTruncate() throws Exception {
        for (int i = 0; i < 300; i++) {
            long at = other.refresh().upper().element();
            other.compareAndAppend(empty(at, at + 1), theirs.append(), 1 << 20);
            theirs.runMaintenance(other);
        }
        assertThat(log.scan(SHARD, new SeqNo(0), 1).get(0).seqno().value()).isGreaterThan(100);
    }
}
