package io.persist.batch.merge;

import static org.assertj.core.api.Assertions.assertThat;

import io.persist.batch.BatchConfig;
import io.persist.batch.BatchSchema;
import io.persist.batch.HollowBatch;
import io.persist.batch.Run;
import io.persist.batch.RunPart;
import io.persist.batch.build.Batch;
import io.persist.batch.build.BatchRig;
import io.persist.batch.build.BatchRig.Row;
import io.persist.codec.Bytes;
import io.persist.codec.Codecs;
import io.persist.codec.CorruptDataException;
import io.persist.codec.Unit;
import io.persist.codec.relation.RandomRelations;
import io.persist.codec.relation.RelationCodec;
import io.persist.codec.relation.RelationDesc;
import io.persist.codec.relation.SourceData;
import io.persist.frontier.Antichain;
import io.persist.part.PartFormat;

import net.jqwik.api.ForAll;
import net.jqwik.api.Property;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/** Inline parts of relations, which nothing guards here, with some bytes changed. */
final class MutatedRelationsTest {
    private static final int MUTATIONS = 30;

    /** Down to the values: what decodes as a part may still hold what is no value. */
    @Property(seed = "20261130", tries = 60)
    void rowsAreReadOrCorruptAndNothingElse(@ForAll long seed) throws Exception {
        Random random = new Random(seed);
        RelationDesc desc = RandomRelations.desc(random);
        BatchSchema<SourceData, Unit> schema = BatchRig.schema(RelationCodec.of(desc), Codecs.UNIT);
        PartFormat format = List.of(PartFormat.values()).get(random.nextInt(3));
        BatchConfig config =
                BatchConfig.builder().format(format).inlineSingleMaxBytes(1 << 20).build();
        List<Row<SourceData, Unit>> rows = new ArrayList<>();
        for (int i = random.nextInt(6); i >= 0; i--) {
            rows.add(new Row<>(RandomRelations.row(desc, random), Unit.UNIT, i, 1));
        }
        try (BatchRig rig = new BatchRig()) {
            HollowBatch good;
            try (Batch batch = rig.build(config, schema, Antichain.of(0), Antichain.of(9), rows)) {
                good = batch.takeHollow();
            }
            int corrupt = 0;
            for (int i = 0; i < MUTATIONS; i++) {
                corrupt += isCorrupt(rig, schema, mutated(good, random)) ? 1 : 0;
            }
            assertThat(corrupt).isPositive();
        }
    }

    private static boolean isCorrupt(
            BatchRig rig, BatchSchema<SourceData, Unit> schema, HollowBatch batch)
            throws Exception {
        try {
            rig.read(schema, new Filter.Compaction(Antichain.minimum()), List.of(batch));
            return false;
        } catch (CorruptDataException expected) {
            assertThat(expected).hasMessageMatching("(?s).+");
            return true;
        }
    }

    private static HollowBatch mutated(HollowBatch batch, Random random) {
        Run run = batch.runs().get(0);
        RunPart.Inline part = (RunPart.Inline) run.parts().get(0);
        byte[] bytes = part.updates().toArray();
        for (int i = random.nextInt(3); i >= 0; i--) {
            bytes[random.nextInt(bytes.length)] ^= (byte) (1 + random.nextInt(255));
        }
        RunPart bad = new RunPart.Inline(Bytes.takeArray(bytes), null, null, null, Bytes.EMPTY);
        return new HollowBatch(
                batch.desc(), batch.len(), List.of(new Run(run.meta(), List.of(bad))), Bytes.EMPTY);
    }
}
