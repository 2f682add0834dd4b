package io.persist.batch.build;

import static io.persist.batch.build.BatchRig.hollow;

import static org.assertj.core.api.Assertions.assertThat;

import io.persist.batch.BatchConfig;
import io.persist.batch.Run;
import io.persist.batch.RunOrder;
import io.persist.batch.RunPart;
import io.persist.batch.RunSettings;
import io.persist.batch.build.BatchRig.Row;
import io.persist.frontier.Antichain;
import io.persist.frontier.Description;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

import java.util.List;

/** Runs that the builder merges, and runs in blob. */
final class RunsTest {
    private final BatchRig rig = new BatchRig();

    @AfterEach
    void close() {
        rig.close();
    }

    private static BatchConfig.Builder merging(int maxRuns) {
        return hollow().targetBytes(0).runs(RunSettings.DEFAULT.withMaxRuns(maxRuns));
    }

    /** What the parts' tasks are, oldest first: whether each was seen to be finished. */
    @Test
    void theBuilderWaitsForTheOldestPartBeyondTheAllowedOnes_BT1() throws Exception {
        BatchConfig config = merging(3).maxOutstandingParts(2).build();
        Description desc = new Description(Antichain.of(0), Antichain.empty(), Antichain.minimum());
        try (BatchBuilder<String, String> builder =
                new BatchBuilder<>(rig.store, config, BatchRig.STRINGS, Antichain.of(0))) {
            assertThat(builder.observed()).isEmpty();
            builder.add("1", "", 1, 1);
            assertThat(builder.observed()).containsExactly(false);
            builder.add("2", "", 2, 1);
            assertThat(builder.observed()).containsExactly(false, false);
            builder.add("3", "", 3, 1);
            assertThat(builder.observed()).containsExactly(true, false, false);
            builder.add("4", "", 4, 1);
            assertThat(builder.observed()).containsExactly(false, false);

            try (Batch batch = builder.finish(Antichain.of(5))) {
                List<Run> runs = batch.hollow().runs();
                assertThat(runs).hasSize(2);
                assertThat(batch.hollow().parts()).hasSize(4);
                assertThat(runs.get(0).meta().order()).contains(RunOrder.STRUCTURED);
                assertThat(runs.get(1).meta().order()).contains(RunOrder.UNORDERED);
                assertThat(batch.hollow().desc())
                        .isEqualTo(new Description(desc.lower(), Antichain.of(5), desc.since()));
                assertThat(rig.snapshot(4, batch.hollow()))
                        .containsExactly(
                                Row.of("1", 4, 1),
                                Row.of("2", 4, 1),
                                Row.of("3", 4, 1),
                                Row.of("4", 4, 1));
                assertThat(batch.hollow().parts()).allMatch(p -> p instanceof RunPart.Hollow);
                batch.delete();
            }
        }
        assertThat(rig.blobKeys()).isEmpty();
    }
}
