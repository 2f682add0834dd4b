package io.persist.batch.merge;

import static org.assertj.core.api.Assertions.assertThat;

import io.persist.frontier.Antichain;

import org.junit.jupiter.api.Test;

final class FilterTest {
    @Test
    void aSnapshotShowsEverythingUpToItsTimeAtItsTime() {
        Filter filter = new Filter.Snapshot(Antichain.of(5));

        assertThat(filter.keeps(5)).isTrue();
        assertThat(filter.keeps(6)).isFalse();
        assertThat(filter.keeps(-1)).isFalse();
        assertThat(filter.advance(2)).isEqualTo(5);
    }

    @Test
    void aListenerSeesWhatIsLaterAndNotSeenYet() {
        Filter filter = new Filter.Listen(Antichain.of(5), Antichain.of(8));

        assertThat(filter.keeps(5)).isFalse();
        assertThat(filter.keeps(7)).isFalse();
        assertThat(filter.keeps(8)).isTrue();
        assertThat(filter.advance(8)).isEqualTo(8);
        assertThat(new Filter.Listen(Antichain.of(5), Antichain.of(5)).keeps(5)).isFalse();
    }

    @Test
    void compactionKeepsEverythingNoEarlierThanSince() {
        Filter filter = new Filter.Compaction(Antichain.of(5));

        assertThat(filter.keeps(9)).isTrue();
        assertThat(filter.advance(3)).isEqualTo(5);
        assertThat(filter.advance(9)).isEqualTo(9);
    }
}
