package io.persist.flink.table;

import io.persist.client.PersistClient;
import io.persist.client.ShardReport;
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
import org.apache.flink.table.data.RowData;
import org.apache.flink.table.factories.FactoryUtil;
import org.jspecify.annotations.Nullable;

import java.util.Optional;
import java.util.Set;

/**
 * Writes any changelog into a table: no key is needed, since a row is retracted by itself.
 *
 * @param parallelism of the writers; null for that of the input
 */
record PersistTableSink(
        TableShard shard,
        TableColumns columns,
        Profile profile,
        SinkPolicy policy,
        SinkEffort effort,
        @Nullable Integer parallelism)
        implements DynamicTableSink {
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

    /**
     * @throws ValidationException naming the option that is wrong
     */
    static PersistTableSink of(TableShard shard, TableColumns columns, ReadableConfig options) {
        return new PersistTableSink(
                shard,
                columns,
                options.get(PROFILE),
                SinkPolicy.of(options),
                SinkEffort.of(options),
                options.getOptional(FactoryUtil.SINK_PARALLELISM).orElse(null));
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
                        .serializer(new RowDataUpdates(columns))
                        .newShards(profile);
        return SinkV2Provider.of(effort.applyTo(policy.applyTo(sink)).build(), parallelism);
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
        return this;
    }

    @Override
    public String asSummaryString() {
        return "persist shard " + shard.shard();
    }
}
