package io.persist.shard;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.persist.codec.ShardId;
import io.persist.state.CodecNames;
import io.persist.state.State;
import io.persist.store.RollupKey;
import io.persist.store.SeqNo;
import io.persist.store.Version;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.UUID;

final class ProfileTest {
    private static final ShardId SHARD = new ShardId(new UUID(1, 2));

    @Test
    void versionsAreOrderedByPrecedence() {
        List<String> ascending =
                List.of(
                        "0.0.0",
                        "0.128.0-dev",
                        "0.128.0-dev.0",
                        "0.128.0",
                        "0.128.1",
                        "0.129.0",
                        "26.0.0-alpha.1",
                        "26.0.0-alpha.2",
                        "26.0.0-alpha.10",
                        "26.0.0-alpha.x",
                        "26.0.0",
                        "26.24.0-dev.0",
                        "27.0.0");
        List<Version> shuffled = new ArrayList<>(ascending.stream().map(Version::parse).toList());
        Collections.shuffle(shuffled, new Random(5));
        Collections.sort(shuffled);
        assertThat(shuffled.stream().map(Version::toString)).isEqualTo(ascending);
        assertThat(Version.parse("1.2.3+build5")).isEqualByComparingTo(Version.parse("1.2.3"));
        assertThat(Version.parse("")).isEqualByComparingTo(Version.parse("0.0.0"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"x", "1.2", "1.2.3.4", "-1.2.3", "1.2.3-"})
    void whatIsNoVersionIsRefused(String text) {
        assertThatThrownBy(() -> Version.parse(text))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("'" + text + "'");
    }

    @Test
    void theProfileFollowsFromTheLabel() {
        assertThat(Profile.ofLabel("0.128.0-dev")).isEqualTo(Profile.P128);
        assertThat(Profile.ofLabel("0.128.7")).isEqualTo(Profile.P128);
        assertThat(Profile.ofLabel("26.0.0")).isEqualTo(Profile.P26);
        assertThat(Profile.ofLabel("26.22.0-dev.0")).isEqualTo(Profile.P26);
    }

    /** Else one would write fields that the other takes for a newer version's. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "0.128.0-dev",
                "0.129.0",
                "25.99.99",
                "26.0.0-dev",
                "26.0.0-dev.0",
                "26.0.0",
                "26.0.0+build",
                "26.0.1-dev",
                "26.24.0-dev.0",
                "27.0.0-alpha",
                "4294967322.0.0"
            })
    void theStateAgreesOnWhatPeersKnow(String label) {
        State state =
                State.initial(
                        SHARD,
                        new CodecNames("String", "String", "u64", "i64"),
                        RollupKey.of(new SeqNo(0), new UUID(3, 4)),
                        label,
                        "",
                        0);
        assertThat(state.peersKnowClaims()).isEqualTo(Profile.ofLabel(label) == Profile.P26);
    }

    @ParameterizedTest
    @ValueSource(strings = {"0.128.0", "0.129.40", "26.0.0", "26.22.0-dev.0", "26.24.0-dev.0"})
    void labelsOfKnownPeersAreWritable(String label) {
        assertThatCode(() -> Profile.requireWritable(SHARD, label)).doesNotThrowAnyException();
    }

    @ParameterizedTest
    @ValueSource(strings = {"26.24.0", "26.25.0", "27.0.0"})
    void newerLabelsAreRefusedWithWhatToDo(String label) {
        assertThatThrownBy(() -> Profile.requireWritable(SHARD, label))
                .isInstanceOf(IncompatibleShardException.class)
                .hasMessageContaining(SHARD.toString())
                .hasMessageContaining(label)
                .hasMessageContaining(Profile.VERIFIED_UP_TO)
                .hasMessageContaining("use a build that knows");
    }

    @ParameterizedTest
    @ValueSource(strings = {"0.130.0-dev", "0.130.0", "0.147.0", "25.2.0", "26.0.0-dev"})
    void labelsBetweenTheGenerationsAreRefusedWithWhatToDo(String label) {
        assertThatThrownBy(() -> Profile.requireWritable(SHARD, label))
                .isInstanceOf(IncompatibleShardException.class)
                .hasMessageContaining(label)
                .hasMessageContaining("raise the label");
    }
}
