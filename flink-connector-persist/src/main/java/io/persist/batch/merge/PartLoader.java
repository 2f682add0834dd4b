package io.persist.batch.merge;

import io.persist.batch.BatchSchema;
import io.persist.batch.BatchStore;
import io.persist.batch.MissingBlobException;
import io.persist.batch.RunPart;
import io.persist.batch.columns.PartColumns;
import io.persist.batch.columns.SelectedRows;
import io.persist.codec.Bytes;
import io.persist.codec.CorruptDataException;
import io.persist.frontier.Antichain;
import io.persist.frontier.Description;
import io.persist.part.DecodedPart;
import io.persist.part.InlineParts;
import io.persist.part.ParquetParts;
import io.persist.part.Updates;
import io.persist.store.StoreException;

import org.apache.arrow.memory.BufferAllocator;
import org.jspecify.annotations.Nullable;

import java.util.List;

/**
 * Fetches parts and brings them into the form of a reader: columns of the reader's types, times
 * rewritten, cut to the registered bounds, filtered, sorted. One thread, except where noted.
 */
final class PartLoader<K, V> {
    private final BatchStore store;
    private final BatchSchema<K, V> schema;
    private final Scope scope;
    private final ReaderColumns<K, V> columns;
    private final PartFetches fetches;
    private final BufferAllocator allocator;
    private long wrongSort;

    /**
     * A part and where it is listed.
     *
     * @param registered description of the batch that lists the part
     */
    record ListedPart(RunPart.Single part, Description registered) {}

    /**
     * @param fetches closed by the caller
     */
    PartLoader(
            BatchStore store,
            BatchSchema<K, V> schema,
            Scope scope,
            PartForm form,
            PartFetches fetches,
            BufferAllocator allocator) {
        this.store = store;
        this.schema = schema;
        this.scope = scope;
        this.columns = new ReaderColumns<>(schema, form, store.reading().format(), allocator);
        this.fetches = fetches;
        this.allocator = allocator;
    }

    /** Elements of a run in blob that are of interest. */
    List<RunPart> list(RunPart.Many many)
            throws StoreException,
                    MissingBlobException,
                    CorruptDataException,
                    InterruptedException {
        return scope.parts().select(store, store.list(many));
    }

    /** What the reader sees of one part, which may be nothing. The caller closes it. */
    SelectedRows load(ListedPart listed)
            throws StoreException,
                    MissingBlobException,
                    CorruptDataException,
                    InterruptedException {
        try (PartFetches.Fetched fetched = fetches.get(listed.part())) {
            return select(listed, fetched.bytes());
        }
    }

    /** {@link #load} of a part whose run has no order, or the wrong one. */
    SelectedRows loadUnsorted(ListedPart listed)
            throws StoreException,
                    MissingBlobException,
                    CorruptDataException,
                    InterruptedException {
        wrongSort++;
        return load(listed);
    }

    /** How many parts were loaded from runs of no order or the wrong one. */
    long wrongSort() {
        return wrongSort;
    }

    private SelectedRows select(ListedPart listed, Bytes encoded) throws CorruptDataException {
        RunPart.Single part = listed.part();
        try {
            DecodedPart decoded =
                    part instanceof RunPart.Inline
                            ? InlineParts.decode(encoded, allocator, schema.times())
                            : ParquetParts.decode(encoded, allocator, schema.times());
            SelectedRows rows = null;
            boolean complete = false;
            try {
                checkBounds(decoded.desc(), part.tsRewrite(), listed.registered());
                PartColumns taken = columns.take(decoded.updates());
                rows = new SelectedRows(taken, decoded.updates().count());
                select(rows, decoded, part.tsRewrite(), listed.registered());
                if (taken.structured() != null) {
                    scope.parts().check(part, nameOf(part), taken.structured().keys(), allocator);
                }
                decoded.updates().times().close();
                decoded.updates().diffs().close();
                complete = true;
                return rows;
            } finally {
                if (!complete) {
                    if (rows != null) {
                        rows.close();
                    }
                    decoded.close();
                }
            }
        } catch (CorruptDataException e) {
            throw e.in(nameOf(part));
        }
    }

    String nameOf(RunPart.Single part) {
        return part instanceof RunPart.Hollow hollow
                ? "part " + store.blobKey(hollow.key())
                : "inline part of shard " + store.shard();
    }

    /** Refuses what its writer or the state contradicts. */
    private void checkBounds(
            Description embedded, @Nullable Antichain tsRewrite, Description registered)
            throws CorruptDataException {
        String violation = null;
        if (!needsTruncation(embedded, registered)) {
            if (!embedded.since().lessEqual(registered.since())) {
                violation = "its since is beyond the batch's";
            }
        } else if (!embedded.since().equals(Antichain.minimum())) {
            violation = "compacted parts cannot be cut to other bounds";
        } else if (store.reading().bounds() == BatchStore.BoundsCheck.ACCEPT) {
            return;
        } else if (!embedded.lower().lessEqual(registered.lower())) {
            violation = "its lower is beyond the batch's";
        } else if (tsRewrite == null && !registered.upper().lessEqual(embedded.upper())) {
            violation = "its upper is before the batch's";
        }
        if (violation != null) {
            throw new CorruptDataException(
                    "part of "
                            + embedded
                            + " is listed in a batch of "
                            + registered
                            + ": "
                            + violation);
        }
    }

    private static boolean needsTruncation(Description embedded, Description registered) {
        return !embedded.lower().equals(registered.lower())
                || !embedded.upper().equals(registered.upper());
    }

    private void select(
            SelectedRows rows,
            DecodedPart decoded,
            @Nullable Antichain tsRewrite,
            Description registered) {
        Updates updates = decoded.updates();
        boolean truncate = needsTruncation(decoded.desc(), registered);
        for (int row = 0; row < updates.count(); row++) {
            long time = updates.times().get(row);
            if (tsRewrite != null) {
                time = tsRewrite.advance(time);
            }
            boolean inside =
                    !truncate
                            || (registered.lower().lessEqual(time)
                                    && !registered.upper().lessEqual(time));
            if (inside && scope.updates().keeps(time)) {
                rows.select(row, scope.updates().advance(time), updates.diffs().get(row));
            }
        }
    }
}
