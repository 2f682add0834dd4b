package io.persist.state.encoding;

import io.persist.state.State;
import io.persist.state.StateDiff;
import io.persist.store.Versioned;
import io.persist.testing.GoldenShards;

import java.util.ArrayList;
import java.util.List;

/** The live states of a golden shard, one commit after the other. */
public final class GoldenReplay {
    /**
     * One commit of the original client.
     *
     * @param entry as in the log
     */
    public record Commit(State before, StateDiff diff, State after, Versioned entry) {
        @Override
        public String toString() {
            return after.seqno().toString();
        }
    }

    private GoldenReplay() {}

    /** The state of the first live entry, from its rollup. */
    public static State first(GoldenShards.Shard shard) throws Exception {
        String prefix = shard.shard() + "/" + shard.rows().get(0).seqno() + "/";
        for (String key : rollupKeys(shard)) {
            if (key.startsWith(prefix)) {
                return RollupEncoding.decode(shard.blob(key)).state();
            }
        }
        throw new IllegalStateException(shard + " has no rollup " + prefix);
    }

    public static List<Commit> commits(GoldenShards.Shard shard) throws Exception {
        List<Commit> commits = new ArrayList<>();
        State state = first(shard);
        for (Versioned entry : shard.rows()) {
            if (entry.seqno().compareTo(state.seqno()) > 0) {
                StateDiff diff = StateDiffEncoding.decode(entry.data());
                State next = state.apply(diff);
                commits.add(new Commit(state, diff, next, entry));
                state = next;
            }
        }
        return commits;
    }

    static List<String> rollupKeys(GoldenShards.Shard shard) {
        return shard.blobFiles().keySet().stream().filter(key -> key.contains("/v")).toList();
    }
}
