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
import org.apache.flink.table.data.RowData;
import org.apache.flink.table.types.DataType;
import org.jspecify.annotations.Nullable;

import java.util.Set;

/** Reads a table's rows as of one time: a bounded, insert-only scan. */
record PersistTableSource(
        TableShard shard, TableColumns columns, DataType rowType, @Nullable Long asOf)
        implements ScanTableSource {
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

    @Override
    public ChangelogMode getChangelogMode() {
        return ChangelogMode.insertOnly();
    }

    @Override
    public ScanRuntimeProvider getScanRuntimeProvider(ScanContext context) {
        TypeInformation<RowData> type = context.createTypeInformation(rowType);
        PersistSource.Builder<?, ?, RowData> builder =
                PersistSource.builder(new RowDataDeserializer(columns, type))
                        .location(shard.location())
                        .shard(shard.shard());
        if (asOf != null) {
            builder.asOf(asOf);
        }
        return SourceProvider.of(builder.build());
    }

    @Override
    public DynamicTableSource copy() {
        return this;
    }

    @Override
    public String asSummaryString() {
        return "persist snapshot of " + shard.shard();
    }
}
