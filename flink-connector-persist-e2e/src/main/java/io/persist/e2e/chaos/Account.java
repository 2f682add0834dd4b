package io.persist.e2e.chaos;

import io.persist.client.PersistClient;
import io.persist.client.ShardView;
import io.persist.codec.CorruptDataException;
import io.persist.codec.relation.Datum;
import io.persist.codec.relation.SourceData;
import io.persist.frontier.Antichain;
import io.persist.shard.IncompatibleShardException;
import io.persist.store.StoreException;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * What is in the shard, held against what must be: every number that a lane has come to, once for
 * each time that it was made to pass it and the shard was told to keep both. Memory: two bytes for
 * each number of the generator.
 */
final class Account {
    private final TreeMap<Integer, Counts> lanes = new TreeMap<>();
    private final Findings findings = new Findings();

    /** How often each row of a lane is there, and where the lane began and ended. */
    private static final class Counts {
        private short[] copies = new short[1 << 10];
        private final TreeMap<Integer, Long> starts = new TreeMap<>(Map.of(0, 0L));
        private final TreeMap<Integer, Long> ends = new TreeMap<>();

        void add(long number, long diff) {
            if (number >= copies.length) {
                copies = Arrays.copyOf(copies, (int) Math.max(number + 1, copies.length * 2L));
            }
            copies[(int) number] = (short) (copies[(int) number] + diff);
        }

        void add(Lane.Mark mark) {
            (mark.kind() == Lane.Mark.Kind.START ? starts : ends)
                    .merge(mark.generation(), mark.count(), Math::max);
        }

        long copies(long number) {
            return number < copies.length ? copies[(int) number] : 0;
        }

        /**
         * The numbers that are in the shard. A generation that did not end was undone from where
         * the next one began; without a next one it is a lost end, and goes up to its last row.
         */
        List<Range> ranges() {
            List<Range> ranges = new ArrayList<>();
            for (Map.Entry<Integer, Long> start : starts.entrySet()) {
                Long end = ends.get(start.getKey());
                Map.Entry<Integer, Long> next = starts.higherEntry(start.getKey());
                if (end == null) {
                    end = next == null ? last() + 1 : next.getValue();
                }
                ranges.add(new Range(start.getValue(), end));
            }
            return ranges;
        }

        boolean endIsLost() {
            return ends.isEmpty() || !ends.lastKey().equals(starts.lastKey());
        }

        private long last() {
            long last = copies.length - 1L;
            while (last >= 0 && copies(last) == 0) {
                last--;
            }
            return last;
        }
    }

    /**
     * @param end exclusive
     */
    private record Range(long start, long end) {
        boolean contains(long number) {
            return start <= number && number < end;
        }
    }

    /**
     * @param numbers that the generator has come to, of all lanes
     * @param rows that are in the shard, ends of lanes included
     * @param lost rows that must be there and are not, or not as often
     * @param doubled rows that are there too often, among them what nobody wrote and what was not
     *     taken back
     * @param examples some of both
     */
    record Result(long numbers, long rows, long lost, long doubled, List<String> examples) {
        Result {
            examples = List.copyOf(examples);
        }
    }

    /** What differs from what must be there. */
    static final class Findings {
        private static final int MAX_EXAMPLES = 20;

        private final List<String> examples = new ArrayList<>();
        private long lost;
        private long doubled;

        void missing(String what, long copies) {
            lost += copies;
            example("lost: " + what);
        }

        void surplus(String what, long copies) {
            doubled += copies;
            example("doubled: " + what);
        }

        void compare(String what, long expected, long found) {
            String there = what + " is there " + found + " times instead of " + expected;
            if (found < expected) {
                missing(there, expected - found);
            } else if (found > expected) {
                surplus(there, found - expected);
            }
        }

        private void example(String text) {
            if (examples.size() < MAX_EXAMPLES) {
                examples.add(text);
            }
        }

        Result result(long numbers, long rows) {
            return new Result(numbers, rows, lost, doubled, examples);
        }
    }

    /** Receives the rows of the shard. */
    private interface Rows {
        void add(Object key, long diff);
    }

