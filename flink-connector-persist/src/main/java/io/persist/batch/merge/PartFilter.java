package io.persist.batch.merge;

import io.persist.batch.BatchStore;
import io.persist.batch.RunPart;
import io.persist.batch.columns.Gather;
import io.persist.codec.CorruptDataException;
import io.persist.part.filter.KeyCondition;

import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.vector.FieldVector;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Set;
import java.util.zip.CRC32;

/**
 * Leaves out the parts in blob whose statistics say that no key in them is of interest. Some of
 * these are read all the same, to find out whether statistics told the truth: always the same ones,
 * by their blob's key, and no more bytes than others were read for.
 *
 * <p>For one merge, one thread.
 */
public final class PartFilter {
    private static final Logger LOG = LoggerFactory.getLogger(PartFilter.class);

    private final @Nullable KeyCondition condition;
    private final Audit audit;
    private final Set<RunPart> audited = Collections.newSetFromMap(new IdentityHashMap<>());
    private long budgetBytes;
    private long kept;
    private long skipped;

    /**
     * How statistics are checked.
     *
     * @param percent of the parts that could be left out, 0 for none
     * @param budgetBytes up to which parts are read for that before any other is
     * @param failure what a part leads to whose statistics are wrong
     */
    public record Audit(int percent, long budgetBytes, AuditFailure failure) {
        public Audit {
            if (percent < 0 || percent > 100) {
                throw new IllegalArgumentException(
                        "percent must be between 0 and 100, is " + percent);
            }
            if (budgetBytes < 0) {
                throw new IllegalArgumentException(
                        "budgetBytes must not be negative, is " + budgetBytes);
            }
        }
    }

    /** What becomes of a read that finds a part whose statistics are wrong. */
    public enum AuditFailure {
        /** It fails: what it has returned may lack rows. */
        ERROR,
        /** It is logged. Rows of other such parts may be missing. */
        LOG
    }

    /**
     * What became of the parts in blob up to now.
     *
     * @param kept because some key may be of interest
     * @param audited read though no key should be
     */
    public record Counts(long kept, long skipped, long audited) {}

    private PartFilter(@Nullable KeyCondition condition, Audit audit) {
        this.condition = condition;
        this.audit = audit;
        this.budgetBytes = audit.budgetBytes();
    }

    public PartFilter(Audit audit, KeyCondition condition) {
        this(condition, audit);
    }

    /** Leaves nothing out. */
    public static PartFilter none() {
        return new PartFilter(null, new Audit(0, 0, AuditFailure.ERROR));
    }

    /** How statistics are checked. */
    public Audit audit() {
        return audit;
    }

    public Counts counts() {
        return new Counts(kept, skipped, audited.size());
    }

    /** The elements of a run that have to be read. */
    List<RunPart> select(BatchStore store, List<RunPart> parts) {
        if (condition == null) {
            return parts;
        }
        List<RunPart> selected = new ArrayList<>(parts.size());
        for (RunPart part : parts) {
            if (!(part instanceof RunPart.Hollow hollow) || isRead(store, hollow)) {
                selected.add(part);
            }
        }
        return selected;
    }

    private boolean isRead(BatchStore store, RunPart.Hollow part) {
        if (condition == null || condition.mayBeOfInterest(part.stats())) {
            kept++;
            budgetBytes += part.encodedBytes();
            return true;
        }
        if (budgetBytes >= part.encodedBytes()
                && isDrawn(store.blobKey(part.key()).text(), audit.percent())) {
            budgetBytes -= part.encodedBytes();
            audited.add(part);
            return true;
        }
        skipped++;
        return false;
    }

    /** Whether a part is among those that are audited. */
    static boolean isDrawn(String blobKey, int percent) {
        CRC32 hash = new CRC32();
        hash.update(blobKey.getBytes(StandardCharsets.UTF_8));
        return hash.getValue() % 100 < percent;
    }

    /**
     * Checks a part if that is called for.
     *
     * @param keys all of the part, in the reader's form
     * @throws CorruptDataException if statistics were wrong
     */
    void check(RunPart.Single part, String name, FieldVector keys, BufferAllocator allocator)
            throws CorruptDataException {
        if (condition == null || !audited.contains(part) || !condition.mayBeOfInterest(keys)) {
            return;
        }
        for (int row = 0; row < keys.getValueCount(); row++) {
            try (FieldVector key = Gather.rows(keys, new int[] {row}, allocator)) {
                if (condition.areOfInterest(key)) {
                    String message =
                            "its statistics rule out " + condition.condition() + ", but not row ";
                    if (audit.failure() == AuditFailure.ERROR) {
                        throw new CorruptDataException(message + row);
                    }
                    LOG.error("{}: {}{}", name, message, row);
                    return;
                }
            }
        }
    }
}
