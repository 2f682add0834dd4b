package io.persist.part.parquet;

import io.persist.codec.CorruptDataException;

import org.apache.arrow.vector.types.pojo.ArrowType;
import org.apache.arrow.vector.types.pojo.Field;
import org.apache.arrow.vector.types.pojo.FieldType;
import org.apache.parquet.format.ConvertedType;
import org.apache.parquet.format.FieldRepetitionType;
import org.apache.parquet.format.ListType;
import org.apache.parquet.format.LogicalType;
import org.apache.parquet.format.MapType;
import org.apache.parquet.format.SchemaElement;
import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * The flat list of schema elements of a footer: written for Arrow fields, and read as columns.
 * Which columns have an Arrow form is found only when they are asked for, since foreign files may
 * have more of them.
 */
final class ParquetSchema {
    static final String LIST_GROUP = "list";
    private static final String ROOT = "arrow_schema";

    /** Deeper than any type of a part, and shallow enough for recursion and for level widths. */
    private static final int MAX_DEPTH = 100;

    private ParquetSchema() {}

    static boolean isMap(SchemaNode node) {
        return node.field().getType() instanceof ArrowType.Map;
    }

    static List<SchemaElement> elements(List<SchemaNode> columns) {
        List<SchemaElement> elements = new ArrayList<>();
        SchemaElement root = new SchemaElement(ROOT);
        root.setNum_children(columns.size());
        elements.add(root);
        columns.forEach(column -> addElements(column, elements));
        return elements;
    }

    private static void addElements(SchemaNode node, List<SchemaElement> elements) {
        SchemaElement element = new SchemaElement(node.field().getName());
        element.setRepetition_type(
                node.field().isNullable()
                        ? FieldRepetitionType.OPTIONAL
                        : FieldRepetitionType.REQUIRED);
        elements.add(element);
        if (node.isLeaf()) {
            LeafTypes.describe(node, element);
            return;
        }
        if (!node.isRepeated()) {
            element.setNum_children(node.children().size());
            node.children().forEach(child -> addElements(child, elements));
            return;
        }
        element.setNum_children(1);
        SchemaNode item = node.children().get(0);
        SchemaElement group = new SchemaElement(isMap(node) ? item.field().getName() : LIST_GROUP);
        group.setRepetition_type(FieldRepetitionType.REPEATED);
        elements.add(group);
        if (isMap(node)) {
            element.setConverted_type(ConvertedType.MAP);
            element.setLogicalType(LogicalType.MAP(new MapType()));
            group.setNum_children(item.children().size());
            item.children().forEach(child -> addElements(child, elements));
        } else {
            element.setConverted_type(ConvertedType.LIST);
            element.setLogicalType(LogicalType.LIST(new ListType()));
            group.setNum_children(1);
            addElements(item, elements);
        }
    }

    /**
     * A top-level column of a file.
     *
     * @param leaves how many leaves, and thereby column chunks, it has
     */
    record Column(SchemaElement element, List<Column> children, int leaves) {
        String name() {
            return element.getName();
        }

        boolean is(FieldRepetitionType repetition) {
            return element.getRepetition_type() == repetition;
        }
    }

    /** The columns that the elements of a footer describe. */
    static List<Column> columns(List<SchemaElement> elements) throws CorruptDataException {
        Parser parser = new Parser(elements);
        Column root = parser.next(0);
        if (parser.position != elements.size() || root.children().isEmpty()) {
            throw new CorruptDataException(
                    "expected a schema of "
                            + elements.size()
                            + " elements, found one of "
                            + parser.position
                            + " with "
                            + root.children().size()
                            + " columns");
        }
        return root.children();
    }

    private static final class Parser {
        private final List<SchemaElement> elements;
        private int position;

        Parser(List<SchemaElement> elements) {
            this.elements = elements;
        }

