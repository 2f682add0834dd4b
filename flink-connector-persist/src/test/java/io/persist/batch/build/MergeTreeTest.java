package io.persist.batch.build;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;

import org.junit.jupiter.api.Test;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;

final class MergeTreeTest {
    /** Numbers in a row, and how often the oldest merged of them was. */
    private record Range(int from, int to, int depth) {
        static Range merge(List<Range> ranges) {
            int depth = 0;
            for (int i = 0; i < ranges.size(); i++) {
                depth = Math.max(depth, ranges.get(i).depth);
                if (i > 0) {
                    assertThat(ranges.get(i).from).isEqualTo(ranges.get(i - 1).to);
                }
            }
            return new Range(ranges.get(0).from, ranges.get(ranges.size() - 1).to, depth + 1);
        }
    }

    private static List<Integer> flat(List<Range> ranges) {
        return ranges.stream().flatMapToInt(r -> IntStream.range(r.from, r.to)).boxed().toList();
    }

    private static List<Integer> upTo(int count) {
        return IntStream.range(0, count).boxed().toList();
    }

    /** The greatest d with {@code base ^ d <= count}, 0 for none. */
    private static int logarithm(int base, int count) {
        int log = 0;
        for (long power = base; power <= count; power *= base) {
            log++;
        }
        return log;
    }

    @Property(seed = "20261124", tries = 600)
    void orderIsKeptAndMergesAreFewAndBalanced_BT9(
            @ForAll @IntRange(min = 2, max = 7) int limit,
            @ForAll @IntRange(min = 0, max = 99) int count) {
        List<Integer> sizes = new ArrayList<>();
        MergeTree<Range> tree =
                new MergeTree<>(
                        limit,
                        ranges -> {
                            sizes.add(ranges.size());
                            return Range.merge(ranges);
                        });
        for (int i = 0; i < count; i++) {
            tree.push(new Range(i, i + 1, 0));

            assertThat(flat(tree.items())).isEqualTo(upTo(i + 1));
            assertThat(tree.items().size())
                    .isLessThanOrEqualTo(limit * (1 + logarithm(limit, i + 1)));
        }
        if (count <= limit) {
            assertThat(sizes).isEmpty();
        }

        List<Range> finished = tree.finish();

        assertThat(finished.size()).isLessThanOrEqualTo(limit);
        assertThat(flat(finished)).isEqualTo(upTo(count));
        assertThat(sizes).allMatch(size -> size >= 2 && size <= limit);
        assertThat(finished).allMatch(range -> range.depth <= logarithm(limit, count));
    }

    /** Worked out by hand from the rules: digits are items, brackets are merges. */
    @Test
    void levelsFillAsInTheOriginal_BT9() {
        MergeTree<String> tree = new MergeTree<>(3, items -> "(" + String.join("", items) + ")");
        List<String> seen = new ArrayList<>();
        for (int i = 0; i < 10; i++) {
            tree.push(String.valueOf(i));
            seen.add(String.join(" ", tree.items()));
        }

        assertThat(seen)
                .containsExactly(
                        "0",
                        "0 1",
                        "0 1 2",
                        "(012) 3",
                        "(012) 3 4",
                        "(012) (345)",
                        "(012) (345) 6",
                        "(012) (345) 6 7",
                        "(012) (345) (678)",
                        "((012)(345)(678)) 9");
        assertThat(String.join(" ", tree.finish())).isEqualTo("((012)(345)(678)) 9");
    }

    @Test
    void finishingMergesTheShallowLevelsThatAreTooMany_BT9() {
        MergeTree<String> tree = new MergeTree<>(3, items -> "(" + String.join("", items) + ")");
        for (int i = 0; i < 8; i++) {
            tree.push(String.valueOf(i));
        }

        assertThat(String.join(" ", tree.finish())).isEqualTo("(012) (345) (67)");
    }

    @Test
    void withoutALimitNothingIsMerged_B25() {
        MergeTree<Integer> tree =
                new MergeTree<>(
                        Integer.MAX_VALUE,
                        items -> {
                            throw new AssertionError(items);
                        });
        for (int i = 0; i < 1000; i++) {
            tree.push(i);
        }

        assertThat(tree.finish()).isEqualTo(upTo(1000));
    }

    @Test
    void aLimitBelowTwoIsRefused_BT9() {
        assertThatThrownBy(() -> new MergeTree<Integer>(1, items -> items.get(0)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("1 items");
    }
}
