package io.persist.flink.source;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.persist.codec.ShardId;

import org.junit.jupiter.api.Test;

import java.io.IOException;
import java.util.HexFormat;
import java.util.List;
import java.util.UUID;

class SnapshotSerializersTest {
    private static final SnapshotSplit SPLIT =
            new SnapshotSplit("0", new ShardId(new UUID(1, 2)), -1, 3);

    private final SnapshotSplitSerializer splits = new SnapshotSplitSerializer();
    private final SnapshotPlanSerializer plans = new SnapshotPlanSerializer();

    @Test
    void splitsComeBack() throws IOException {
        assertThat(splits.deserialize(1, splits.serialize(SPLIT))).isEqualTo(SPLIT);
    }

    @Test
    void plansComeBackDecidedAndUndecided() throws IOException {
        for (SnapshotPlan plan :
                List.of(
                        new SnapshotPlan(null, List.of()),
                        new SnapshotPlan(-1L, List.of()),
                        new SnapshotPlan(-1L, List.of(SPLIT, SPLIT.withEmitted(0))))) {
            assertThat(plans.deserialize(1, plans.serialize(plan))).isEqualTo(plan);
        }
    }

    /** Checkpoints of a released version must stay readable. */
    @Test
    void bytesOfVersionOneAreFixed() throws IOException {
        String split =
                "000130"
                        + "002573"
                        + HexFormat.of()
                                .formatHex(
                                        "00000000-0000-0001-0000-000000000002"
                                                .getBytes(java.nio.charset.StandardCharsets.UTF_8))
                        + "ffffffffffffffff"
                        + "0000000000000003";

        assertThat(HexFormat.of().formatHex(splits.serialize(SPLIT))).isEqualTo(split);
        assertThat(HexFormat.of().formatHex(plans.serialize(new SnapshotPlan(5L, List.of(SPLIT)))))
                .isEqualTo("01" + "0000000000000005" + "00000001" + split);
    }

    @Test
    void anotherVersionIsRefused() {
        assertThatThrownBy(() -> splits.deserialize(2, splits.serialize(SPLIT)))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("version 2, expected 1");
    }
}
