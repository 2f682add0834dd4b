package io.persist.client.read;

import io.persist.batch.BatchSchema;
import io.persist.batch.BatchStore;
import io.persist.batch.HollowBatch;
import io.persist.batch.MissingBlobException;
import io.persist.batch.Run;
import io.persist.batch.RunPart;
import io.persist.batch.merge.Filter;
import io.persist.batch.merge.UpdateCursor;
import io.persist.codec.CorruptDataException;
import io.persist.codec.relation.SourceData;
import io.persist.frontier.Antichain;
import io.persist.part.filter.Condition;
import io.persist.part.filter.KeyCondition;
import io.persist.store.StoreException;

import java.util.ArrayList;
import java.util.List;

/**
 * How many updates a snapshot has, each as often as its multiplicity says. What metadata tells of a
 * part in blob is not read: the sum of its diffs stands for it.
 *
 * @param rows all but errors
 * @param errors keys of a relation that are errors instead of rows; whoever queries the relation
 *     has to fail with one of them if this is not 0
 * @param replacedParts parts that were not read
 */
public record RowCount(long rows, long errors, long replacedParts) {

    /** Whether metadata is believed. */
    public enum Metadata {
        USED,
        IGNORED
    }

    /** Counts the updates of {@code batches} as of a time that all of them may be read at. */
    public static <K, V> RowCount of(
            BatchStore store,
            BatchSchema<K, V> schema,
            List<HollowBatch> batches,
            Antichain asOf,
            Metadata metadata)
            throws StoreException,
                    MissingBlobException,
                    CorruptDataException,
                    InterruptedException {
        Replacement<K, V> replacement = new Replacement<>(store, schema, asOf);
        List<HollowBatch> rest = new ArrayList<>();
        for (HollowBatch batch : batches) {
            rest.add(metadata == Metadata.USED ? replacement.replaceParts(batch) : batch);
        }
        long rows = replacement.rows;
        long errors = 0;
        try (UpdateCursor<K, V> cursor =
                UpdateCursor.open(store, schema, rest, new Filter.Snapshot(asOf))) {
            while (cursor.next()) {
                if (cursor.key() instanceof SourceData.Error) {
                    errors += cursor.diff();
                } else {
                    rows += cursor.diff();
                }
            }
        }
        return new RowCount(rows, errors, replacement.parts);
    }

    /** Takes parts out of batches whose rows, all of them, are known by number. */
    private static final class Replacement<K, V> {
        private final BatchStore store;
        private final KeyCondition anything;
        private final Antichain asOf;
        private long rows;
        private long parts;

        Replacement(BatchStore store, BatchSchema<K, V> schema, Antichain asOf) {
            this.store = store;
            this.anything = new KeyCondition(Condition.and(), schema.keys().keyStatistics());
            this.asOf = asOf;
        }

        HollowBatch replaceParts(HollowBatch batch)
                throws StoreException,
                        MissingBlobException,
                        CorruptDataException,
                        InterruptedException {
            boolean whole =
                    batch.upper().lessEqual(asOf)
                            && batch.desc().since().lessEqual(asOf)
                            && asOf.elements().length == 1;
            if (!whole) {
                return batch;
            }
            List<Run> runs = new ArrayList<>();
            for (Run run : batch.runs()) {
                List<RunPart> read = new ArrayList<>();
                replace(run.parts(), read);
                if (!read.isEmpty()) {
                    runs.add(new Run(run.meta(), read));
                }
            }
            return new HollowBatch(batch.desc(), batch.len(), runs, batch.unknown());
        }

        private void replace(List<RunPart> listed, List<RunPart> read)
                throws StoreException,
                        MissingBlobException,
                        CorruptDataException,
                        InterruptedException {
            for (RunPart part : listed) {
                if (part instanceof RunPart.Many many) {
                    replace(store.list(many), read);
                } else if (part instanceof RunPart.Hollow hollow
                        && hollow.diffsSum() != null
                        && anything.excludesErrors(hollow.stats())) {
                    rows += hollow.diffsSum();
                    parts++;
                } else {
                    read.add(part);
                }
            }
        }
    }
}