        Column next(int depth) throws CorruptDataException {
            if (position == elements.size() || depth > MAX_DEPTH) {
                throw new CorruptDataException(
                        "expected a schema element at depth up to "
                                + MAX_DEPTH
                                + ", found "
                                + (depth > MAX_DEPTH ? "a deeper one" : "no more"));
            }
            SchemaElement element = elements.get(position++);
            boolean group = !element.isSetType();
            int count = element.getNum_children();
            if (group != count > 0 || (depth > 0 && element.getRepetition_type() == null)) {
                throw new CorruptDataException(
                        "expected a leaf with a type or a group with children, found schema element"
                                + " "
                                + element);
            }
            List<Column> children = new ArrayList<>();
            int leaves = group ? 0 : 1;
            for (int i = 0; i < count; i++) {
                Column child = next(depth + 1);
                children.add(child);
                leaves += child.leaves();
            }
            return new Column(element, children, leaves);
        }
    }

    /**
     * The Arrow form of a column, at the top level never nullable.
     *
     * @throws CorruptDataException if it has none that parts hold
     */
    static SchemaNode node(Column column) throws CorruptDataException {
        if (column.is(FieldRepetitionType.REPEATED)) {
            throw unsupported(column, "a repeated column");
        }
        return SchemaNode.of(field(column));
    }

    private static Field field(Column column) throws CorruptDataException {
        SchemaElement element = column.element();
        boolean nullable = column.is(FieldRepetitionType.OPTIONAL);
        if (column.is(FieldRepetitionType.REPEATED)) {
            throw unsupported(column, "a repeated field outside of a list");
        }
        if (column.children().isEmpty()) {
            ArrowType type = LeafTypes.arrowType(element);
            if (type == null) {
                throw unsupported(column, String.valueOf(element));
            }
            return new Field(column.name(), new FieldType(nullable, type, null), null);
        }
        LogicalType logical = element.getLogicalType();
        ConvertedType converted = element.getConverted_type();
        if (logical == null && converted == null) {
            List<Field> children = fields(column.children());
            return new Field(
                    column.name(),
                    new FieldType(nullable, ArrowType.Struct.INSTANCE, null),
                    children);
        }
        if (isList(logical, converted)) {
            Column group = repeatedGroup(column, 1);
            return new Field(
                    column.name(),
                    new FieldType(nullable, ArrowType.List.INSTANCE, null),
                    fields(group.children()));
        }
        if (isMap(logical, converted)) {
            Column group = repeatedGroup(column, 2);
            FieldType entries = new FieldType(false, ArrowType.Struct.INSTANCE, null);
            return new Field(
                    column.name(),
                    new FieldType(nullable, new ArrowType.Map(false), null),
                    List.of(new Field(group.name(), entries, fields(group.children()))));
        }
        throw unsupported(column, String.valueOf(element));
    }

    private static List<Field> fields(List<Column> columns) throws CorruptDataException {
        List<Field> fields = new ArrayList<>();
        Set<String> names = new HashSet<>();
        for (Column column : columns) {
            if (!names.add(column.name())) {
                throw unsupported(column, "two fields of this name in one struct");
            }
            fields.add(field(column));
        }
        return fields;
    }

    private static boolean isList(
            @Nullable LogicalType logical, @Nullable ConvertedType converted) {
        return logical != null ? logical.isSetLIST() : converted == ConvertedType.LIST;
    }

    private static boolean isMap(@Nullable LogicalType logical, @Nullable ConvertedType converted) {
        return logical != null
                ? logical.isSetMAP()
                : converted == ConvertedType.MAP || converted == ConvertedType.MAP_KEY_VALUE;
    }

    private static Column repeatedGroup(Column column, int fields) throws CorruptDataException {
        if (column.children().size() == 1) {
            Column group = column.children().get(0);
            if (group.is(FieldRepetitionType.REPEATED) && group.children().size() == fields) {
                return group;
            }
        }
        throw unsupported(column, "one without a repeated group of " + fields + " fields");
    }

    private static CorruptDataException unsupported(Column column, String found) {
        return new CorruptDataException(
                "column " + column.name() + ": expected a type that parts hold, found " + found);
    }

    /** Adds the leaves of a column, in order. */
    static void addLeaves(SchemaNode node, List<SchemaNode> leaves) {
        if (node.isLeaf()) {
            leaves.add(node);
        }
        node.children().forEach(child -> addLeaves(child, leaves));
    }
}
