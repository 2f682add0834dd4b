package io.persist.batch.merge;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.persist.batch.BatchStore;
import io.persist.batch.HollowBatch;
import io.persist.batch.PartReading;
import io.persist.batch.Run;
import io.persist.batch.RunMeta;
import io.persist.batch.RunOrder;
import io.persist.batch.RunPart;
import io.persist.batch.build.BatchRig;
import io.persist.batch.build.BatchRig.Row;
import io.persist.codec.Bytes;
import io.persist.codec.CorruptDataException;
import io.persist.frontier.Antichain;
import io.persist.frontier.Description;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

import java.util.List;

/** Parts in batches with wider bounds than their own: the later generation may register such. */
final class BoundsCheckTest {
    private final BatchRig rig = new BatchRig();

    @AfterEach
    void close() {
        rig.close();
    }

    private HollowBatch wider(Antichain since) throws Exception {
        Description own = new Description(Antichain.of(2), Antichain.of(3), since);
        RunPart.Hollow part = rig.part(BatchRig.hollow(), own, Row.of("k", 2, 1));
        return new HollowBatch(
                new Description(Antichain.of(0), Antichain.of(5), since),
                1,
                List.of(new Run(RunMeta.of(RunOrder.UNORDERED, null), List.of(part))),
                Bytes.EMPTY);
    }

    private BatchStore store(BatchStore.BoundsCheck check) {
        return rig.store.withReading(PartReading.of(check));
    }

    private long count(BatchStore.BoundsCheck check, HollowBatch batch) throws Exception {
        long count = 0;
        try (UpdateCursor<String, String> cursor =
                UpdateCursor.open(
                        store(check),
                        BatchRig.STRINGS,
                        List.of(batch),
                        new Filter.Compaction(batch.desc().since()))) {
            while (cursor.next()) {
                count++;
            }
        }
        return count;
    }

    @Test
    void widerBoundsAreRefusedOnlyWhereTheyAreValidated() throws Exception {
        HollowBatch batch = wider(Antichain.minimum());
        assertThat(count(BatchStore.BoundsCheck.ACCEPT, batch)).isEqualTo(1);
        assertThatThrownBy(() -> count(BatchStore.BoundsCheck.REFUSE, batch))
                .isInstanceOf(CorruptDataException.class)
                .hasMessageContaining("its lower is beyond the batch's");
    }

    @Test
    void compactedPartsAreNeverCut() throws Exception {
        HollowBatch batch = wider(Antichain.of(1));
        for (BatchStore.BoundsCheck check : BatchStore.BoundsCheck.values()) {
            assertThatThrownBy(() -> count(check, batch))
                    .isInstanceOf(CorruptDataException.class)
                    .hasMessageContaining("compacted parts cannot be cut");
        }
    }
}
