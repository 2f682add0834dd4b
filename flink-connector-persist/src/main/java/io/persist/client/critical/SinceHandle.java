package io.persist.client.critical;

import io.persist.codec.CorruptDataException;
import io.persist.codec.ShardId;
import io.persist.frontier.Antichain;
import io.persist.shard.IncompatibleShardException;
import io.persist.shard.Machine;
import io.persist.shard.Profile;
import io.persist.state.CriticalReaderId;
import io.persist.state.CriticalReaderState;
import io.persist.state.CriticalReaders;
import io.persist.state.CriticalReaders.DowngradeOutcome;
import io.persist.state.CriticalReaders.Opaque;
import io.persist.state.HandleDebug;
import io.persist.store.StoreException;

import org.jspecify.annotations.Nullable;

import java.util.Optional;

/**
 * A hold on the history of one shard without a lease: the shard can tell its contents at every time
 * from {@link #since} on, whether anybody is there or not. It has a token; whoever wants to move
 * the hold must name the present one and may put another in its place. So a controller that takes
 * over puts its own there, and its predecessor finds out at its next try.
 *
 * <p>There is nothing to close: the hold stays when the handle is forgotten. To let it go, move it
 * to the empty frontier, after which no time is readable if nobody else holds one; or {@link
 * #expire} it. One thread at a time; many handles may share one hold.
 */
public final class SinceHandle {
    private final Machine machine;
    private final CriticalReaderId id;
    private final long intervalMillis;
    private Antichain since;
    private Opaque opaque;

    /** When the last try ended; null before the first. */
    private @Nullable Long triedMillis;

    private SinceHandle(
            Machine machine,
            CriticalReaderId id,
            CriticalReaderState registered,
            CriticalSettings settings) {
        this.machine = machine;
        this.id = id;
        this.intervalMillis = settings.downgradeInterval().toMillis();
        this.since = registered.since();
        this.opaque = Opaque.of(registered);
    }

    /** What {@code PersistClient} calls to open a handle. */
    public static SinceHandle open(
            Machine machine,
            CriticalReaderId id,
            Opaque initial,
            HandleDebug debug,
            CriticalSettings settings)
            throws StoreException,
                    CorruptDataException,
                    IncompatibleShardException,
                    InterruptedException {
        Profile.requireWritable(machine.shard(), machine.state().applierVersion());
        CriticalReaderState registered =
                machine.apply(state -> CriticalReaders.register(state, id, initial, debug));
        return new SinceHandle(machine, id, registered, settings);
    }

    public ShardId shard() {
        return machine.shard();
    }

    public CriticalReaderId id() {
        return id;
    }

    /** Where the hold was when this handle last saw it. */
    public Antichain since() {
        return since;
    }

    /** The token that the hold had when this handle last saw it. */
    public Opaque opaque() {
        return opaque;
    }

    /**
     * Replaces the token and moves the hold up to {@code newSince}, in one commit, if the present
     * token is {@code expected}. A hold that is there already or further on stays; then the answer
     * says where. On a finished shard everybody succeeds, at the empty frontier.
     *
     * @return {@link DowngradeOutcome.OpaqueMismatch} if somebody else has taken the hold, {@link
     *     DowngradeOutcome.UnknownReader} if it was removed; either way nothing was changed
     * @throws IllegalArgumentException if the two tokens have different codecs
     * @throws StoreException.Indeterminate if it cannot be told whether the hold was moved
     */
    public DowngradeOutcome compareAndDowngrade(
            Opaque expected, Opaque replacement, Antichain newSince)
            throws StoreException,
                    CorruptDataException,
                    IncompatibleShardException,
                    InterruptedException {
        if (!expected.codec().equals(replacement.codec())) {
            throw new IllegalArgumentException(
                    "tokens of critical reader "
                            + id
                            + " must have one codec, are "
                            + expected
                            + " and "
                            + replacement);
        }
        DowngradeOutcome outcome = machine.compareAndDowngrade(id, expected, replacement, newSince);
        triedMillis = machine.nowMillis();
        if (outcome instanceof DowngradeOutcome.Downgraded moved) {
            since = moved.since();
            opaque = replacement;
        } else if (outcome instanceof DowngradeOutcome.OpaqueMismatch mismatch) {
            since = mismatch.since();
            opaque = mismatch.stored();
        }
        return outcome;
    }

    /**
     * {@link #compareAndDowngrade} if this handle has not tried within {@link
     * CriticalSettings#downgradeInterval}; to be called as often as one likes. A clock that was set
     * back counts as time passed.
     */
    public Optional<DowngradeOutcome> maybeCompareAndDowngrade(
            Opaque expected, Opaque replacement, Antichain newSince)
            throws StoreException,
                    CorruptDataException,
                    IncompatibleShardException,
                    InterruptedException {
        if (triedMillis != null) {
            long passed = machine.nowMillis() - triedMillis;
            if (passed >= 0 && passed < intervalMillis) {
                return Optional.empty();
            }
        }
        return Optional.of(compareAndDowngrade(expected, replacement, newSince));
    }

    /**
     * Removes the hold, whoever owns it. The shard's since stays until another reader moves.
     *
     * @return whether it was there
     */
    public boolean expire()
            throws StoreException,
                    CorruptDataException,
                    IncompatibleShardException,
                    InterruptedException {
        return machine.apply(state -> CriticalReaders.expire(state, id));
    }
}
