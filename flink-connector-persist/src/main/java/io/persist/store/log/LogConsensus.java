package io.persist.store.log;

import io.persist.codec.CorruptDataException;
import io.persist.codec.ShardId;
import io.persist.store.CasResult;
import io.persist.store.ConditionalObjects;
import io.persist.store.Consensus;
import io.persist.store.SeqNo;
import io.persist.store.StoreException;
import io.persist.store.Versioned;

import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;

/**
 * Consensus from create-if-absent: see the package description for what is stored and why it is
 * right. Safe for use by many threads and processes. Owns the objects it is given.
 *
 * <p>Steady state: a commit is one create and one get that finds nothing, a head with nothing new
 * two such gets, a truncation one create, one listing and the deletes. Remembers one entry per
 * shard.
 *
 * <p>Not final, so that tests can leave out one check at a time and show that it is missed.
 */
public class LogConsensus implements Consensus {
    /** Each round means that the floor has risen meanwhile; nobody truncates that often. */
    private static final int MAX_ROUNDS = 1000;

    private final ConditionalObjects objects;
    private final Supplier<UUID> ids;
    private final ConcurrentHashMap<ShardId, ShardLog> logs = new ConcurrentHashMap<>();

    /**
     * @param objects closed with this
     * @param ids of the attempts to append; must not repeat, ever, between all clients
     */
    public LogConsensus(ConditionalObjects objects, Supplier<UUID> ids) {
        this.objects = objects;
        this.ids = ids;
    }

    @Override
    public Optional<Versioned> head(ShardId shard) throws StoreException {
        ShardLog log = log(shard);
        for (int round = 0; round < MAX_ROUNDS; round++) {
            HeadSearch search = new HeadSearch(log);
            boolean found = search.run();
            Floor floor = confirm(Check.AFTER_PROBE, log);
            if (!found && floor.equals(search.startFloor)) {
                if (floor.number() == 0) {
                    return Optional.empty();
                }
                throw missing(log, floor.seqno(), "it is the floor of the log");
            }
            if (found && !floor.isAbove(search.newest().seqno())) {
                if (search.startsAtClaim && floor.number() == 0) {
                    throw LogImport.unfinished(shard);
                }
                log.rememberHead(search.newest());
                return Optional.of(search.newest());
            }
        }
        throw tooManyRounds(log);
    }

    /**
     * {@inheritDoc}
     *
     * <p>Also indeterminate if the log was truncated beyond {@code next} before the call could make
     * sure of its entry: that may have been in the log before, or may never have been.
     */
    @Override
    public CasResult compareAndSet(ShardId shard, @Nullable SeqNo expected, Versioned next)
            throws StoreException {
        Consensus.requireFollows(shard, expected, next);
        ShardLog log = log(shard);
        Versioned head = log.rememberedHead();
        if (head == null || (expected != null && head.seqno().compareTo(expected) < 0)) {
            // Only who has seen the expected entry may create the one after it.
            head = head(shard).orElse(null);
        }
        SeqNo newest = head == null ? null : head.seqno();
        boolean isNewest = expected == null ? newest == null : expected.equals(newest);
        boolean truncated = log.rememberedFloor().seqno().compareTo(next.seqno()) > 0;
        return isNewest && !truncated ? append(log, next) : CasResult.MISMATCH;
    }

    @Override
    public List<Versioned> scan(ShardId shard, SeqNo from, int limit) throws StoreException {
        Consensus.requireLimit(limit);
        ShardLog log = log(shard);
        if (log.rememberedHead() == null && head(shard).isEmpty()) {
            return List.of();
        }
        for (int round = 0; round < MAX_ROUNDS; round++) {
            SeqNo floor = log.rememberedFloor().seqno();
            SeqNo start = floor.compareTo(from) > 0 ? floor : from;
            // Before the gets: another thread may append what they did not find.
            Versioned known = log.rememberedHead();
            List<Versioned> entries = new ArrayList<>();
            SeqNo end = fetchEntries(log, start, limit, entries);
            if (!confirm(Check.AFTER_SCAN, log).isAbove(start)) {
                if (entries.size() < limit) {
                    requireEnd(log, known, end);
                    entries.stream().reduce((a, b) -> b).ifPresent(log::rememberHead);
                }
                return entries;
            }
        }
        throw tooManyRounds(log);
    }

