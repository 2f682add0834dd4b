package io.persist.batch;

import io.persist.codec.ArrayDataEncoding;
import io.persist.codec.Bytes;
import io.persist.codec.CorruptDataException;
import io.persist.frontier.Description;
import io.persist.part.DecodedPart;
import io.persist.part.InlineParts;
import io.persist.part.Updates;

import org.apache.arrow.vector.FieldVector;
import org.apache.arrow.vector.ValueVector;
import org.apache.arrow.vector.complex.ListVector;
import org.apache.arrow.vector.complex.StructVector;

import java.util.ArrayList;
import java.util.List;
import java.util.StringJoiner;

/** Looks into what the metadata of parts holds, for people and tools. */
public final class PartInspection {
    private PartInspection() {}

    /**
     * What is in an inline part.
     *
     * @param desc stored inside the part
     * @param index of the part in its writer's batch
     * @param format its columns: row, both or structured
     */
    public record InlineFacts(
            Description desc, long index, int updates, long diffsSum, String format) {}

    public static InlineFacts inline(BatchStore store, RunPart.Inline part)
            throws CorruptDataException {
        try (DecodedPart decoded = InlineParts.decode(part.updates(), store.allocator())) {
            Updates updates = decoded.updates();
            String format =
                    updates.structured() == null
                            ? "row"
                            : updates.rows() == null ? "structured" : "both";
            return new InlineFacts(
                    decoded.desc(), decoded.index(), updates.count(), updates.diffsSum(), format);
        }
    }

    /** A structured lower bound as text; of a struct, trailing fields may be missing. */
    public static String lowerBound(BatchStore store, Bytes encoded) throws CorruptDataException {
        try (FieldVector bound = ArrayDataEncoding.decode(encoded, "k_s", store.allocator())) {
            StringJoiner rows = new StringJoiner(", ");
            for (int row = 0; row < bound.getValueCount(); row++) {
                rows.add(text(bound, row));
            }
            return rows.toString();
        }
    }

    private static String text(ValueVector vector, int row) {
        if (vector.isNull(row)) {
            return "null";
        }
        if (vector instanceof StructVector struct) {
            StringJoiner fields = new StringJoiner(", ", "{", "}");
            for (FieldVector field : struct.getChildrenFromFields()) {
                fields.add(field.getName() + ": " + text(field, row));
            }
            return fields.toString();
        }
        if (vector instanceof ListVector list) {
            List<String> elements = new ArrayList<>();
            for (int i = list.getElementStartIndex(row); i < list.getElementEndIndex(row); i++) {
                elements.add(text(list.getDataVector(), i));
            }
            return elements.toString();
        }
        Object value = vector.getObject(row);
        return value instanceof byte[] bytes
                ? "0x" + Bytes.takeArray(bytes).hex()
                : String.valueOf(value);
    }
}
