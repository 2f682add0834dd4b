package io.persist.batch.columns;

import java.util.Arrays;

/** Which rows are copied, and from which of several sources: ranges, in the order of copying. */
final class Segments {
    private int[] sources = new int[64];
    private int[] froms = new int[64];
    private int[] lengths = new int[64];
    private int count;
    private int rows;

    /** Of consecutive rows of the only source. */
    static Segments of(int from, int length) {
        Segments segments = new Segments();
        segments.add(0, from, length);
        return segments;
    }

    void clear() {
        count = 0;
        rows = 0;
    }

    /** Adds a row, which becomes part of the last range if it follows it. */
    void add(int source, int row) {
        int last = count - 1;
        if (last >= 0 && sources[last] == source && froms[last] + lengths[last] == row) {
            lengths[last]++;
            rows++;
        } else {
            add(source, row, 1);
        }
    }

    void add(int source, int from, int length) {
        if (count == sources.length) {
            sources = Arrays.copyOf(sources, 2 * count);
            froms = Arrays.copyOf(froms, 2 * count);
            lengths = Arrays.copyOf(lengths, 2 * count);
        }
        sources[count] = source;
        froms[count] = from;
        lengths[count] = length;
        count++;
        rows = Math.addExact(rows, length);
    }

    /** Number of ranges. */
    int count() {
        return count;
    }

    /** Number of rows in all ranges. */
    int rows() {
        return rows;
    }

    int source(int segment) {
        return sources[segment];
    }

    int from(int segment) {
        return froms[segment];
    }

    int length(int segment) {
        return lengths[segment];
    }
}
