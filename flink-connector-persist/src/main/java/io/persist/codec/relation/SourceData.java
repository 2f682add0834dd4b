package io.persist.codec.relation;

import io.persist.codec.Bytes;

import java.util.List;

/** A key of a relation's shard: a row, or an error that every query of the relation fails with. */
public sealed interface SourceData {
    /** One value per column, in the order of the description. */
    record Row(List<Datum> datums) implements SourceData {
        public Row {
            datums = List.copyOf(datums);
        }
    }

    /**
     * @param dataflowError the encoded error, as it was written
     */
    @SuppressWarnings("JavaLangClash") // the format's word, and always qualified
    record Error(Bytes dataflowError) implements SourceData {}
}
