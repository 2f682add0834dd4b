package io.persist.flink.table;

import io.persist.flink.source.PersistSource;

import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.configuration.ConfigOption;
import org.apache.flink.configuration.ConfigOptions;
import org.apache.flink.configuration.ReadableConfig;
import org.apache.flink.table.api.ValidationException;
import org.apache.flink.table.connector.ChangelogMode;
import org.apache.flink.table.connector.source.DynamicTableSource;
import org.apache.flink.table.connector.source.ScanTableSource;
import org.apache.flink.table.connector.source.SourceProvider;
import org.apache.flink.table.connector.source.abilities.SupportsReadingMetadata;
import org.apache.flink.table.data.RowData;
import org.apache.flink.table.types.DataType;
import org.jspecify.annotations.Nullable;

import java.util.List;
import java.util.Map;
import java.util.Set;

/** Reads a table's rows as of one time: a bounded, insert-only scan. */
final class PersistTableSource implements ScanTableSource, SupportsReadingMetadata {
    /** To look at the past, or to read several tables at the same time. */
    static final ConfigOption<Long> AS_OF =
            ConfigOptions.key("scan.as-of")
                    .longType()
                    .noDefaultValue()
                    .withDescription(
                            "Reads the contents as of this time, in milliseconds since 1970 as"
                                    + " the sink commits them. By default, the newest that is"
                                    + " complete when the job starts.");

    static final Set<ConfigOption<?>> OPTIONS = Set.of(AS_OF);

    private final TableShard shard;
    private final TableColumns columns;
    private final @Nullable Long asOf;
    private List<MetadataColumn> metadata = List.of();

    /** Of the columns and the metadata that follow them. */
    private DataType rowType;

    private PersistTableSource(
            TableShard shard, TableColumns columns, DataType rowType, @Nullable Long asOf) {
        this.shard = shard;
        this.columns = columns;
        this.rowType = rowType;
        this.asOf = asOf;
    }

    /**
     * @throws ValidationException naming the option that is wrong
     */
    static PersistTableSource of(
            TableShard shard, TableColumns columns, DataType rowType, ReadableConfig options) {
        Long asOf = options.getOptional(AS_OF).orElse(null);
        if (asOf != null && asOf < 0) {
            throw new ValidationException(
                    "Option 'scan.as-of' is " + asOf + ", before any commit.");
        }
        return new PersistTableSource(shard, columns, rowType, asOf);
    }

    @Nullable Long asOf() {
        return asOf;
    }

    @Override
    public Map<String, DataType> listReadableMetadata() {
        return MetadataColumn.types(MetadataColumn.values());
    }

    @Override
    public void applyReadableMetadata(List<String> keys, DataType producedType) {
        metadata = MetadataColumn.named(keys);
        rowType = producedType;
    }

    @Override
    public ChangelogMode getChangelogMode() {
        return ChangelogMode.insertOnly();
    }

    @Override
    public ScanRuntimeProvider getScanRuntimeProvider(ScanContext context) {
        TypeInformation<RowData> type = context.createTypeInformation(rowType);
        PersistSource.Builder<?, ?, RowData> builder =
                PersistSource.builder(new RowDataDeserializer(columns, metadata, type))
                        .location(shard.location())
                        .shard(shard.shard());
        if (asOf != null) {
            builder.asOf(asOf);
        }
        return SourceProvider.of(builder.build());
    }

    @Override
    public DynamicTableSource copy() {
        PersistTableSource copy = new PersistTableSource(shard, columns, rowType, asOf);
        copy.metadata = metadata;
        return copy;
    }

    @Override
    public String asSummaryString() {
        return "persist snapshot of " + shard.shard();
    }
}
