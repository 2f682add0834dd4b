package io.persist.batch.build;

import static org.assertj.core.api.Assertions.assertThat;

import io.persist.batch.BatchConfig;
import io.persist.batch.BatchSchema;
import io.persist.batch.build.BatchRig.Row;
import io.persist.batch.merge.Filter;
import io.persist.codec.Codecs;
import io.persist.codec.Unit;
import io.persist.codec.relation.RandomRelations;
import io.persist.codec.relation.RelationCodec;
import io.persist.codec.relation.RelationDesc;
import io.persist.codec.relation.SourceData;
import io.persist.frontier.Antichain;
import io.persist.part.PartFormat;

import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/** Columns that are emptied and filled again hold nothing of what was in them before. */
final class ReusedColumnsTest {
    @Property(seed = "20261124", tries = 150)
    void relationsOfAnyTypeReadBack_B39(
            @ForAll long seed,
            @ForAll @IntRange(max = 120) int count,
            @ForAll @IntRange(min = 1, max = 3000) int pieceBytes,
            @ForAll PartFormat format)
            throws Exception {
        Random random = new Random(seed);
        RelationDesc desc = RandomRelations.desc(random);
        BatchSchema<SourceData, Unit> schema = BatchRig.schema(RelationCodec.of(desc), Codecs.UNIT);
        List<Row<SourceData, Unit>> rows = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            rows.add(new Row<>(RandomRelations.row(desc, random), Unit.UNIT, i, 1));
        }
        try (BatchRig rig = new BatchRig()) {
            BatchConfig.Builder config = BatchRig.hollow().format(format);
            Antichain lower = Antichain.of(0);
            Antichain upper = Antichain.of(count);
            Batch whole = rig.build(config.build(), schema, lower, upper, rows);
            Batch pieces =
                    rig.build(config.pieceBytes(pieceBytes).build(), schema, lower, upper, rows);
            Filter all = new Filter.Compaction(Antichain.minimum());

            assertThat(rig.read(schema, all, List.of(pieces.hollow())))
                    .isEqualTo(rig.read(schema, all, List.of(whole.hollow())))
                    .hasSize(count);
            whole.markConsumed();
            pieces.markConsumed();
        }
    }
}
