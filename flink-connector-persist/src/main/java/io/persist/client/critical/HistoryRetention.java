package io.persist.client.critical;

import io.persist.codec.CorruptDataException;
import io.persist.shard.IncompatibleShardException;
import io.persist.shard.Machine;
import io.persist.shard.MaintenanceTask;
import io.persist.state.HandleDebug;
import io.persist.state.HistoryHold;
import io.persist.state.HistoryHold.Outcome;
import io.persist.state.State;
import io.persist.state.Transition;
import io.persist.store.StoreException;

import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Predicate;

/**
 * Lets a shard forget what is older than a sink wants to keep, by moving the {@link HistoryHold}
 * after commits and off their path. {@link #committed} is for one thread; the tasks that it offers
 * run on any.
 */
public final class HistoryRetention {
    private static final Logger LOG = LoggerFactory.getLogger(HistoryRetention.class);

    private final Duration retention;
    private final long intervalMillis;
    private final HandleDebug debug;
    private final AtomicBoolean told = new AtomicBoolean();

    /** When a task was offered last; null before the first. */
    private @Nullable Long offeredMillis;

    /**
     * @param settings how often moving is worth a commit, and how far it must be
     */
    public HistoryRetention(Duration retention, CriticalSettings settings, String hostname) {
        this.retention = retention;
        this.intervalMillis = settings.downgradeInterval().toMillis();
        this.debug = new HandleDebug(hostname, "history.retention");
    }

    /**
     * To be called after each commit. No I/O. A clock that was set back counts as time passed.
     *
     * @param fence whether the caller may still move the hold, in the state that would be changed
     */
    public void committed(Machine machine, Predicate<State> fence) {
        long now = machine.nowMillis();
        if (offeredMillis != null) {
            long passed = now - offeredMillis;
            if (passed >= 0 && passed < intervalMillis) {
                return;
            }
        }
        offeredMillis = now;
        machine.offer(new MaintenanceTask.MoveSince(offeredTo -> move(offeredTo, fence)));
    }

    private void move(Machine machine, Predicate<State> fence)
            throws StoreException,
                    CorruptDataException,
                    IncompatibleShardException,
                    InterruptedException {
        long now = machine.nowMillis();
        Outcome outcome =
                machine.<Outcome>apply(
                        state ->
                                fence.test(state)
                                        ? HistoryHold.follow(
                                                state,
                                                retention.toMillis(),
                                                intervalMillis,
                                                debug,
                                                now)
                                        : new Transition.NoOp<>(new Outcome.NotMoved()));
        LOG.debug("history of shard {}: {}", machine.shard(), outcome);
        if (outcome instanceof Outcome.Kept kept) {
            if (kept.retentionMillis() > retention.toMillis() && told.compareAndSet(false, true)) {
                LOG.warn(
                        "Shard {} keeps {} of history, for another sink or an earlier start declared"
                                + " it; this one declares {}. `persist since --retention` shortens"
                                + " it.",
                        machine.shard(),
                        Duration.ofMillis(kept.retentionMillis()),
                        retention);
            }
        } else if (outcome instanceof Outcome.Taken taken && told.compareAndSet(false, true)) {
            LOG.warn(
                    "The hold {} on the history of shard {} was taken by somebody, with token {};"
                            + " it is left alone.",
                    HistoryHold.ID,
                    machine.shard(),
                    taken.stored());
        }
    }
}
