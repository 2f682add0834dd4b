package io.persist.state.spine;

import static io.persist.state.spine.Batches.batch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.persist.batch.HollowBatch;
import io.persist.codec.CorruptDataException;
import io.persist.frontier.Antichain;
import io.persist.frontier.Description;

import org.junit.jupiter.api.Test;

import java.util.List;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Consumer;

class UnflattenTest {
    /** Mutable collections of a flat trace of three batches, the first two merged. */
    private static final class Parts {
        final SortedSet<HollowBatch> legacy = new TreeSet<>(HollowBatchOrder.INSTANCE);
        final SortedMap<SpineId, HollowBatch> hollow = new TreeMap<>();
        final SortedMap<SpineId, FlatTrace.Spine> spine = new TreeMap<>();
        final SortedMap<SpineId, FlatTrace.Merge> merges = new TreeMap<>();

        Parts(FlatTrace flat) {
            legacy.addAll(flat.legacyBatches());
            hollow.putAll(flat.hollowBatches());
            spine.putAll(flat.spineBatches());
            merges.putAll(flat.merges());
        }

        Trace unflatten() throws CorruptDataException {
            return Trace.unflatten(
                    new FlatTrace(Antichain.minimum(), legacy, hollow, spine, merges));
        }
    }

    private static Trace trace(long... lens) {
        Trace trace = Trace.INITIAL;
        for (long len : lens) {
            long upper = trace.upper().element();
            trace = trace.insert(batch(upper, upper + 1, len)).next();
        }
        return trace;
    }

    @Test
    void emptyBatchesMayBeSplitElsewhere() throws Exception {
        Trace wide = Trace.INITIAL.insert(batch(0, 10, 0)).next().insert(batch(10, 11, 1)).next();
        Parts glued = new Parts(wide.flatten());
        glued.legacy.remove(batch(0, 10, 0));
        glued.legacy.add(batch(0, 3, 0));
        glued.legacy.add(batch(3, 7, 0));
        glued.legacy.add(batch(7, 10, 0));
        assertThat(glued.unflatten()).isEqualTo(wide);
    }

    @Test
    void tooLongEmptyBatchesAreSplit() throws Exception {
        SpineId first = new SpineId(0, 1);
        SpineId second = new SpineId(1, 2);
        Parts parts = new Parts(Trace.INITIAL.flatten());
        parts.legacy.add(batch(0, 9, 0));
        Description left = batch(0, 4, 0).desc();
        Description right = batch(4, 9, 0).desc();
        parts.spine.put(
                new SpineId(0, 2),
                new FlatTrace.Spine(
                        0, batch(0, 9, 0).desc(), List.of(first, second), List.of(left, right)));
        assertThat(parts.unflatten().batches()).containsExactly(batch(0, 4, 0), batch(4, 9, 0));
    }

    @Test
    void descriptionsMayBeMissingAtTheTail() throws Exception {
        Trace trace = trace(1, 1, 1);
        Parts parts = new Parts(trace.flatten());
        parts.spine.replaceAll(
                (id, s) -> new FlatTrace.Spine(s.level(), s.desc(), s.parts(), List.of()));
        assertThat(parts.unflatten()).isEqualTo(trace);
    }

    @Test
    void statesWithoutStructureAreRebuiltByInserting() throws Exception {
        Trace trace = trace(1, 1, 1, 0, 7, 1);
        Parts parts = new Parts(trace.flatten());
        parts.spine.clear();
        parts.merges.clear();
        Trace rebuilt = parts.unflatten();
        assertThat(rebuilt.isStructured()).isFalse();
        assertThat(rebuilt.flatten().spineBatches()).isEmpty();
        assertThat(rebuilt.asStructured()).isEqualTo(trace);
    }

    @Test
    void whatDoesNotFitIsCorrupt() {
        assertCorrupt(p -> p.legacy.remove(batch(1, 2, 1)), "part 1-2");
        assertCorrupt(p -> p.legacy.add(batch(3, 4, 1)), "belongs to no spine batch");
        assertCorrupt(p -> p.hollow.put(new SpineId(9, 9), batch(3, 3, 0)), "9-9");
        assertCorrupt(
                p ->
                        p.merges.put(
                                new SpineId(0, 3),
                                new FlatTrace.Merge(Antichain.minimum(), 1, null)),
                "merge 0-3");
        assertCorrupt(p -> p.spine.remove(new SpineId(0, 2)), "expected id from 0");
        assertCorrupt(p -> p.spine.replaceAll((id, s) -> withLevel(s, 65)), "spine level 65");
        assertCorrupt(p -> p.spine.replaceAll((id, s) -> withLevel(s, -1)), "spine level");
        assertCorrupt(
                p -> p.spine.computeIfPresent(new SpineId(2, 3), (id, s) -> withLevel(s, 2)),
                "on level 2");
        assertCorrupt(
                p -> p.spine.computeIfPresent(new SpineId(2, 3), (id, s) -> withDesc(s, 2, 4)),
                "upper [4]");
        assertCorrupt(
                p ->
                        p.spine.computeIfPresent(
                                new SpineId(0, 2),
                                (id, s) ->
                                        new FlatTrace.Spine(
                                                s.level(),
                                                s.desc(),
                                                List.of(new SpineId(0, 2)),
                                                s.descs())),
                "1 parts and 2 descriptions");
    }

    @Test
    void threeBatchesOnALevelAreCorrupt() {
        Parts parts = new Parts(trace(1, 1, 1).flatten());
        parts.spine.clear();
        for (int i = 0; i < 3; i++) {
            Description desc = batch(i, i + 1, 1).desc();
            SpineId id = new SpineId(i, i + 1);
            parts.spine.put(id, new FlatTrace.Spine(0, desc, List.of(id), List.of(desc)));
        }
        assertThatThrownBy(parts::unflatten).hasMessageContaining("third on level 0");
    }

    private static void assertCorrupt(Consumer<Parts> damage, String message) {
        Parts parts = new Parts(trace(1, 1, 1).flatten());
        damage.accept(parts);
        assertThatThrownBy(parts::unflatten)
                .isInstanceOf(CorruptDataException.class)
                .hasMessageContaining(message);
    }

    private static FlatTrace.Spine withLevel(FlatTrace.Spine spine, long level) {
        return new FlatTrace.Spine(level, spine.desc(), spine.parts(), spine.descs());
    }

    private static FlatTrace.Spine withDesc(FlatTrace.Spine spine, long lower, long upper) {
        return new FlatTrace.Spine(
                spine.level(), batch(lower, upper, 0).desc(), spine.parts(), spine.descs());
    }
}
