package io.persist.flink.source;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.persist.client.Update;
import io.persist.codec.CorruptDataException;
import io.persist.codec.ShardId;
import io.persist.codec.Unit;

import org.junit.jupiter.api.Test;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.UUID;

class SnapshotRowsTest {
    private static final ShardId SHARD = new ShardId(new UUID(0, 1));

    private static Update<String, Unit> update(String key, long diff) {
        return new Update<>(key, Unit.UNIT, 7, diff);
    }

    private static SnapshotRows<String, Unit> rows(List<List<Update<String, Unit>>> steps) {
        Iterator<List<Update<String, Unit>>> iterator = steps.iterator();
        return new SnapshotRows<>(SHARD, () -> iterator.hasNext() ? iterator.next() : List.of());
    }

    private static List<String> rest(SnapshotRows<String, Unit> rows)
            throws IOException, CorruptDataException, InterruptedException {
        List<String> keys = new ArrayList<>();
        for (var row = rows.next(); row != null; row = rows.next()) {
            keys.add(row.key());
        }
        return keys;
    }

    private static SnapshotRows<String, Unit> sample() {
        return rows(List.of(List.of(update("a", 1), update("b", 3)), List.of(update("c", 2))));
    }

    @Test
    void aRowComesAsOftenAsItIsThere() throws Exception {
        assertThat(rest(sample())).containsExactly("a", "b", "b", "b", "c", "c");
    }

    @Test
    void theEndIsReportedAgainAndAgain() throws Exception {
        SnapshotRows<String, Unit> rows = rows(List.of());

        assertThat(rows.next()).isNull();
        assertThat(rows.next()).isNull();
    }

    @Test
    void skippingAnyNumberLeavesTheRest() throws Exception {
        List<String> all = rest(sample());
        for (int count = 0; count <= all.size(); count++) {
            SnapshotRows<String, Unit> rows = sample();
            rows.skip(count);
            assertThat(rest(rows)).isEqualTo(all.subList(count, all.size()));
        }
    }

    @Test
    void skippingMoreThanThereIsFails() {
        assertThatThrownBy(() -> sample().skip(7))
                .isInstanceOf(IOException.class)
                .hasMessageContaining(SHARD.toString())
                .hasMessageContaining("7 rows were emitted")
                .hasMessageContaining("only 6");
    }

    @Test
    void hugeMultiplicitiesAreSkippedWithoutCounting() throws Exception {
        SnapshotRows<String, Unit> rows = rows(List.of(List.of(update("a", Long.MAX_VALUE))));

        rows.skip(Long.MAX_VALUE - 1);

        assertThat(rest(rows)).containsExactly("a");
    }

    @Test
    void negativeMultiplicityFailsNamingShardTimeAndKey() {
        assertThatThrownBy(() -> rest(rows(List.of(List.of(update("a", 1), update("bad", -2))))))
                .isInstanceOf(CorruptDataException.class)
                .hasMessageContaining(SHARD.toString())
                .hasMessageContaining("as of 7")
                .hasMessageContaining("key bad")
                .hasMessageContaining("-2 times");
    }
}
