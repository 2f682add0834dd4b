package io.persist.state.spine;

import io.persist.batch.HollowBatch;
import io.persist.batch.HollowBatchEncoding;
import io.persist.batch.Run;
import io.persist.batch.RunPart;
import io.persist.codec.Bytes;
import io.persist.frontier.Antichain;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/**
 * Order of whole batches, in which peers list them in a state diff: by lower, upper, since, then
 * part by part. Consistent with equals.
 *
 * <p>The empty antichain comes first, as a shorter list of elements does.
 */
public final class HollowBatchOrder implements Comparator<HollowBatch> {
    public static final HollowBatchOrder INSTANCE = new HollowBatchOrder();

    private HollowBatchOrder() {}

    @Override
    public int compare(HollowBatch a, HollowBatch b) {
        int order = compare(a.lower(), b.lower());
        order = order != 0 ? order : compare(a.upper(), b.upper());
        order = order != 0 ? order : compare(a.desc().since(), b.desc().since());
        if (order != 0 || a.equals(b)) {
            return order;
        }
        order = compareParts(parts(a), parts(b));
        order = order != 0 ? order : Long.compareUnsigned(a.len(), b.len());
        return order != 0 ? order : encoded(a).compareTo(encoded(b));
    }

    private static int compare(Antichain a, Antichain b) {
        if (a.isEmpty() || b.isEmpty()) {
            return Boolean.compare(b.isEmpty(), a.isEmpty());
        }
        return Long.compareUnsigned(a.element(), b.element());
    }

    private static List<RunPart> parts(HollowBatch batch) {
        List<RunPart> parts = new ArrayList<>();
        for (Run run : batch.runs()) {
            parts.addAll(run.parts());
        }
        return parts;
    }

    private static int compareParts(List<RunPart> a, List<RunPart> b) {
        for (int i = 0; i < a.size() && i < b.size(); i++) {
            RunPart left = a.get(i);
            RunPart right = b.get(i);
            int order = Integer.compare(rank(left), rank(right));
            if (order == 0) {
                order = sortKey(left).compareTo(sortKey(right));
            }
            if (order != 0) {
                return order;
            }
        }
        return Integer.compare(a.size(), b.size());
    }

    private static int rank(RunPart part) {
        return part instanceof RunPart.Hollow ? 0 : part instanceof RunPart.Inline ? 1 : 2;
    }

    private static Bytes sortKey(RunPart part) {
        if (part instanceof RunPart.Hollow hollow) {
            return Bytes.utf8(hollow.key().text());
        }
        if (part instanceof RunPart.Inline inline) {
            return inline.updates();
        }
        if (part instanceof RunPart.Many many) {
            return Bytes.utf8(many.key().text());
        }
        throw new AssertionError(part);
    }

    /** Only for batches that nothing else tells apart. */
    private static Bytes encoded(HollowBatch batch) {
        return HollowBatchEncoding.encode(batch);
    }
}
