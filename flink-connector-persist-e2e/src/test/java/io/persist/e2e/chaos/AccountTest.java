package io.persist.e2e.chaos;

import static org.assertj.core.api.Assertions.assertThat;

import org.apache.flink.types.Row;
import org.apache.flink.types.RowKind;
import org.junit.jupiter.api.Test;

import java.util.ArrayList;
import java.util.List;

/** The account finds whatever is wrong: it would be worth nothing else. */
class AccountTest {
    private static final int COUNT = 5_000;

    private static List<Row> lane(int lane) {
        List<Row> rows = changes(lane, 0, COUNT);
        rows.add(end(lane, 0, COUNT));
        return rows;
    }

    private static List<Row> changes(int lane, long start, long end) {
        List<Row> rows = new ArrayList<>();
        for (long number = start; number < end; number++) {
            rows.addAll(Lane.changes(lane, number));
        }
        return rows;
    }

    private static Row start(int lane, int generation, long count) {
        return new Lane.Mark(generation, Lane.Mark.Kind.START, count).row(lane);
    }

    private static Row end(int lane, int generation, long count) {
        return new Lane.Mark(generation, Lane.Mark.Kind.END, count).row(lane);
    }

    private static Account.Result judge(int lanes, List<Row> rows) {
        Account account = new Account();
        for (Row row : rows) {
            account.add(
                    (int) row.getField(0),
                    (long) row.getField(1),
                    (String) row.getField(2),
                    row.getKind() == RowKind.INSERT ? 1 : -1);
        }
        return account.judge(lanes, rows.size());
    }

    private static List<Row> both() {
        List<Row> rows = lane(0);
        rows.addAll(lane(1));
        return rows;
    }

    @Test
    void whatTheJobWritesIsRight() {
        Account.Result result = judge(2, both());
        assertThat(result.lost()).isZero();
        assertThat(result.doubled()).isZero();
        assertThat(result.numbers()).isEqualTo(2 * COUNT);
        assertThat(result.examples()).isEmpty();
    }

    @Test
    void anyChangeThatIsMissingIsFound() {
        for (int i = 0; i < both().size(); i += 97) {
            List<Row> rows = both();
            boolean insert = rows.remove(i).getKind() == RowKind.INSERT;
            Account.Result result = judge(2, rows);
            assertThat(result.lost()).as("without %s", i).isEqualTo(insert ? 1 : 0);
            assertThat(result.doubled()).as("without %s", i).isEqualTo(insert ? 0 : 1);
        }
    }

    @Test
    void anyChangeThatIsThereTwiceIsFound() {
        for (int i = 0; i < both().size(); i += 97) {
            List<Row> rows = both();
            boolean insert = rows.get(i).getKind() == RowKind.INSERT;
            rows.add(rows.get(i));
            Account.Result result = judge(2, rows);
            assertThat(result.doubled()).as("twice %s", i).isEqualTo(insert ? 1 : 0);
            assertThat(result.lost()).as("twice %s", i).isEqualTo(insert ? 0 : 1);
        }
    }

    @Test
    void theTailOfALaneIsMissedThoughNothingFollows() {
        List<Row> rows = both();
        Row end = rows.remove(rows.size() - 1);
        Row last = rows.remove(rows.size() - 1);
        assertThat(judge(2, rows).examples()).containsExactly("lost: end of lane 1");
        rows.add(end);
        assertThat(judge(2, rows).lost()).isEqualTo(1);
        assertThat((long) last.getField(1)).isGreaterThan(COUNT - 10);
    }

    @Test
    void theFurthestEndOfALaneCounts() {
        List<Row> rows = both();
        rows.add(end(0, 0, COUNT / 2));
        assertThat(judge(2, rows).doubled()).isZero();
        rows.add(end(0, 0, COUNT + 1));
        assertThat(judge(2, rows).lost()).isPositive();
    }

    @Test
    void whatNobodyWroteIsFound() {
        Account account = new Account();
        account.add(0, 0, "something else", 1);
        assertThat(account.judge(0, 1).doubled()).isEqualTo(1);
    }

    @Test
    void marksAreReadAsTheyWereWritten() {
        for (int generation : new int[] {0, 1, 300}) {
            for (Lane.Mark.Kind kind : Lane.Mark.Kind.values()) {
                for (long count : new long[] {0, 1, Lane.LENGTH}) {
                    Lane.Mark mark = new Lane.Mark(generation, kind, count);
                    assertThat(Lane.isMark(mark.number())).isTrue();
                    assertThat(Lane.Mark.of(mark.number())).isEqualTo(mark);
                }
            }
        }
    }

    /** The savepoint was taken at 2000; the shard had come to 4000; and both are kept. */
    private static List<Row> appendedAfterRewind() {
        List<Row> rows = changes(0, 0, 4_000);
        rows.add(end(0, 0, 4_000));
        rows.add(start(0, 1, 2_000));
        rows.addAll(changes(0, 2_000, COUNT));
        rows.add(end(0, 1, COUNT));
        return rows;
    }

    @Test
    void rowsThatComeAgainAreExpectedTwice() {
        Account.Result result = judge(1, appendedAfterRewind());
        assertThat(result.examples()).isEmpty();
        assertThat(result.numbers()).isEqualTo(4_000 + COUNT - 2_000);
    }

    @Test
    void anyChangeThatIsMissingAfterARewindIsFound() {
        int size = appendedAfterRewind().size();
        for (int i = 0; i < size; i += 89) {
            List<Row> rows = appendedAfterRewind();
            rows.remove(i);
            Account.Result result = judge(1, rows);
            assertThat(result.lost() + result.doubled()).as("without %s", i).isPositive();
        }
    }

    /** What the shard was ahead is undone, and with it where the lane had ended. */
    @Test
    void whatWasUndoneMustBeGone() {
        List<Row> rows = changes(0, 0, 2_000);
        rows.add(start(0, 1, 2_000));
        rows.addAll(changes(0, 2_000, COUNT));
        rows.add(end(0, 1, COUNT));
        assertThat(judge(1, rows).examples()).isEmpty();
        rows.addAll(Lane.changes(0, 2_500));
        assertThat(judge(1, rows).doubled()).isPositive();
        rows.clear();
        rows.addAll(changes(0, 0, 2_000));
        rows.add(start(0, 1, 2_000));
        assertThat(judge(1, rows).examples()).containsExactly("lost: end of lane 0");
    }
}