    /**
     * Reads the shard as of its newest time. If it cannot be read, everything is lost, which counts
     * as one.
     */
    static Result take(PersistClient client, ChaosJob.Api api, int lanes)
            throws StoreException, IncompatibleShardException, InterruptedException {
        try {
            if (api == ChaosJob.Api.TOTALS || api == ChaosJob.Api.SLOTS) {
                TableAccount account = new TableAccount(api);
                long rows = read(client, account::add);
                return account.judge(lanes, rows);
            }
            Account account = new Account();
            long rows = read(client, account::add);
            return account.judge(lanes, rows);
        } catch (CorruptDataException e) {
            Findings findings = new Findings();
            findings.missing("the shard cannot be read: " + e.getMessage(), 1);
            return findings.result(0, 0);
        }
    }

    private static long read(PersistClient client, Rows rows)
            throws StoreException,
                    CorruptDataException,
                    IncompatibleShardException,
                    InterruptedException {
        return read(
                client.view(ChaosJob.SHARD)
                        .orElseThrow(() -> new IllegalStateException("there is no shard")),
                rows);
    }

    private static <K, V> long read(ShardView<K, V> view, Rows rows)
            throws StoreException,
                    CorruptDataException,
                    IncompatibleShardException,
                    InterruptedException {
        return view.snapshot(
                        Antichain.of(view.upper().element() - 1),
                        update -> rows.add(update.key(), update.diff()))
                .orThrow();
    }

    private void add(Object key, long diff) {
        if (key instanceof String text) {
            String[] parts = text.split("/", -1);
            if (parts.length == 3) {
                add(Integer.parseInt(parts[0]), Long.parseLong(parts[1]), parts[2], diff);
                return;
            }
        } else if (key instanceof SourceData.Row row
                && row.datums().size() == 3
                && row.datums().get(0) instanceof Datum.Int32 lane
                && row.datums().get(1) instanceof Datum.Int64 number
                && row.datums().get(2) instanceof Datum.Text payload) {
            add(lane.value(), number.value(), payload.value(), diff);
            return;
        }
        findings.surplus("unknown row " + key, Math.abs(diff));
    }

    void add(int lane, long number, String payload, long diff) {
        if (!payload.equals(Lane.payload(lane, number))) {
            findings.surplus("damaged row " + lane + "/" + number + "/" + payload, Math.abs(diff));
            return;
        }
        Counts counts = lanes.computeIfAbsent(lane, any -> new Counts());
        if (!Lane.isMark(number)) {
            counts.add(number, diff);
        } else if (diff == 1) {
            counts.add(Lane.Mark.of(number));
        } else {
            findings.surplus(
                    Lane.Mark.of(number) + " of lane " + lane + " " + diff + " times",
                    Math.abs(diff - 1));
        }
    }

    /**
     * @param count of lanes that must be there
     * @param rows that were read
     */
    Result judge(int count, long rows) {
        long numbers = 0;
        for (int lane = 0; lane < count; lane++) {
            Counts counts = lanes.remove(lane);
            if (counts == null || counts.endIsLost()) {
                findings.missing("end of lane " + lane, 1);
            }
            if (counts != null) {
                List<Range> ranges = counts.ranges();
                numbers += ranges.stream().mapToLong(range -> range.end - range.start).sum();
                judge(lane, counts, ranges);
            }
        }
        lanes.keySet().forEach(lane -> findings.surplus("lane " + lane, 1));
        return findings.result(numbers, rows);
    }

    private void judge(int lane, Counts counts, List<Range> ranges) {
        long end = ranges.stream().mapToLong(Range::end).max().orElse(0);
        for (long number = 0; number < Math.max(end, counts.copies.length); number++) {
            long expected = 0;
            long takenBackBy = Lane.takenBackBy(number);
            for (Range range : ranges) {
                expected += range.contains(number) ? 1 : 0;
                expected -= takenBackBy >= 0 && range.contains(takenBackBy) ? 1 : 0;
            }
            long found = counts.copies(number);
            if (found != expected) {
                findings.compare("row " + lane + "/" + number + " of " + ranges, expected, found);
            }
        }
    }
}
