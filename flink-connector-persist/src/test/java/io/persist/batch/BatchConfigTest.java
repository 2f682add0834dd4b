package io.persist.batch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.persist.part.PartFormat;

import org.junit.jupiter.api.Test;

import java.util.Random;

final class BatchConfigTest {
    @Test
    void toBuilderKeepsEverything() {
        BatchConfig config =
                BatchConfig.builder()
                        .writerVersion("0.128.0")
                        .format(PartFormat.BOTH)
                        .targetBytes(7)
                        .maxOutstandingParts(3)
                        .inlineSingleMaxBytes(11)
                        .inlineTotalMaxBytes(13)
                        .structuredKeyLowerMaxBytes(17)
                        .deleteEnabled(false)
                        .columnarPercent(19)
                        .runs(RunSettings.DEFAULT.withMaxRuns(23))
                        .diffsSum(false)
                        .schemaField(BatchConfig.SchemaField.DEPRECATED)
                        .combineInlineWrites(false)
                        .validateBoundsOnWrite(false)
                        .build();

        assertThat(config.toBuilder().build()).isEqualTo(config);
        assertThat(config).isNotEqualTo(BatchConfig.builder().build());
    }

    @Test
    void runNumbersAreClamped() {
        RunSettings none = RunSettings.DEFAULT;
        assertThat(none.merges()).isFalse();
        assertThat(none.withMaxRuns(0).merges()).isFalse();
        assertThatThrownBy(none::mergeLimit).hasMessageContaining("at most 1 runs");
        assertThat(none.withMaxRuns(2).mergeLimit()).isEqualTo(2);
        assertThat(none.withMaxRuns(5000).mergeLimit()).isEqualTo(1024);
        assertThat(none.spillLimit()).isEqualTo(Integer.MAX_VALUE);
        assertThat(none.withMaxRunLen(0).spillLimit()).isEqualTo(2);
        assertThat(none.withMaxRunLen(4).spillLimit()).isEqualTo(4);
    }

    @Test
    void mergeMemoryHoldsFourParts() {
        BatchConfig.Builder builder =
                BatchConfig.builder()
                        .targetBytes(1000)
                        .runs(RunSettings.DEFAULT.withMergeMemoryBytes(1));
        assertThat(builder.build().mergeMemoryBytes()).isEqualTo(4000);
        assertThat(BatchConfig.builder().build().mergeMemoryBytes()).isEqualTo(1L << 30);
    }

    @Test
    void senselessNumbersAreRefused() {
        assertThatThrownBy(() -> BatchConfig.builder().columnarPercent(101).build())
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("columnar percent must be between 0 and 100, not 101");
        assertThatThrownBy(() -> RunSettings.DEFAULT.withMaxRuns(-1))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> RunSettings.DEFAULT.withOrder(RunOrder.UNORDERED))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void oneDrawAPartDecidesWhetherItGetsColumns_B29() {
        BatchConfig some =
                BatchConfig.builder().format(PartFormat.BOTH).columnarPercent(30).build();
        Random random = new Random(29);
        Random same = new Random(29);
        int columnar = 0;
        for (int part = 0; part < 10_000; part++) {
            PartFormat drawn = some.drawFormat(random);
            assertThat(drawn).isEqualTo(same.nextInt(100) < 30 ? PartFormat.BOTH : PartFormat.ROW);
            columnar += drawn == PartFormat.BOTH ? 1 : 0;
        }
        assertThat(columnar).isBetween(2800, 3200);
        assertThat(some.inlineThresholdBytes(PartFormat.ROW)).isEqualTo(4096);
        assertThat(some.inlineThresholdBytes(PartFormat.BOTH)).isEqualTo(2048);
    }
}
