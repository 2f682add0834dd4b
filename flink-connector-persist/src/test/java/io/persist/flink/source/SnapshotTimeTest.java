package io.persist.flink.source;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.persist.codec.ShardId;
import io.persist.frontier.Antichain;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

import java.io.IOException;
import java.util.UUID;

class SnapshotTimeTest {
    private static final ShardId SHARD = new ShardId(new UUID(0, 1));

    private static long choose(@Nullable Long asked, Antichain since, Antichain upper)
            throws IOException {
        return SnapshotTime.choose(SHARD, asked, since, upper);
    }

    @Test
    void theNewestCompleteTimeIsTheDefault() throws IOException {
        assertThat(choose(null, Antichain.minimum(), Antichain.of(10))).isEqualTo(9);
        assertThat(choose(null, Antichain.of(9), Antichain.of(10))).isEqualTo(9);
    }

    @Test
    void aClosedShardIsReadAtTheEndOfTime() throws IOException {
        assertThat(choose(null, Antichain.minimum(), Antichain.empty())).isEqualTo(-1);
        assertThat(choose(7L, Antichain.minimum(), Antichain.empty())).isEqualTo(7);
    }

    @Test
    void anAskedTimeBetweenSinceAndUpperIsTaken() throws IOException {
        assertThat(choose(5L, Antichain.of(5), Antichain.of(10))).isEqualTo(5);
        assertThat(choose(9L, Antichain.of(5), Antichain.of(10))).isEqualTo(9);
    }

    @Test
    void timesOutsideAreRefusedNamingShardTimeSinceAndUpper() {
        assertThatThrownBy(() -> choose(4L, Antichain.of(5), Antichain.of(10)))
                .isInstanceOf(IOException.class)
                .hasMessageContaining(SHARD.toString())
                .hasMessageContaining("as of 4")
                .hasMessageContaining("no longer")
                .hasMessageContaining("since [5]")
                .hasMessageContaining("upper [10]");
        assertThatThrownBy(() -> choose(10L, Antichain.of(5), Antichain.of(10)))
                .hasMessageContaining("as of 10")
                .hasMessageContaining("not complete yet")
                .hasMessageContaining("since [5]")
                .hasMessageContaining("upper [10]");
    }

    @Test
    void withNothingReadableTheErrorNamesBothFrontiers() {
        assertThatThrownBy(() -> choose(null, Antichain.of(10), Antichain.of(10)))
                .hasMessageContaining("since [10]")
                .hasMessageContaining("upper [10]");
        assertThatThrownBy(() -> choose(3L, Antichain.empty(), Antichain.of(10)))
                .hasMessageContaining("since []");
    }

    @Test
    void aShardWithoutCommitsHasNothingToRead() {
        assertThatThrownBy(() -> choose(null, Antichain.minimum(), Antichain.minimum()))
                .isInstanceOf(IOException.class)
                .hasMessageContaining(SHARD.toString())
                .hasMessageContaining("nothing was ever committed");
    }
}