    /**
     * {@inheritDoc}
     *
     * <p>Once the entries have ceased to exist, removing their objects is best effort: what is left
     * is removed by the next truncation.
     */
    @Override
    public void truncate(ShardId shard, SeqNo seqno) throws StoreException {
        ShardLog log = requireHeadAt(shard, seqno);
        publishFloor(log, seqno);
        deleteBelow(log, log.rememberedFloor().seqno());
    }

    @Override
    public CasResult importLog(ShardId shard, List<Versioned> entries) throws StoreException {
        Consensus.requireGapFree(shard, entries);
        return new LogImport(log(shard), entries, ids).run();
    }

    @Override
    public List<ShardId> listShards() throws StoreException {
        List<ShardId> shards = new ArrayList<>();
        for (String name : objects.list("")) {
            ShardId shard = parseShard(name);
            if (shard != null && !log(shard).listEntries().isEmpty()) {
                shards.add(shard);
            }
        }
        return shards.stream().sorted().toList();
    }

    @Override
    public void close() {
        objects.close();
    }

    /** The floor as it is now, asked for after something was seen or done. */
    Floor confirm(Check after, ShardLog log) throws StoreException {
        return log.fetchFloor();
    }

    /** What the floor is asked for after. */
    enum Check {
        AFTER_CREATE,
        AFTER_GET,
        AFTER_PROBE,
        AFTER_SCAN
    }

    ShardLog log(ShardId shard) {
        return logs.computeIfAbsent(shard, absent -> new ShardLog(objects, shard));
    }

    ShardLog requireHeadAt(ShardId shard, SeqNo seqno) throws StoreException {
        ShardLog log = log(shard);
        Versioned head = log.rememberedHead();
        if (head == null || head.seqno().compareTo(seqno) < 0) {
            head = head(shard).orElse(null);
        }
        if (head == null || head.seqno().compareTo(seqno) < 0) {
            throw Consensus.truncatedBeyondHead(shard, seqno, head == null ? null : head.seqno());
        }
        return log;
    }

    void publishFloor(ShardLog log, SeqNo seqno) throws StoreException {
        for (int round = 0; round < MAX_ROUNDS; round++) {
            Floor last = log.rememberedFloor();
            if (last.seqno().compareTo(seqno) >= 0) {
                return;
            }
            Floor next = new Floor(last.number() + 1, seqno);
            try {
                if (log.createFloor(next)) {
                    log.rememberFloor(next);
                    return;
                }
            } catch (StoreException.Indeterminate e) {
                if (log.fetchFloor(next.number()).isEmpty()) {
                    throw e;
                }
            }
            log.fetchFloor();
        }
        throw tooManyRounds(log);
    }

    void deleteBelow(ShardLog log, SeqNo floor) {
        try {
            for (SeqNo seqno : log.listEntries()) {
                if (seqno.compareTo(floor) < 0) {
                    log.deleteEntry(seqno);
                }
            }
        } catch (StoreException e) {
            return; // The entries do not exist any more, whatever the store holds.
        }
    }

    private CasResult append(ShardLog log, Versioned next) throws StoreException {
        SeqNo seqno = next.seqno();
        LogEntry mine = new LogEntry(LogEntry.Kind.ENTRY, ids.get(), next.data());
        StoreException.Indeterminate doubt = null;
        boolean created = false;
        try {
            created = log.createEntry(seqno, mine);
        } catch (StoreException.Indeterminate e) {
            doubt = e;
        }
        // From here on every failure leaves open whether our entry is in the log.
        try {
            LogEntry found = created ? mine : log.fetchEntry(seqno).orElse(null);
            if (found == null) {
                throw undecided(log, seqno, "its create request may still arrive", doubt);
            }
            boolean isMine = found.attempt().equals(mine.attempt());
            if (confirm(created ? Check.AFTER_CREATE : Check.AFTER_GET, log).isAbove(seqno)) {
                if (isMine) {
                    discard(log, seqno);
                }
                throw undecided(log, seqno, "the log was truncated beyond it meanwhile", doubt);
            }
            if (found.kind() == LogEntry.Kind.ENTRY) {
                log.rememberHead(new Versioned(seqno, found.data()));
            }
            return isMine ? CasResult.COMMITTED : CasResult.MISMATCH;
        } catch (StoreException.Determinate e) {
            throw undecided(log, seqno, "it could not be looked at again", e);
        }
    }

