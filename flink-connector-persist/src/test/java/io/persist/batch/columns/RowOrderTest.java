package io.persist.batch.columns;

import static org.assertj.core.api.Assertions.assertThat;

import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;

import org.apache.arrow.memory.RootAllocator;
import org.apache.arrow.vector.BigIntVector;

import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;

final class RowOrderTest {
    @Property(seed = "20261124", tries = 300)
    void sortingIsStableAndAgreesWithTheLibrary(
            @ForAll @Size(max = 100) List<@IntRange(max = 9) Integer> keys,
            @ForAll @IntRange(min = 1, max = 3) int times) {
        int[] rows = IntStream.range(0, keys.size()).toArray();
        try (RootAllocator allocator = new RootAllocator();
                BigIntVector keyVector = new BigIntVector("k", allocator);
                BigIntVector vals = new BigIntVector("v", allocator)) {
            long[] timeByRow = new long[keys.size()];
            for (int row = 0; row < keys.size(); row++) {
                keyVector.setSafe(row, keys.get(row));
                vals.setSafe(row, 0);
                timeByRow[row] = row % times;
            }
            keyVector.setValueCount(keys.size());
            vals.setValueCount(keys.size());

            new RowOrder(keyVector, vals, timeByRow).sort(rows);

            List<Integer> expected =
                    IntStream.range(0, keys.size())
                            .boxed()
                            .sorted(
                                    Comparator.<Integer, Integer>comparing(keys::get)
                                            .thenComparing(row -> timeByRow[row]))
                            .toList();
            assertThat(rows).containsExactly(expected.stream().mapToInt(i -> i).toArray());
        }
    }
}
