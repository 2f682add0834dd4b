package io.persist.batch.build;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.function.Function;

/**
 * Keeps a growing sequence short by merging neighbours. Order is preserved; of N items at most
 * {@code K log N} are held, and none goes through more than {@code log N} merges (both to base K).
 *
 * <p>The items lie in levels, the newest in the shallowest; a level that is full becomes one item
 * of the next. A level holds fewer than K items, the deepest up to K, but only while the others are
 * empty. Same decisions as the original's (mz_persist_client internal/merge.rs, 26).
 */
final class MergeTree<T> {
    private final int maxLength;
    private final Function<List<T>, T> merge;

    /** Oldest first: the deepest level, then shallower ones. */
    private final List<T> items = new ArrayList<>();

    /** Items in each level, the shallowest first. */
    private final List<Integer> lengths = new ArrayList<>(List.of(0));

    /**
     * @param maxLength K, at least 2: items of one merge, and items that {@link #finish} leaves
     * @param merge makes one of 2 to K neighbours, oldest first
     */
    MergeTree(int maxLength, Function<List<T>, T> merge) {
        if (maxLength < 2) {
            throw new IllegalArgumentException("cannot merge down to " + maxLength + " items");
        }
        this.maxLength = maxLength;
        this.merge = merge;
    }

    void push(T item) {
        int deepest = lengths.size() - 1;
        if (lengths.get(deepest) == maxLength) {
            mergeNewest(maxLength);
            lengths.set(deepest, 0);
            lengths.add(1);
            deepest++;
        }
        items.add(item);
        for (int depth = 0; ; depth++) {
            int length = lengths.get(depth) + 1;
            if (length < maxLength || depth == deepest) {
                lengths.set(depth, length);
                return;
            }
            mergeNewest(length);
            lengths.set(depth, 0);
        }
    }

    /** Merges down to at most K items, oldest first. Nothing may be pushed afterwards. */
    List<T> finish() {
        int newest = lengths.get(0);
        for (int depth = 1; depth < lengths.size(); depth++) {
            int length = lengths.get(depth);
            if (newest + length > maxLength) {
                mergeNewest(newest);
                newest = 1;
            }
            newest += length;
        }
        return items();
    }

    /** What is held now, oldest first; a view. */
    List<T> items() {
        return Collections.unmodifiableList(items);
    }

    private void mergeNewest(int count) {
        List<T> newest = items.subList(items.size() - count, items.size());
        T merged = merge.apply(List.copyOf(newest));
        newest.clear();
        items.add(merged);
    }
}
