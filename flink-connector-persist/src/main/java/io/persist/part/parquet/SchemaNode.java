package io.persist.part.parquet;

import org.apache.arrow.vector.types.pojo.ArrowType;
import org.apache.arrow.vector.types.pojo.Field;
import org.apache.arrow.vector.types.pojo.FieldType;
import org.apache.parquet.format.Type;
import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.List;

/**
 * One Arrow field and where its values lie in Parquet's levels. A list's child is its item field, a
 * map's its entries struct.
 *
 * @param itemLevels definition level of an item of each enclosing list, outermost first
 * @param def definition level of a value that is not null
 * @param physical set for leaves only
 * @param width bytes of a fixed-width Parquet value; 0 for booleans and byte arrays
 */
record SchemaNode(
        Field field,
        List<Integer> itemLevels,
        int def,
        @Nullable Type physical,
        int width,
        List<SchemaNode> children) {

    SchemaNode {
        itemLevels = List.copyOf(itemLevels);
        children = List.copyOf(children);
    }

    /** A field of the same type that is not nullable: how parts have their columns. */
    static Field required(String name, Field field) {
        return new Field(name, new FieldType(false, field.getType(), null), field.getChildren());
    }

    /**
     * @throws IllegalArgumentException if parts have no form for the field's type, or it is nested
     *     so deep that levels would not fit a byte
     */
    static SchemaNode of(Field field) {
        return of(field, List.of(), 0);
    }

    private static SchemaNode of(Field field, List<Integer> itemLevels, int parentDef) {
        int def = parentDef + (field.isNullable() ? 1 : 0);
        if (def >= Byte.MAX_VALUE) {
            throw new IllegalArgumentException("field " + field.getName() + " is nested too deep");
        }
        ArrowType type = field.getType();
        if (type instanceof ArrowType.Struct) {
            if (field.getChildren().isEmpty()) {
                throw new IllegalArgumentException(
                        "field " + field.getName() + " is a struct without fields");
            }
            List<SchemaNode> children =
                    field.getChildren().stream().map(c -> of(c, itemLevels, def)).toList();
            return new SchemaNode(field, itemLevels, def, null, 0, children);
        }
        if (type instanceof ArrowType.List || type instanceof ArrowType.Map) {
            List<Integer> levels = new ArrayList<>(itemLevels);
            levels.add(def + 1);
            SchemaNode item = of(field.getChildren().get(0), levels, def + 1);
            return new SchemaNode(field, itemLevels, def, null, 0, List.of(item));
        }
        Type physical = LeafTypes.physical(field);
        return new SchemaNode(
                field, itemLevels, def, physical, LeafTypes.width(field, physical), List.of());
    }

    /** Number of enclosing lists, which is the repetition level of a further item. */
    int rep() {
        return itemLevels.size();
    }

    /**
     * Definition level from which a slot of this field exists: that of an item of the nearest
     * enclosing list, 0 without one. (A null struct has slots for its children in Arrow.)
     */
    int floor() {
        return itemLevels.isEmpty() ? 0 : itemLevels.get(itemLevels.size() - 1);
    }

    boolean isLeaf() {
        return physical != null;
    }

    /** Whether this is a list or a map: a repeated child. */
    boolean isRepeated() {
        return !isLeaf() && !(field.getType() instanceof ArrowType.Struct);
    }

    boolean isNullType() {
        return field.getType() instanceof ArrowType.Null;
    }

    Type physicalOrThrow() {
        Type found = physical;
        if (found == null) {
            throw new IllegalStateException("field " + field.getName() + " is no leaf");
        }
        return found;
    }
}
