package io.persist.batch.build;

import static org.assertj.core.api.Assertions.assertThat;

import io.persist.batch.HollowBatch;
import io.persist.batch.Run;
import io.persist.batch.RunMeta;
import io.persist.batch.RunPart;
import io.persist.codec.Bytes;
import io.persist.frontier.Antichain;
import io.persist.frontier.Description;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

import java.util.List;

final class AppendBoundsTest {
    private static HollowBatch batch(long lower, long upper, @Nullable Antichain rewrite) {
        RunPart part = new RunPart.Inline(Bytes.utf8("x"), rewrite, null, null, Bytes.EMPTY);
        return new HollowBatch(
                new Description(Antichain.of(lower), Antichain.of(upper), Antichain.minimum()),
                1,
                List.of(new Run(RunMeta.NONE, List.of(part))),
                Bytes.EMPTY);
    }

    private static @Nullable String violation(long lower, long upper, HollowBatch... batches) {
        return AppendBounds.violation(List.of(batches), Antichain.of(lower), Antichain.of(upper));
    }

    @Test
    void anAppendMayCoverLessThanItsBatches_B35() {
        assertThat(violation(1, 2, batch(0, 3, null), batch(1, 2, null))).isNull();
    }

    @Test
    void anAppendMustNotCoverMore_B35() {
        for (long[] append : new long[][] {{0, 3}, {1, 4}}) {
            assertThat(violation(append[0], append[1], batch(1, 3, null)))
                    .contains("[1]", "[3]", "[" + append[0] + "]", "[" + append[1] + "]");
        }
    }

    @Test
    void rewrittenBatchesMustNotBeCutAtTheEnd_B35() {
        HollowBatch rewritten = batch(2, 5, Antichain.of(3));

        assertThat(violation(2, 4, rewritten)).contains("[5]", "[4]");
        assertThat(violation(3, 5, rewritten)).isNull();
        assertThat(violation(2, 5, rewritten)).isNull();
    }

    @Test
    void rewrittenBatchesMustNotBeCutAtTheStart_B35() {
        assertThat(violation(4, 5, batch(2, 5, Antichain.of(3)))).contains("[3]", "[4]");
    }

    @Test
    void oneRewrittenBatchBindsTheOthers_B35() {
        HollowBatch rewritten = batch(2, 5, Antichain.of(3));

        assertThat(violation(3, 5, rewritten, batch(2, 5, null))).contains("at [2]", "[3]");
        assertThat(violation(3, 5, rewritten, batch(3, 5, null))).isNull();
    }
}
