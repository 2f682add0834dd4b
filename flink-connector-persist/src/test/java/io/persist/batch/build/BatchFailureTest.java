package io.persist.batch.build;

import static io.persist.batch.build.BatchRig.hollow;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.persist.batch.MissingBlobException;
import io.persist.batch.RunPart;
import io.persist.batch.build.BatchRig.HookedBlob;
import io.persist.batch.build.BatchRig.Row;
import io.persist.frontier.Antichain;
import io.persist.store.StoreException;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

import java.util.concurrent.CountDownLatch;

/** Failing stores and interrupted threads; the rig fails if off-heap memory was leaked. */
final class BatchFailureTest {
    private final BatchRig rig = new BatchRig();

    @AfterEach
    void close() {
        rig.close();
    }

    @Test
    void uploadsAreRepeatedUntilTheyWork_B39() throws Exception {
        rig.blob.beforeSet = HookedBlob.failFirst(3);

        Batch batch =
                rig.build(hollow().targetBytes(0), 0, 9, Row.of("a", 1, 1), Row.of("b", 2, 1));

        assertThat(rig.read(batch.hollow())).containsExactly(Row.of("a", 1, 1), Row.of("b", 2, 1));
        batch.delete();
    }

    @Test
    void anUploadThatNeverWorksFailsFinishAndEarlierPartsAreDeleted() throws Exception {
        try (BatchBuilder<String, String> builder =
                rig.builder(hollow().targetBytes(0).maxOutstandingParts(0), 0)) {
            builder.add("a", "", 1, 1);
            builder.add("b", "", 1, 1);
            assertThat(rig.blobKeys()).hasSize(2);
            rig.blob.beforeSet = HookedBlob.failFirst(Integer.MAX_VALUE);

            assertThatThrownBy(() -> builder.add("c", "", 1, 1))
                    .isInstanceOf(StoreException.class)
                    .hasMessageContaining("injected for " + BatchRig.SHARD);
            assertThatThrownBy(() -> builder.finish(Antichain.of(2)))
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("BROKEN");
        }
        rig.drain();
        assertThat(rig.blobKeys()).isEmpty();
    }

    @Test
    void aFailureInTheBackgroundSurfacesWithTheNextAdd() throws Exception {
        CountDownLatch failed = new CountDownLatch(1);
        rig.blob.beforeSet =
                key -> {
                    failed.countDown();
                    throw new StoreException.Indeterminate("injected");
                };
        try (BatchBuilder<String, String> builder =
                rig.builder(hollow().targetBytes(100).maxOutstandingParts(1), 0)) {
            builder.add("a".repeat(100), "", 1, 1);
            failed.await();
            rig.drain(); // the part has failed for good

            assertThatThrownBy(() -> builder.add("b", "", 1, 1))
                    .isInstanceOf(StoreException.class)
                    .hasMessageContaining("injected");
        }
    }

    @Test
    void closingWithoutFinishDeletesWhatWasUploaded_B43() throws Exception {
        try (BatchBuilder<String, String> builder =
                rig.builder(hollow().targetBytes(0).maxOutstandingParts(0), 0)) {
            builder.add("a", "", 1, 1);
            builder.add("b", "", 1, -1);
            assertThat(rig.blobKeys()).hasSize(2);
        }
        rig.drain();
        assertThat(rig.blobKeys()).isEmpty();
    }

    @Test
    void nothingIsDeletedWhenDeletingIsOff_B43() throws Exception {
        try (BatchBuilder<String, String> builder =
                rig.builder(
                        hollow().targetBytes(0).maxOutstandingParts(0).deleteEnabled(false), 0)) {
            builder.add("a", "", 1, 1);
        }
        rig.drain();
        assertThat(rig.blobKeys()).hasSize(1);
    }

    @Test
    void closingWhilePartsAreOnTheirWayLeaksNeitherMemoryNorBlobs() throws Exception {
        CountDownLatch uploading = new CountDownLatch(2);
        CountDownLatch release = new CountDownLatch(1);
        rig.blob.beforeSet =
                key -> {
                    uploading.countDown();
                    awaitUninterruptibly(release);
                };
        try (BatchBuilder<String, String> builder =
                rig.builder(hollow().targetBytes(0).maxOutstandingParts(5), 0)) {
            for (int i = 0; i < 5; i++) {
                builder.add("k" + i, "", 1, 1); // two are uploading, three wait for the pool
            }
            uploading.await();
        }
        release.countDown();
        rig.drain();
        assertThat(rig.blobKeys()).isEmpty();
    }

    private static void awaitUninterruptibly(CountDownLatch latch) {
        boolean interrupted = false;
        while (true) {
            try {
                latch.await();
                break;
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    @Test
    void anInterruptEndsTheWaitForAFullWindow() throws Exception {
        CountDownLatch release = new CountDownLatch(1);
        rig.blob.beforeSet = key -> awaitUninterruptibly(release);
        try (BatchBuilder<String, String> builder =
                rig.builder(hollow().targetBytes(0).maxOutstandingParts(1), 0)) {
            builder.add("a", "", 1, 1);
            Thread.currentThread().interrupt();
            assertThatThrownBy(() -> builder.add("b", "", 1, 1))
                    .isInstanceOf(InterruptedException.class);
        }
        release.countDown();
        rig.drain();
        assertThat(rig.blobKeys()).isEmpty();
    }

    @Test
    void aMissingBlobIsNamed() throws Exception {
        Batch batch = rig.build(hollow(), 0, 9, Row.of("a", 1, 1));
        RunPart.Hollow part = (RunPart.Hollow) batch.hollow().parts().findFirst().orElseThrow();
        rig.blob.delete(rig.store.blobKey(part.key()));

        assertThatThrownBy(() -> rig.read(batch.hollow()))
                .isInstanceOfSatisfying(
                        MissingBlobException.class,
                        e -> assertThat(e.key()).isEqualTo(rig.store.blobKey(part.key())));
        batch.markConsumed();
    }

    @Test
    void aDeleteThatFailsCanBeRepeated_B5() throws Exception {
        Batch batch =
                rig.build(hollow().targetBytes(0), 0, 9, Row.of("a", 1, 1), Row.of("b", 1, 1));
        rig.blob.beforeDelete = HookedBlob.failFirst(Integer.MAX_VALUE);
        assertThatThrownBy(batch::delete).isInstanceOf(StoreException.class);

        rig.blob.beforeDelete = key -> {};
        batch.delete();

        assertThat(rig.blobKeys()).isEmpty();
    }
}
