package io.persist.store.log;

import io.persist.codec.Bytes;
import io.persist.codec.CorruptDataException;
import io.persist.codec.ShardId;
import io.persist.store.CasResult;
import io.persist.store.SeqNo;
import io.persist.store.StoreException;
import io.persist.store.Versioned;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Supplier;

/**
 * Makes a log that begins anywhere, so that all of it appears at once.
 *
 * <p>First the key of entry 0 is taken with a <em>claim</em>: nobody else can begin this log then.
 * The claim names the first and last seqno, and is followed by the data of entry 0 if that is part
 * of the import. Then the other entries are created. None of them is reachable, because a client
 * that remembers nothing begins at the floor, which is 0, and stops at the claim. Last, the first
 * seqno is published as floor 1: from then on the claim is either below the floor or an entry as
 * any other. Interrupted anywhere, the same import goes on where it was; another one is refused.
 */
final class LogImport {
    private static final int CLAIM_BYTES = 16;

    private final ShardLog log;
    private final List<Versioned> entries;
    private final Supplier<UUID> ids;
    private final SeqNo first;

    LogImport(ShardLog log, List<Versioned> entries, Supplier<UUID> ids) {
        this.log = log;
        this.entries = entries;
        this.ids = ids;
        this.first = entries.get(0).seqno();
    }

    CasResult run() throws StoreException {
        if (log.rememberedHead() != null || !claim()) {
            return CasResult.MISMATCH;
        }
        for (Versioned entry : entries) {
            boolean isClaim = entry.seqno().value() == 0;
            if (!isClaim && !create(entry.seqno(), LogEntry.Kind.ENTRY, entry.data())) {
                return CasResult.MISMATCH;
            }
        }
        publish();
        log.rememberHead(entries.get(entries.size() - 1));
        if (first.value() > 0) {
            discardClaim();
        }
        return CasResult.COMMITTED;
    }

    /** The entry as callers see it. */
    static Versioned versioned(SeqNo seqno, LogEntry entry) throws StoreException {
        if (entry.kind() == LogEntry.Kind.ENTRY) {
            return new Versioned(seqno, entry.data());
        }
        int length = entry.data().length();
        if (seqno.value() > 0 || length < CLAIM_BYTES) {
            CorruptDataException claim =
                    new CorruptDataException(
                            "entry "
                                    + seqno
                                    + ": expected a log entry (magic 'plg1'), found an"
                                    + " import's claim of "
                                    + length
                                    + " bytes");
            throw new StoreException.Determinate(String.valueOf(claim.getMessage()), claim);
        }
        return new Versioned(seqno, entry.data().slice(CLAIM_BYTES, length - CLAIM_BYTES));
    }

    static StoreException unfinished(ShardId shard) {
        CorruptDataException torn =
                new CorruptDataException(
                        "an import of shard "
                                + shard
                                + " was left unfinished: run the same import again, or delete the"
                                + " shard's folder below the consensus root to begin anew");
        return new StoreException.Determinate(String.valueOf(torn.getMessage()), torn);
    }

    /** Whether the log is ours to make. */
    private boolean claim() throws StoreException {
        Versioned head = entries.get(0);
        ByteBuffer data =
                ByteBuffer.allocate(CLAIM_BYTES + (first.value() == 0 ? head.data().length() : 0));
        data.order(ByteOrder.LITTLE_ENDIAN).putLong(first.value());
        data.putLong(entries.get(entries.size() - 1).seqno().value());
        if (first.value() == 0) {
            data.put(head.data().asByteBuffer());
        }
        boolean taken = create(new SeqNo(0), LogEntry.Kind.CLAIM, Bytes.takeArray(data.array()));
        if (log.fetchFloor().number() == 0) {
            return taken;
        }
        if (taken && log.rememberedFloor().seqno().value() > 0) {
            discardClaim(); // The log exists and has been truncated: the claim is a ghost.
        }
        return false;
    }

    /**
     * @return false if the log exists already
     */
    private boolean create(SeqNo seqno, LogEntry.Kind kind, Bytes data) throws StoreException {
        String doubt = "it was found and then not found";
        try {
            if (log.createEntry(seqno, new LogEntry(kind, ids.get(), data))) {
                return true;
            }
        } catch (StoreException.Indeterminate e) {
            doubt = String.valueOf(e.getMessage());
        }
        Optional<LogEntry> found = log.fetchEntry(seqno);
        if (found.isEmpty()) {
            throw new StoreException.Indeterminate(
                    log.entryKey(seqno)
                            + " may still be created ("
                            + doubt
                            + "): run the same import again");
        }
        if (found.get().kind() == kind && found.get().data().equals(data)) {
            return true;
        }
        boolean begun = kind == LogEntry.Kind.CLAIM && found.get().kind() == LogEntry.Kind.ENTRY;
        if (begun || log.fetchFloor().number() > 0) {
            return false;
        }
        throw unfinished(log.shard());
    }

    private void publish() throws StoreException {
        Floor floor = new Floor(1, first);
        boolean created;
        try {
            created = log.createFloor(floor);
        } catch (StoreException.Indeterminate e) {
            if (log.fetchFloor(1).isEmpty()) {
                throw e;
            }
            created = false;
        }
        if (!created && !log.fetchFloor(1).equals(Optional.of(floor))) {
            throw new StoreException.Determinate(
                    "shard " + log.shard() + " got another log during its import");
        }
        log.fetchFloor();
    }

    private void discardClaim() {
        try {
            log.deleteEntry(new SeqNo(0));
        } catch (StoreException e) {
            return; // It is below the floor; the next truncation removes it.
        }
    }
}
