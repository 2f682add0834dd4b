package io.persist.shard;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

import java.util.List;
import java.util.UUID;

class WriterLineTest {
    private static final UUID RANDOM = new UUID(0x1122334455667788L, 0x99aabbccddeeff00L);

    @Test
    void firstStartFollowsFromSubmissionAndSubtask() {
        WriterLine first = WriterLine.begin("submission", 0, 0);
        assertThat(first.incarnation()).isEqualTo(1);
        assertThat(WriterLine.begin("submission", 0, 2)).isEqualTo(new WriterLine(first.tag(), 3));
        assertThat(WriterLine.begin("submission", 1, 0).tag()).isNotEqualTo(first.tag());
        assertThat(WriterLine.begin("another", 0, 0).tag()).isNotEqualTo(first.tag());
    }

    @Test
    void restoredWriterGoesOnAboveEveryEarlierAttempt() {
        assertThat(WriterLine.resume(List.of(new WriterLine(7, 4)), 2, RANDOM))
                .containsExactly(new WriterLine(7, 7));
    }

    @Test
    void scaledDownWriterInheritsAllLinesAndUsesTheFirst() {
        assertThat(
                        WriterLine.resume(
                                List.of(new WriterLine(7, 4), new WriterLine(8, 1)), 0, RANDOM))
                .containsExactly(new WriterLine(7, 5), new WriterLine(8, 2));
    }

    @Test
    void scaledUpWriterBeginsARandomLine() {
        assertThat(WriterLine.resume(List.of(), 3, RANDOM))
                .containsExactly(new WriterLine(0x55667788, 1));
    }

    @Test
    void usedUpLineIsGivenUp() {
        WriterLine last = new WriterLine(7, WriterLine.MAX_INCARNATION);
        assertThat(WriterLine.resume(List.of(last), 0, RANDOM))
                .containsExactly(new WriterLine(0x55667788, 1));
        assertThat(
                        WriterLine.resume(
                                List.of(new WriterLine(7, WriterLine.MAX_INCARNATION - 1)),
                                0,
                                RANDOM))
                .containsExactly(last);
    }

    @Test
    void incarnationsBeginWithOne() {
        assertThatThrownBy(() -> new WriterLine(7, 0))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("incarnation 0");
    }

    @Test
    void partIdsAreTagIncarnationAttemptCounter() {
        PartIds ids = new PartIds(new WriterLine(0xa1b2c3d4, 0x010203), RANDOM);
        assertThat(ids.get()).hasToString("a1b2c3d4-0102-03cc-ddee-ff0000000000");
        assertThat(ids.get()).hasToString("a1b2c3d4-0102-03cc-ddee-ff0000000001");
    }
}
