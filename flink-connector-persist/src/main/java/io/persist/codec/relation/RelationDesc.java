package io.persist.codec.relation;

import io.persist.codec.Bytes;

import org.jspecify.annotations.Nullable;

import java.nio.charset.StandardCharsets;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;

/**
 * Columns of a relation, in the order in which they are stored. This is the key schema of a table's
 * shard. Two descriptions are equal when columns, keys and versions are; how they were spelled does
 * not matter.
 *
 * @param keys sets of column positions whose values are unique at all times; readers trust them. An
 *     empty key means at most one row
 * @param versions when each column came and went; empty if all came at version 0 and none went
 * @param original the bytes this was decoded from, if they say more than the other components
 *     (fields of a newer version, say) or say it differently; else empty
 */
public record RelationDesc(
        List<RelationColumn> columns,
        List<List<Long>> keys,
        List<ColumnVersions> versions,
        Bytes original) {
    private static final int MAX_NAME_BYTES = 255;

    /**
     * When a column was part of the relation.
     *
     * @param added inclusive
     * @param dropped exclusive; null: not dropped
     */
    public record ColumnVersions(long added, @Nullable Long dropped) {}

    public RelationDesc {
        columns = List.copyOf(columns);
        keys = keys.stream().map(List::copyOf).toList();
        versions = List.copyOf(versions);
        if (!versions.isEmpty() && versions.size() != columns.size()) {
            throw new IllegalArgumentException(
                    versions.size() + " versions for " + columns.size() + " columns");
        }
    }

    /**
     * A new relation, without keys.
     *
     * @throws IllegalArgumentException if a name occurs twice or is longer than 255 bytes
     */
    public static RelationDesc of(List<RelationColumn> columns) {
        Set<String> names = new HashSet<>();
        for (RelationColumn column : columns) {
            if (!names.add(column.name())) {
                throw new IllegalArgumentException("two columns named '" + column.name() + "'");
            }
            if (column.name().getBytes(StandardCharsets.UTF_8).length > MAX_NAME_BYTES) {
                throw new IllegalArgumentException(
                        "name of column '" + column.name() + "' is longer than 255 bytes");
            }
        }
        return new RelationDesc(columns, List.of(), List.of(), Bytes.EMPTY);
    }

    /**
     * Whether every row of this relation becomes one of {@code newer} when NULLs are appended: the
     * columns are the same, perhaps nullable now, and only nullable ones follow. Nothing is said of
     * relations that number the versions of their columns.
     */
    public boolean isExtendedBy(RelationDesc newer) {
        int count = columns.size();
        if (newer.columns.size() < count
                || !keys.equals(newer.keys)
                || !versions.isEmpty()
                || !newer.versions.isEmpty()) {
            return false;
        }
        for (int i = 0; i < count; i++) {
            if (!columns.get(i).isExtendedBy(newer.columns.get(i))) {
                return false;
            }
        }
        return newer.columns.stream().skip(count).allMatch(RelationColumn::nullable);
    }

    /** A relation stored alike whose columns take every value that can be stored so. */
    RelationDesc withoutPromises() {
        List<RelationColumn> takingAll =
                columns.stream().map(RelationColumn::withoutPromises).toList();
        return new RelationDesc(takingAll, List.of(), List.of(), Bytes.EMPTY);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof RelationDesc that
                && columns.equals(that.columns)
                && keys.equals(that.keys)
                && versions.equals(that.versions);
    }

    @Override
    public int hashCode() {
        return Objects.hash(columns, keys, versions);
    }
}
