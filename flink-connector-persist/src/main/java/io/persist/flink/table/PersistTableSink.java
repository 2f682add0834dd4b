package io.persist.flink.table;

import io.persist.client.PersistClient;
import io.persist.client.ShardReport;
import io.persist.client.SinkTime;
import io.persist.codec.CorruptDataException;
import io.persist.flink.sink.PersistSink;
import io.persist.shard.IncompatibleShardException;
import io.persist.shard.Profile;
import io.persist.store.StoreException;

import org.apache.flink.configuration.ConfigOption;
import org.apache.flink.configuration.ConfigOptions;
import org.apache.flink.configuration.ReadableConfig;
import org.apache.flink.table.api.ValidationException;
import org.apache.flink.table.connector.ChangelogMode;
import org.apache.flink.table.connector.sink.DynamicTableSink;
import org.apache.flink.table.connector.sink.SinkV2Provider;
import org.apache.flink.table.connector.sink.abilities.SupportsWritingMetadata;
import org.apache.flink.table.data.RowData;
import org.apache.flink.table.factories.FactoryUtil;
import org.apache.flink.table.types.DataType;
import org.jspecify.annotations.Nullable;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Writes any changelog into a table: no key is needed, since a row is retracted by itself. With
 * {@code 'sink.time' = 'event'} a column may say when its row becomes visible.
 */
final class PersistTableSink implements DynamicTableSink, SupportsWritingMetadata {
    /** To share the shard with peers of an older generation. */
    static final ConfigOption<Profile> PROFILE =
            ConfigOptions.key("profile")
                    .enumType(Profile.class)
                    .defaultValue(Profile.P26)
                    .withDescription(
                            "What a new shard is written for: P26 for current Materialize"
                                    + " clients, P128 for those of the 0.128 generation. An"
                                    + " existing shard keeps its own.");

    static final Set<ConfigOption<?>> OPTIONS = Set.of(PROFILE, FactoryUtil.SINK_PARALLELISM);

    private final TableShard shard;
    private final TableColumns columns;
    private final Settings settings;
    private List<MetadataColumn> metadata = List.of();

    /**
     * What the options say.
     *
     * @param parallelism of the writers; null for that of the input
     */
    record Settings(
            Profile profile, SinkPolicy policy, SinkEffort effort, @Nullable Integer parallelism) {}

    private PersistTableSink(TableShard shard, TableColumns columns, Settings settings) {
        this.shard = shard;
        this.columns = columns;
        this.settings = settings;
    }

    /**
     * @throws ValidationException naming the option that is wrong
     */
    static PersistTableSink of(TableShard shard, TableColumns columns, ReadableConfig options) {
        return new PersistTableSink(
                shard,
                columns,
                new Settings(
                        options.get(PROFILE),
                        SinkPolicy.of(options),
                        SinkEffort.of(options),
                        options.getOptional(FactoryUtil.SINK_PARALLELISM).orElse(null)));
    }

    TableShard shard() {
        return shard;
    }

    Settings settings() {
        return settings;
    }

    @Override
    public Map<String, DataType> listWritableMetadata() {
        return MetadataColumn.types(MetadataColumn.TIMESTAMP);
    }

    /**
     * @throws ValidationException if rows do not become visible at times of their own
     */
    @Override
    public void applyWritableMetadata(List<String> keys, DataType consumedType) {
        if (!keys.isEmpty() && settings.policy().time() != SinkTime.EVENT) {
            throw new ValidationException(
                    "Metadata column '"
                            + keys.get(0)
                            + "' says when a row becomes visible, which only 'sink.time' = 'event'"
                            + " heeds: set it, or declare the column VIRTUAL if it is only to be"
                            + " read.");
        }
        metadata = MetadataColumn.named(keys);
    }

    /**
     * Everything, whatever was asked for: without the rows before an update, Flink would send
     * upserts, which cannot be undone without a key.
     */
    @Override
    public ChangelogMode getChangelogMode(ChangelogMode requested) {
        return ChangelogMode.all();
    }

    @Override
    public SinkRuntimeProvider getSinkRuntimeProvider(Context context) {
        checkShard();
        PersistSink.Builder<RowData> sink =
                PersistSink.<RowData>builder()
                        .location(shard.location())
                        .shard(shard.shard())
                        .serializer(new RowDataUpdates(columns, metadata))
                        .newShards(settings.profile());
        return SinkV2Provider.of(
                settings.effort().applyTo(settings.policy().applyTo(sink)).build(),
                settings.parallelism());
    }

    /**
     * Looks at the location before a job starts, which would fail later and, being restarted, less
     * clearly.
     *
     * @throws ValidationException if the location cannot be written, or holds a shard with other
     *     columns
     */
    private void checkShard() {
        try (PersistClient client = PersistClient.open(shard.location())) {
            Optional<ShardReport> report = client.inspect(shard.shard());
            if (report.isPresent()) {
                StoredColumns.of(report.get()).checkWritableAs(columns);
            }
        } catch (StoreException | IllegalArgumentException e) {
            throw new ValidationException(
                    "The location of the table cannot be opened: " + e.getMessage(), e);
        } catch (CorruptDataException | IncompatibleShardException e) {
            throw new ValidationException("The table cannot be written: " + e.getMessage(), e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new ValidationException("Interrupted while looking at " + shard.shard() + ".", e);
        }
    }

    @Override
    public DynamicTableSink copy() {
        PersistTableSink copy = new PersistTableSink(shard, columns, settings);
        copy.metadata = metadata;
        return copy;
    }

    @Override
    public String asSummaryString() {
        return "persist shard " + shard.shard();
    }
}
