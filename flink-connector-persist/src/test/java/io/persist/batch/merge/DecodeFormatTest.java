package io.persist.batch.merge;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.persist.batch.BatchStore;
import io.persist.batch.HollowBatch;
import io.persist.batch.PartReading;
import io.persist.batch.RunOrder;
import io.persist.batch.RunPart;
import io.persist.batch.build.BatchRig;
import io.persist.batch.build.BatchRig.Row;
import io.persist.codec.Bytes;
import io.persist.codec.CorruptDataException;
import io.persist.frontier.Description;
import io.persist.part.Compression;
import io.persist.part.DecodeFormat;
import io.persist.part.ParquetParts;
import io.persist.part.ParquetSettings;
import io.persist.part.PartFormat;
import io.persist.part.Updates;
import io.persist.store.PartKey;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

import java.util.ArrayList;
import java.util.List;

/** Parts that hold rows and columns, which may contradict each other. */
final class DecodeFormatTest {
    private static final Description DESC = BatchRig.desc(0, 9, 0);

    private final BatchRig rig = new BatchRig();

    @AfterEach
    void close() {
        rig.close();
    }

    private static List<Row<String, String>> rows(String... keys) {
        List<Row<String, String>> rows = new ArrayList<>();
        for (String key : keys) {
            rows.add(Row.of(key, 1, 1));
        }
        return rows;
    }

    /** A part with these keys as rows and those as columns. */
    private RunPart.Hollow part(List<Row<String, String>> rows, List<Row<String, String>> columns)
            throws Exception {
        PartKey key = PartKey.of(BatchRig.hollow().build().writerKey(), rig.store.partIds().get());
        try (Updates first = rig.updates(BatchRig.STRINGS, PartFormat.BOTH, rows);
                Updates second = rig.updates(BatchRig.STRINGS, PartFormat.BOTH, columns)) {
            Updates mixed =
                    new Updates(first.rows(), second.structured(), first.times(), first.diffs());
            Bytes blob =
                    ParquetParts.encode(
                            mixed,
                            PartFormat.BOTH,
                            DESC,
                            0,
                            new ParquetSettings(Compression.NONE, false));
            rig.store.set(key, blob);
            return new RunPart.Hollow(
                    key,
                    blob.length(),
                    Bytes.EMPTY,
                    null,
                    null,
                    null,
                    new RunPart.FormatHint.None(),
                    null,
                    null,
                    null,
                    Bytes.EMPTY);
        }
    }

    private List<String> keys(DecodeFormat format, RunPart.Hollow part) throws Exception {
        HollowBatch batch = BatchRig.batch(DESC, RunOrder.UNORDERED, part);
        BatchStore store =
                rig.store.withReading(
                        PartReading.of(BatchStore.BoundsCheck.REFUSE).withFormat(format));
        List<String> keys = new ArrayList<>();
        try (UpdateCursor<String, String> cursor =
                UpdateCursor.open(store, BatchRig.STRINGS, List.of(batch), Filter.none())) {
            while (cursor.next()) {
                keys.add(cursor.key());
            }
        }
        return keys;
    }

    @Test
    void theFormatDecidesWhatIsRead() throws Exception {
        RunPart.Hollow part = part(rows("a", "b"), rows("a", "c"));
        assertThat(keys(DecodeFormat.ROW, part)).containsExactly("a", "b");
        assertThat(keys(DecodeFormat.ARROW, part)).containsExactly("a", "c");
    }

    @Test
    void differencesAreFoundWhereBothAreRead() throws Exception {
        RunPart.Hollow sound = part(rows("a", "b"), rows("a", "b"));
        assertThat(keys(DecodeFormat.ROW_WITH_VALIDATE, sound)).containsExactly("a", "b");
        RunPart.Hollow part = part(rows("a", "b"), rows("a", "c"));
        assertThatThrownBy(() -> keys(DecodeFormat.ROW_WITH_VALIDATE, part))
                .isInstanceOf(CorruptDataException.class)
                .hasMessageContaining(rig.store.blobKey(part.key()).text())
                .hasMessageContaining("row 1: column k and column k_s");
    }

    @Test
    void partsOfOneFormAreReadWhateverIsSet() throws Exception {
        for (PartFormat form : PartFormat.values()) {
            for (DecodeFormat format : DecodeFormat.values()) {
                RunPart.Hollow part =
                        rig.part(
                                BatchRig.hollow().format(form),
                                BatchRig.STRINGS,
                                DESC,
                                rows("a", "b"));
                assertThat(keys(format, part)).containsExactly("a", "b");
            }
        }
    }

    @Test
    void formatsHaveTheNamesOfTheOriginal() {
        assertThat(DecodeFormat.parse("row")).isEqualTo(DecodeFormat.ROW);
        assertThat(DecodeFormat.parse("row_with_validate"))
                .isEqualTo(DecodeFormat.ROW_WITH_VALIDATE);
        assertThat(DecodeFormat.parse("arrow")).isEqualTo(DecodeFormat.ARROW);
        assertThatThrownBy(() -> DecodeFormat.parse("columns")).hasMessageContaining("columns");
    }
}
