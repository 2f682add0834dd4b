package io.persist.state;

import static org.assertj.core.api.Assertions.assertThat;

import io.persist.frontier.Antichain;
import io.persist.state.CriticalReaders.DowngradeOutcome;
import io.persist.state.CriticalReaders.Opaque;
import io.persist.state.encoding.GoldenReplay;
import io.persist.testing.GoldenShards;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

import java.util.Map;

/** Replays what the original client did to its critical readers: our commands do the same. */
final class GoldenCriticalReadersTest {
    private int registered;
    private int moved;
    private int unchanged;

    @Test
    void commandsMakeTheStatesOfThePeers() throws Exception {
        for (GoldenShards.Shard shard : GoldenShards.all()) {
            for (GoldenReplay.Commit commit : GoldenReplay.commits(shard)) {
                check(commit);
            }
        }
        assertThat(registered).isPositive();
        assertThat(moved).isPositive();
        assertThat(unchanged).as("commits that left critical readers alone").isPositive();
    }

    private void check(GoldenReplay.Commit commit) {
        State before = commit.before();
        State after = commit.after();
        if (before.criticalReaders().equals(after.criticalReaders())) {
            unchanged++;
            return;
        }
        State successor = before.successor(after.hostname(), after.walltimeMillis());
        for (Map.Entry<CriticalReaderId, CriticalReaderState> entry :
                after.criticalReaders().entrySet()) {
            CriticalReaderState old = before.criticalReaders().get(entry.getKey());
            if (entry.getValue().equals(old)) {
                continue;
            }
            Transition<?> transition = replayed(successor, entry.getKey(), old, entry.getValue());
            assertThat(transition).as("%s", commit).isInstanceOf(Transition.Changed.class);
            State next = ((Transition.Changed<?>) transition).next();
            assertThat(next.criticalReaders()).as("%s", commit).isEqualTo(after.criticalReaders());
            assertThat(next.since()).as("%s", commit).isEqualTo(after.since());
        }
    }

    private Transition<?> replayed(
            State state,
            CriticalReaderId id,
            @Nullable CriticalReaderState old,
            CriticalReaderState wanted) {
        if (old == null) {
            registered++;
            return CriticalReaders.register(state, id, Opaque.of(wanted), wanted.debug());
        }
        if (!old.debug().equals(wanted.debug())) {
            registered++;
            return CriticalReaders.register(state, id, Opaque.u64(99), wanted.debug());
        }
        moved++;
        Transition<DowngradeOutcome> transition =
                CriticalReaders.compareAndDowngrade(
                        state, id, Opaque.of(old), Opaque.of(wanted), wanted.since());
        Antichain since = wanted.since();
        assertThat(transition.result()).isEqualTo(new DowngradeOutcome.Downgraded(since));
        return transition;
    }
}
