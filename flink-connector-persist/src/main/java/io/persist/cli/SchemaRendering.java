package io.persist.cli;

import io.persist.codec.Bytes;
import io.persist.codec.CorruptDataException;
import io.persist.codec.relation.RelationCodec;
import io.persist.codec.relation.RelationColumn;
import io.persist.codec.relation.RelationDescEncoding;

import java.util.StringJoiner;

/** Registered schemas as text. */
final class SchemaRendering {
    private SchemaRendering() {}

    /** The columns of a relation; of anything else, the codec's name. */
    static String text(String codec, String hex) {
        if (!codec.equals(RelationCodec.NAME)) {
            return codec;
        }
        try {
            StringJoiner columns = new StringJoiner(", ", "(", ")");
            for (RelationColumn column :
                    RelationDescEncoding.decode(Bytes.fromHex(hex)).columns()) {
                columns.add(
                        column.name()
                                + " "
                                + column.type().toString().replace("[]", "")
                                + (column.nullable() ? "" : " not null"));
            }
            return columns.toString();
        } catch (CorruptDataException e) {
            return "unreadable: " + e.getMessage();
        }
    }
}
