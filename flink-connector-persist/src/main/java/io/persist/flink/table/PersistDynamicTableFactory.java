package io.persist.flink.table;

import org.apache.flink.configuration.ConfigOption;
import org.apache.flink.table.api.ValidationException;
import org.apache.flink.table.catalog.ResolvedCatalogTable;
import org.apache.flink.table.connector.sink.DynamicTableSink;
import org.apache.flink.table.connector.source.DynamicTableSource;
import org.apache.flink.table.factories.DynamicTableSinkFactory;
import org.apache.flink.table.factories.DynamicTableSourceFactory;
import org.apache.flink.table.factories.FactoryUtil;
import org.apache.flink.table.factories.FactoryUtil.TableFactoryHelper;
import org.apache.flink.table.types.DataType;
import org.apache.flink.table.types.logical.RowType;

import java.util.HashSet;
import java.util.Set;

/** Makes tables of {@code WITH ('connector' = 'persist', …)}. Found by Flink as a service. */
public final class PersistDynamicTableFactory
        implements DynamicTableSinkFactory, DynamicTableSourceFactory {
    private static final String IDENTIFIER = "persist";

    @Override
    public String factoryIdentifier() {
        return IDENTIFIER;
    }

    @Override
    public Set<ConfigOption<?>> requiredOptions() {
        return Set.of(TableShard.PATH);
    }

    @Override
    public Set<ConfigOption<?>> optionalOptions() {
        Set<ConfigOption<?>> options = new HashSet<>(TableShard.OPTIONAL);
        options.addAll(PersistTableSink.OPTIONS);
        options.addAll(SinkPolicy.OPTIONS);
        options.addAll(SinkEffort.OPTIONS);
        options.addAll(PersistTableSource.OPTIONS);
        return options;
    }

    /** Those that can change under a compiled plan: where the shard is, and what is read of it. */
    @Override
    public Set<ConfigOption<?>> forwardOptions() {
        Set<ConfigOption<?>> options = new HashSet<>(TableShard.OPTIONAL);
        options.add(TableShard.PATH);
        options.addAll(SinkPolicy.OPTIONS);
        options.addAll(SinkEffort.OPTIONS);
        options.add(FactoryUtil.SINK_PARALLELISM);
        options.addAll(PersistTableSource.OPTIONS);
        return options;
    }

    @Override
    public DynamicTableSink createDynamicTableSink(Context context) {
        TableFactoryHelper helper = validated(context);
        return PersistTableSink.of(
                TableShard.of(helper.getOptions(), context.getObjectIdentifier()),
                columns(context.getPhysicalRowDataType()),
                helper.getOptions());
    }

    @Override
    public DynamicTableSource createDynamicTableSource(Context context) {
        TableFactoryHelper helper = validated(context);
        DataType rowType = context.getPhysicalRowDataType();
        return PersistTableSource.of(
                TableShard.of(helper.getOptions(), context.getObjectIdentifier()),
                columns(rowType),
                rowType,
                helper.getOptions());
    }

    private TableFactoryHelper validated(Context context) {
        TableFactoryHelper helper = FactoryUtil.createTableFactoryHelper(this, context);
        helper.validate();
        ResolvedCatalogTable table = context.getCatalogTable();
        if (!table.getPartitionKeys().isEmpty()) {
            throw new ValidationException(
                    "A persist table has no partitions; drop PARTITIONED BY "
                            + table.getPartitionKeys()
                            + ".");
        }
        return helper;
    }

    private static TableColumns columns(DataType rowType) {
        return new TableColumns((RowType) rowType.getLogicalType());
    }
}
