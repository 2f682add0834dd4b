package io.persist.batch.merge;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.persist.batch.BatchStore;
import io.persist.batch.FetchLimit;
import io.persist.batch.HollowBatch;
import io.persist.batch.MissingBlobException;
import io.persist.batch.PartReading;
import io.persist.batch.RunOrder;
import io.persist.batch.RunPart;
import io.persist.batch.build.BatchRig;
import io.persist.batch.build.BatchRig.Row;
import io.persist.frontier.Description;
import io.persist.store.StoreException;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/** Cursors that share a small memory for encoded parts. */
final class FetchLimitEffectTest {
    private static final Description DESC = BatchRig.desc(0, 9, 0);
    private static final int PARTS = 12;

    private final BatchRig rig = new BatchRig();

    /** Smaller than any part, so that there is room for one that is needed and one ahead. */
    private final FetchLimit limit = new FetchLimit(1, 1.2);

    private final BatchStore store =
            rig.store.withReading(PartReading.of(BatchStore.BoundsCheck.REFUSE).withLimit(limit));

    @AfterEach
    void close() {
        assertThat(limit.freeBytes()).as("all room is free again").isEqualTo(2048);
        rig.close();
    }

    private HollowBatch batch() throws Exception {
        List<RunPart> parts = new ArrayList<>();
        for (int i = 0; i < PARTS; i++) {
            parts.add(rig.part(BatchRig.hollow(), DESC, Row.of("key-" + (10 + i), 1, 1)));
        }
        return BatchRig.batch(DESC, RunOrder.STRUCTURED, parts.toArray(new RunPart[0]));
    }

    private UpdateCursor<String, String> open(HollowBatch batch) {
        return UpdateCursor.open(store, BatchRig.STRINGS, List.of(batch), Filter.none());
    }

    @Test
    void cursorsThatHoldPartsAheadDoNotKeepEachOtherWaiting() throws Exception {
        HollowBatch batch = batch();
        List<UpdateCursor<String, String>> cursors = new ArrayList<>();
        for (int i = 0; i < 5; i++) {
            cursors.add(open(batch));
        }
        for (int round = 0; round < PARTS; round++) {
            for (UpdateCursor<String, String> cursor : cursors) {
                assertThat(cursor.next()).isTrue();
                assertThat(cursor.key()).isEqualTo("key-" + (10 + round));
            }
        }
        cursors.forEach(UpdateCursor::close);
    }

    @Test
    void manyThreadsReadEverything() throws Exception {
        HollowBatch batch = batch();
        ExecutorService readers = Executors.newFixedThreadPool(6);
        try {
            Callable<Integer> count =
                    () -> {
                        int seen = 0;
                        try (UpdateCursor<String, String> cursor = open(batch)) {
                            while (cursor.next()) {
                                seen++;
                            }
                        }
                        return seen;
                    };
            for (Future<Integer> seen : readers.invokeAll(List.of(count, count, count, count))) {
                assertThat(seen.get()).isEqualTo(PARTS);
            }
        } finally {
            readers.shutdownNow();
        }
    }

    @Test
    void roomIsFreeAfterAFailureAndAfterAnEarlyEnd() throws Exception {
        HollowBatch batch = batch();
        try (UpdateCursor<String, String> early = open(batch)) {
            assertThat(early.next()).isTrue();
        }
        rig.blob.beforeGet =
                key -> {
                    throw new StoreException.Determinate("injected for " + key);
                };
        try (UpdateCursor<String, String> cursor = open(batch)) {
            assertThatThrownBy(cursor::next).isInstanceOf(StoreException.class);
        }
        rig.blob.beforeGet = key -> {};
        for (String key : rig.blobKeys()) {
            rig.blob.delete(new io.persist.store.BlobKey(key));
        }
        try (UpdateCursor<String, String> cursor = open(batch)) {
            assertThatThrownBy(cursor::next).isInstanceOf(MissingBlobException.class);
        }
    }
}
