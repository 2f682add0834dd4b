package io.persist.state;

import io.persist.codec.ShardId;
import io.persist.store.RollupKey;
import io.persist.store.SeqNo;

import java.util.UUID;

/** States and ids for tests. */
public final class States {
    public static final CodecNames CODECS = new CodecNames("String", "String", "u64", "i64");
    public static final ShardId SHARD = new ShardId(new UUID(0, 1));
    public static final HandleDebug DEBUG = new HandleDebug("host", "test");

    private States() {}

    /** The first state of a shard of the 26 generation. */
    public static State p26() {
        return initial(0, "26.0.0");
    }

    /** The first state of a shard of the 0.128 generation. */
    public static State p128() {
        return initial(1, "0.128.0");
    }

    private static State initial(long seqno, String label) {
        RollupKey rollup = rollup(seqno);
        return State.initial(SHARD, CODECS, rollup, label, "host", 1_000);
    }

    public static RollupKey rollup(long seqno) {
        return RollupKey.of(new SeqNo(seqno), new UUID(7, seqno));
    }

    public static LeasedReaderId reader(int number) {
        return new LeasedReaderId(new UUID(1, number));
    }

    public static CriticalReaderId critical(int number) {
        return new CriticalReaderId(new UUID(2, number));
    }

    public static WriterId writer(int number) {
        return new WriterId(new UUID(3, number));
    }

    public static IdempotencyToken token(long number) {
        return new IdempotencyToken(new UUID(4, number));
    }

    public static Appends.Writer append(int writer, long token, long nowMillis) {
        return new Appends.Writer(writer(writer), token(token), DEBUG, nowMillis, 1_000);
    }

    /** The state of a transition that must change something. */
    public static <R> State changed(Transition<R> transition) {
        if (transition instanceof Transition.Changed<R> changed) {
            return changed.next();
        }
        throw new AssertionError("nothing changed: " + transition.result());
    }
}
