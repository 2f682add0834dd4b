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
import java.util.Locale;
import java.util.TreeMap;

/**
 * What is in the shard, held against what must be. Memory: two bytes for each number of the
 * generator.
 */
final class Account {
    private static final int MAX_EXAMPLES = 20;

    private final TreeMap<Integer, Counts> lanes = new TreeMap<>();
    private final List<String> examples = new ArrayList<>();
    private long lost;
    private long doubled;

    /** How often each row of a lane is there, and where the lane ended. */
    private static final class Counts {
        private short[] copies = new short[1 << 10];
        private long end = -1;

        void add(long number, long diff) {
            if (number >= copies.length) {
                copies = Arrays.copyOf(copies, (int) Math.max(number + 1, copies.length * 2L));
            }
            copies[(int) number] = (short) (copies[(int) number] + diff);
        }

        long copies(long number) {
            return number < copies.length ? copies[(int) number] : 0;
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

    /** Reads the shard as of its newest time. */
    static Result take(PersistClient client, int lanes)
            throws StoreException,
                    CorruptDataException,
                    IncompatibleShardException,
                    InterruptedException {
        ShardView<?, ?> view =
                client.view(ChaosJob.SHARD)
                        .orElseThrow(() -> new IllegalStateException("there is no shard"));
        Account account = new Account();
        long rows = account.read(view);
        return account.judge(lanes, rows);
    }

    private <K, V> long read(ShardView<K, V> view)
            throws StoreException,
                    CorruptDataException,
                    IncompatibleShardException,
                    InterruptedException {
        return view.snapshot(
                        Antichain.of(view.upper().element() - 1),
                        update -> add(update.key(), update.diff()))
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
        surplus("unknown row " + key, Math.abs(diff));
    }

    void add(int lane, long number, String payload, long diff) {
        if (!payload.equals(Lane.payload(lane, number))) {
            surplus("damaged row " + lane + "/" + number + "/" + payload, Math.abs(diff));
            return;
        }
        Counts counts = lanes.computeIfAbsent(lane, any -> new Counts());
        if (!Lane.isEnd(number)) {
            counts.add(number, diff);
        } else if (diff == 1) {
            counts.end = Math.max(counts.end, Lane.countOfEnd(number));
        } else {
            surplus("end of lane " + lane + " " + diff + " times", Math.abs(diff - 1));
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
            if (counts == null || counts.end < 0) {
                missing("end of lane " + lane, 1);
            }
            if (counts != null) {
                numbers += Math.max(0, counts.end);
                judge(lane, counts);
            }
        }
        lanes.keySet().forEach(lane -> surplus("lane " + lane, 1));
        return new Result(numbers, rows, lost, doubled, examples);
    }

    private void judge(int lane, Counts counts) {
        // Without an end, rows up to the last one are judged all the same.
        long end = counts.end < 0 ? last(counts) + 1 : counts.end;
        for (long number = 0; number < Math.max(end, counts.copies.length); number++) {
            long expected = number < end && !Lane.isTakenBack(number, end) ? 1 : 0;
            long found = counts.copies(number);
            if (found != expected) {
                String what =
                        String.format(
                                Locale.ROOT,
                                "row %d/%d of %d is there %d times instead of %d",
                                lane,
                                number,
                                end,
                                found,
                                expected);
                if (found < expected) {
                    missing(what, expected - found);
                } else {
                    surplus(what, found - expected);
                }
            }
        }
    }

    private static long last(Counts counts) {
        long last = counts.copies.length - 1L;
        while (last >= 0 && counts.copies(last) == 0) {
            last--;
        }
        return last;
    }

    private void missing(String what, long copies) {
        lost += copies;
        example("lost: " + what);
    }

    private void surplus(String what, long copies) {
        doubled += copies;
        example("doubled: " + what);
    }

    private void example(String text) {
        if (examples.size() < MAX_EXAMPLES) {
            examples.add(text);
        }
    }
}
