package io.persist.flink.table;

import io.persist.client.PersistLocation;
import io.persist.codec.ShardId;

import org.apache.flink.configuration.ConfigOption;
import org.apache.flink.configuration.ConfigOptions;
import org.apache.flink.configuration.ReadableConfig;
import org.apache.flink.table.api.ValidationException;
import org.apache.flink.table.catalog.ObjectIdentifier;

import java.util.Set;

/**
 * Where a table's rows are: which shard of which location.
 *
 * @param location of the shard
 * @param shard as given, or following from the table's name
 */
record TableShard(PersistLocation location, ShardId shard) {
    /** Required. */
    static final ConfigOption<String> PATH =
            ConfigOptions.key("path")
                    .stringType()
                    .noDefaultValue()
                    .withDescription(
                            "Where shards live: a directory, or a URI such as file:///dir. Blobs"
                                    + " go below <path>/blob, the log of states below"
                                    + " <path>/consensus.");

    /** To put large, cheap storage elsewhere than the log of states. */
    static final ConfigOption<String> BLOB =
            ConfigOptions.key("blob")
                    .stringType()
                    .noDefaultValue()
                    .withDescription("URI of the blob store, instead of <path>/blob.");

    /** To share shards through a database. */
    static final ConfigOption<String> CONSENSUS =
            ConfigOptions.key("consensus")
                    .stringType()
                    .noDefaultValue()
                    .withDescription("URI of the consensus store, instead of <path>/consensus.");

    /** To read a shard that another table or program writes, or to survive a renamed table. */
    static final ConfigOption<String> SHARD =
            ConfigOptions.key("shard")
                    .stringType()
                    .noDefaultValue()
                    .withDescription(
                            "The shard's id, 's' and a UUID. By default it follows from the"
                                    + " table's full name, as in `catalog`.`database`.`table`: the"
                                    + " same name in the same path is the same shard.");

    static final Set<ConfigOption<?>> OPTIONAL = Set.of(BLOB, CONSENSUS, SHARD);

    /**
     * @throws ValidationException naming the option that is wrong
     */
    static TableShard of(ReadableConfig options, ObjectIdentifier table) {
        return new TableShard(location(options), shard(options, table));
    }

    private static PersistLocation location(ReadableConfig options) {
        String path = options.get(PATH);
        try {
            return PersistLocation.of(
                    path,
                    options.getOptional(BLOB).orElse(null),
                    options.getOptional(CONSENSUS).orElse(null));
        } catch (IllegalArgumentException e) {
            throw new ValidationException(
                    "The options 'path', 'blob' and 'consensus' name no location: "
                            + e.getMessage(),
                    e);
        }
    }

    private static ShardId shard(ReadableConfig options, ObjectIdentifier table) {
        String text = options.getOptional(SHARD).orElse(null);
        if (text == null) {
            return ShardId.named(table.asSerializableString());
        }
        try {
            return ShardId.parse(text);
        } catch (IllegalArgumentException e) {
            throw new ValidationException(
                    "Option 'shard' is '"
                            + text
                            + "', which is no shard id: expected 's' and a UUID, as in"
                            + " s00000000-0000-0000-0000-000000000000.",
                    e);
        }
    }
}
