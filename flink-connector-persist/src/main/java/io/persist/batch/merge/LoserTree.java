package io.persist.batch.merge;

import java.util.List;

/**
 * Finds the least of several sources: each inner node remembers who lost there, so that after the
 * winner has moved on only its way to the root is played again. One thread.
 */
final class LoserTree {
    private final List<MergeSource> sources;

    /** At 0 the winner, at 1 and up the losers; -1 where nobody played yet. */
    private int[] nodes = {};

    /** Must be rebuilt before its first use, and whenever sources come or go. */
    LoserTree(List<MergeSource> sources) {
        this.sources = sources;
    }

    void rebuild() {
        int count = sources.size();
        nodes = new int[Math.max(1, count)];
        java.util.Arrays.fill(nodes, -1);
        for (int leaf = count - 1; leaf >= 0; leaf--) {
            play(leaf);
        }
    }

    /** Index of the least source. There must be one. */
    int winner() {
        return nodes[0];
    }

    /** The winner has moved. */
    void winnerMoved() {
        play(nodes[0]);
    }

    private void play(int leaf) {
        int winner = leaf;
        for (int node = (leaf + nodes.length) / 2; node > 0; node /= 2) {
            int other = nodes[node];
            if (other == -1) {
                nodes[node] = winner;
                return;
            }
            if (sources.get(other).compareTo(sources.get(winner)) < 0) {
                nodes[node] = winner;
                winner = other;
            }
        }
        nodes[0] = winner;
    }

    /** Index of the least source besides the winner; -1 if there is none. */
    int runnerUp() {
        int best = -1;
        for (int node = (nodes[0] + nodes.length) / 2; node > 0; node /= 2) {
            int other = nodes[node];
            if (best == -1 || sources.get(other).compareTo(sources.get(best)) < 0) {
                best = other;
            }
        }
        return best;
    }
}