    /** Collects entries from {@code start} on; returns where it stopped. */
    private static SeqNo fetchEntries(ShardLog log, SeqNo start, int limit, List<Versioned> entries)
            throws StoreException {
        SeqNo at = start;
        while (entries.size() < limit) {
            Optional<LogEntry> entry = log.fetchEntry(at);
            if (entry.isEmpty()) {
                return at;
            }
            entries.add(LogImport.versioned(at, entry.get()));
            at = at.next();
        }
        return at;
    }

    /** An entry that was not found, and was not truncated, must lie after the head known before. */
    private static void requireEnd(ShardLog log, @Nullable Versioned head, SeqNo absent)
            throws StoreException {
        if (head != null && head.seqno().compareTo(absent) >= 0) {
            throw missing(log, absent, "the log goes on to " + head.seqno());
        }
    }

    private static void discard(ShardLog log, SeqNo ghost) {
        try {
            log.deleteEntry(ghost);
        } catch (StoreException e) {
            return; // A later truncation finds it.
        }
    }

    private static @Nullable ShardId parseShard(String name) {
        try {
            return ShardId.parse(name);
        } catch (IllegalArgumentException e) {
            return null;
        }
    }

    private static StoreException missing(ShardLog log, SeqNo seqno, String why) {
        CorruptDataException gap =
                new CorruptDataException(
                        "log entry " + log.entryKey(seqno) + " is missing, but " + why);
        return new StoreException.Determinate(String.valueOf(gap.getMessage()), gap);
    }

    private static StoreException undecided(
            ShardLog log, SeqNo seqno, String why, @Nullable StoreException cause) {
        String message = "unknown whether " + log.entryKey(seqno) + " was appended: " + why;
        return cause == null
                ? new StoreException.Indeterminate(message)
                : new StoreException.Indeterminate(message, cause);
    }

    private static StoreException tooManyRounds(ShardLog log) {
        return new StoreException.Determinate(
                "the log of shard "
                        + log.shard()
                        + " was truncated "
                        + MAX_ROUNDS
                        + " times during one call");
    }

    /** One look for the newest entry, from the remembered one or from the floor upwards. */
    private static final class HeadSearch implements Gallop.Probe {
        private final ShardLog log;
        private final Floor startFloor;
        private boolean startsAtClaim;
        private @Nullable Versioned newest;

        HeadSearch(ShardLog log) {
            this.log = log;
            this.startFloor = log.rememberedFloor();
        }

        /** Whether there is an entry to start from. */
        boolean run() throws StoreException {
            newest = log.rememberedHead();
            if (newest == null || startFloor.isAbove(newest.seqno())) {
                // What lies above an absent floor entry is an import under way.
                newest = null;
                if (!present(startFloor.seqno().value())) {
                    return false;
                }
            }
            Gallop.last(newest().seqno().value(), this);
            return true;
        }

        @Override
        public boolean present(long number) throws StoreException {
            SeqNo seqno = new SeqNo(number);
            Optional<LogEntry> entry = log.fetchEntry(seqno);
            if (entry.isEmpty()) {
                return false;
            }
            newest = LogImport.versioned(seqno, entry.get());
            startsAtClaim |= entry.get().kind() == LogEntry.Kind.CLAIM;
            return true;
        }

        Versioned newest() {
            return Objects.requireNonNull(newest);
        }
    }
}
