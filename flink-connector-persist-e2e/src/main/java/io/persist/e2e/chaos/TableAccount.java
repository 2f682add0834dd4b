package io.persist.e2e.chaos;

import io.persist.codec.relation.Datum;
import io.persist.codec.relation.SourceData;

import org.apache.flink.types.Row;
import org.apache.flink.types.RowKind;

import java.util.Map;
import java.util.TreeMap;

/**
 * The account of a table that a query keeps up to date: what must be there is computed again from
 * the changes of every lane up to where it ended.
 */
final class TableAccount {
    /** Groups of {@link ChaosJob.Api#TOTALS}. */
    static final int BUCKETS = 97;

    private final ChaosJob.Api api;
    private final TreeMap<String, Long> found = new TreeMap<>();
    private final TreeMap<Integer, Long> ends = new TreeMap<>();

    TableAccount(ChaosJob.Api api) {
        this.api = api;
    }

    /** Takes a row of the table; its last column but for payloads is a number. */
    void add(Object key, long diff) {
        if (key instanceof SourceData.Row row
                && row.datums().get(0) instanceof Datum.Int32 lane
                && row.datums().get(1) instanceof Datum.Int64 group) {
            if (Lane.isMark(group.value())) {
                ends.merge(lane.value(), Lane.Mark.of(group.value()).count(), Math::max);
                return;
            }
            StringBuilder text = new StringBuilder().append(lane.value());
            for (Datum datum : row.datums().subList(1, row.datums().size())) {
                text.append('/').append(datum instanceof Datum.Int64 n ? n.value() : datum);
            }
            found.merge(text.toString(), diff, Long::sum);
            return;
        }
        found.merge("unknown row " + key, diff, Long::sum);
    }

    /**
     * @param lanes that must be there
     * @param rows that were read
     */
    Account.Result judge(int lanes, long rows) {
        Account.Findings findings = new Account.Findings();
        TreeMap<String, Long> expected = new TreeMap<>();
        long numbers = 0;
        for (int lane = 0; lane < lanes; lane++) {
            Long end = ends.get(lane);
            if (end == null) {
                findings.missing("end of lane " + lane, 1);
                continue;
            }
            numbers += end;
            for (String row : api == ChaosJob.Api.TOTALS ? totals(lane, end) : slots(lane, end)) {
                expected.merge(row, 1L, Long::sum);
            }
        }
        for (Map.Entry<String, Long> row : expected.entrySet()) {
            long there = found.getOrDefault(row.getKey(), 0L);
            findings.compare("row " + row.getKey(), row.getValue(), there);
        }
        for (Map.Entry<String, Long> row : found.entrySet()) {
            if (!expected.containsKey(row.getKey())) {
                findings.compare("row " + row.getKey(), 0, row.getValue());
            }
        }
        return findings.result(numbers, rows);
    }

    private static Iterable<String> totals(int lane, long end) {
        long[] counts = new long[BUCKETS];
        long[] sums = new long[BUCKETS];
        for (long number = 0; number < end; number++) {
            for (Row change : Lane.changes(lane, number)) {
                long changed = numberOf(change);
                long sign = change.getKind() == RowKind.INSERT ? 1 : -1;
                counts[(int) (changed % BUCKETS)] += sign;
                sums[(int) (changed % BUCKETS)] += sign * changed;
            }
        }
        TreeMap<Integer, String> rows = new TreeMap<>();
        for (int bucket = 0; bucket < BUCKETS; bucket++) {
            if (counts[bucket] != 0) {
                rows.put(bucket, lane + "/" + bucket + "/" + counts[bucket] + "/" + sums[bucket]);
            }
        }
        return rows.values();
    }

    private static Iterable<String> slots(int lane, long end) {
        TreeMap<Long, String> rows = new TreeMap<>();
        for (long number = 0; number < end; number++) {
            for (Row change : Lane.slotChanges(lane, number)) {
                long slot = numberOf(change);
                if (change.getKind() == RowKind.DELETE) {
                    rows.remove(slot);
                } else {
                    rows.put(slot, lane + "/" + slot + "/" + number);
                }
            }
        }
        return rows.values();
    }

    private static long numberOf(Row change) {
        return (Long) java.util.Objects.requireNonNull(change.getField(1));
    }
}
