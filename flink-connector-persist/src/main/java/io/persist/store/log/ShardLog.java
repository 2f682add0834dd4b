package io.persist.store.log;

import com.google.errorprone.annotations.concurrent.GuardedBy;

import io.persist.codec.Bytes;
import io.persist.codec.CorruptDataException;
import io.persist.codec.ShardId;
import io.persist.store.ConditionalObjects;
import io.persist.store.SeqNo;
import io.persist.store.StoreException;
import io.persist.store.Versioned;

import org.jspecify.annotations.Nullable;

import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * The objects of one shard's log, and what this client remembers of them: the last floor it has
 * seen, and the last entry it knows to have been the head. Both only ever rise. Safe for use by
 * many threads.
 */
final class ShardLog {
    private static final int KEY_DIGITS = 20;
    private static final String LAST_ENTRY = digits(Long.MAX_VALUE);

    private final ConditionalObjects objects;
    private final ShardId shard;
    private final Object lock = new Object();

    @GuardedBy("lock")
    private Floor floor = Floor.NONE;

    @GuardedBy("lock")
    private @Nullable Versioned head;

    ShardLog(ConditionalObjects objects, ShardId shard) {
        this.objects = objects;
        this.shard = shard;
    }

    ShardId shard() {
        return shard;
    }

    Floor rememberedFloor() {
        synchronized (lock) {
            return floor;
        }
    }

    @Nullable Versioned rememberedHead() {
        synchronized (lock) {
            return head;
        }
    }

    void rememberFloor(Floor seen) {
        synchronized (lock) {
            if (seen.number() > floor.number()) {
                floor = seen;
            }
        }
    }

    void rememberHead(Versioned seen) {
        synchronized (lock) {
            if (head == null || seen.seqno().compareTo(head.seqno()) > 0) {
                head = seen;
            }
        }
    }

    /** The last floor; one request if it is the remembered one. */
    Floor fetchFloor() throws StoreException {
        FloorSearch search = new FloorSearch(rememberedFloor());
        Gallop.last(search.last.number(), search);
        rememberFloor(search.last);
        return search.last;
    }

    Optional<Floor> fetchFloor(long number) throws StoreException {
        String key = shard + "/floor/" + digits(number);
        Optional<Bytes> stored = objects.get(key);
        try {
            return stored.isEmpty()
                    ? Optional.empty()
                    : Optional.of(Floor.decode(number, stored.get()));
        } catch (CorruptDataException e) {
            throw corrupt("floor " + key, e);
        }
    }

    /** Publishes a floor, if its number is not taken. */
    boolean createFloor(Floor next) throws StoreException {
        return objects.createIfAbsent(shard + "/floor/" + digits(next.number()), next.encode());
    }

    Optional<LogEntry> fetchEntry(SeqNo seqno) throws StoreException {
        String key = entryKey(seqno);
        Optional<Bytes> stored = objects.get(key);
        try {
            return stored.isEmpty() ? Optional.empty() : Optional.of(LogEntry.decode(stored.get()));
        } catch (CorruptDataException e) {
            throw corrupt("log entry " + key, e);
        }
    }

    boolean createEntry(SeqNo seqno, LogEntry entry) throws StoreException {
        return objects.createIfAbsent(entryKey(seqno), entry.encode());
    }

    void deleteEntry(SeqNo seqno) throws StoreException {
        objects.delete(entryKey(seqno));
    }

    /** Seqnos of the entries that are stored, ghosts included, in no order. */
    List<SeqNo> listEntries() throws StoreException {
        return objects.list(shard + "/log/").stream()
                .filter(name -> name.matches("\\d{20}") && name.compareTo(LAST_ENTRY) <= 0)
                .map(name -> new SeqNo(Long.parseLong(name)))
                .toList();
    }

    String entryKey(SeqNo seqno) {
        return shard + "/log/" + digits(seqno.value());
    }

    private static String digits(long number) {
        return String.format(Locale.ROOT, "%0" + KEY_DIGITS + "d", number);
    }

    private static StoreException corrupt(String where, CorruptDataException found) {
        CorruptDataException located = found.in(where);
        return new StoreException.Determinate(located.getMessage() + ": it is corrupt", located);
    }

    /** Finds floors after the remembered one and keeps the last. */
    private final class FloorSearch implements Gallop.Probe {
        private Floor last;

        FloorSearch(Floor last) {
            this.last = last;
        }

        @Override
        public boolean present(long number) throws StoreException {
            Optional<Floor> found = fetchFloor(number);
            if (found.isPresent() && number > last.number()) {
                last = found.get();
            }
            return found.isPresent();
        }
    }
}
