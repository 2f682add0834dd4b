package io.persist.flink.sink;

import java.util.Arrays;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;

/**
 * What a {@link LaneSource} may emit: in each lane rows numbered from 0, as far as the test allows.
 * A lane never forgets its rows, so a restored job gets the same ones again. Any thread.
 */
final class Feed {
    private final String name;
    private final int padding;
    private final int[] allowed;
    private final boolean[] ended;
    private CompletableFuture<Void> changed = new CompletableFuture<>();

    /** Whether there is another row in a lane. */
    enum Next {
        ROW,
        NOT_YET,
        NEVER
    }

    /**
     * @param padding characters that make rows longer
     */
    Feed(String name, int lanes, int padding) {
        this.name = name;
        this.padding = padding;
        this.allowed = new int[lanes];
        this.ended = new boolean[lanes];
    }

    String row(int lane, int number) {
        return "%s-%d-%06d%s".formatted(name, lane, number, "x".repeat(padding));
    }

    String name() {
        return name;
    }

    int lanes() {
        return allowed.length;
    }

    synchronized int allowed(int lane) {
        return allowed[lane];
    }

    /** Rows with numbers below {@code count} may be emitted. */
    void allow(int lane, int count) {
        CompletableFuture<Void> before;
        synchronized (this) {
            allowed[lane] = count;
            before = changed;
            changed = new CompletableFuture<>();
        }
        before.complete(null);
    }

    void allowAll(int count) {
        for (int lane = 0; lane < allowed.length; lane++) {
            allow(lane, count);
        }
    }

    /** Nothing comes after the rows that are allowed by now. */
    void end(int lane) {
        CompletableFuture<Void> before;
        synchronized (this) {
            ended[lane] = true;
            before = changed;
            changed = new CompletableFuture<>();
        }
        before.complete(null);
    }

    void endAll() {
        for (int lane = 0; lane < allowed.length; lane++) {
            end(lane);
        }
    }

    synchronized Next next(int lane, int position) {
        if (position < allowed[lane]) {
            return Next.ROW;
        }
        return ended[lane] ? Next.NEVER : Next.NOT_YET;
    }

    /** Completes when something is allowed or ended. */
    synchronized CompletableFuture<Void> changed() {
        return changed;
    }

    /** Every row allowed so far, once. */
    Map<String, Long> rows() {
        return rows(0);
    }

    /** The same from a number on. */
    synchronized Map<String, Long> rows(int first) {
        Map<String, Long> rows = new TreeMap<>();
        for (int lane = 0; lane < allowed.length; lane++) {
            for (int number = first; number < allowed[lane]; number++) {
                rows.put(row(lane, number), 1L);
            }
        }
        return rows;
    }

    /** Without padding. */
    static Map<String, Long> brief(Map<String, Long> rows) {
        Map<String, Long> brief = new TreeMap<>();
        rows.forEach((row, copies) -> brief.put(row.replaceFirst("x+$", ""), copies));
        return brief;
    }

    @Override
    public synchronized String toString() {
        return name + Arrays.toString(allowed);
    }
}
