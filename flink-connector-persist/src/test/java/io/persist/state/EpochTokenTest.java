package io.persist.state;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.LongRange;

import org.junit.jupiter.api.Test;

import java.util.UUID;

class EpochTokenTest {
    @Test
    void layoutIsTagGenerationClosedOrdinal() {
        // SHA-256 of "abc" begins with ba7816bf8f.
        EpochToken token = new EpochToken(EpochToken.tagOf("abc"), 0x010203, true, 0x0405);
        assertThat(token.token()).hasToString("iba7816bf-8f01-0203-8000-000000000405");
    }

    @Property(seed = "20261124")
    void everyTokenIsReadBack(
            @ForAll @LongRange(min = 0, max = 0xffffffffffL) long tag,
            @ForAll @IntRange(min = 0, max = EpochToken.MAX_GENERATION) int generation,
            @ForAll boolean closed,
            @ForAll @LongRange(min = 0) long ordinal) {
        EpochToken token = new EpochToken(tag, generation, closed, ordinal);
        assertThat(EpochToken.of(token.token())).isEqualTo(token);
    }

    @Property(seed = "20261124")
    void anyTokenOfAPeerIsRead(@ForAll long high, @ForAll long low) {
        IdempotencyToken token = new IdempotencyToken(new UUID(high, low));
        assertThat(EpochToken.of(token).token()).isEqualTo(token);
    }

    @Test
    void valuesThatDoNotFitAreRefused() {
        assertThatThrownBy(() -> new EpochToken(1L << 40, 1, false, 0))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("tag");
        assertThatThrownBy(() -> new EpochToken(0, 1 << 24, false, 0))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("generation");
        assertThatThrownBy(() -> new EpochToken(0, 1, false, -1))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("ordinal");
    }
}
