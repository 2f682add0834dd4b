package io.persist.flink.source;

import io.persist.client.PersistClient;
import io.persist.client.PersistLocation;
import io.persist.client.ShardReport;
import io.persist.client.Update;
import io.persist.client.WriteHandle;
import io.persist.codec.Codecs;
import io.persist.codec.ShardId;
import io.persist.codec.Unit;
import io.persist.frontier.Antichain;

import org.apache.flink.api.common.typeinfo.Types;

import java.nio.file.Path;
import java.util.List;

/** A shard of strings in a directory. */
final class TestShard implements AutoCloseable {
    static final ShardId ID = ShardId.named("test");

    private final PersistLocation location;
    private final PersistClient client;

    TestShard(Path directory) throws Exception {
        location = PersistLocation.parse(directory.toString());
        client = PersistClient.open(location);
    }

    static Update<String, Unit> update(String key, long time, long diff) {
        return new Update<>(key, Unit.UNIT, time, diff);
    }

    /** Makes the updates the contents of the times before {@code upper}. */
    void append(long upper, List<Update<String, Unit>> updates) throws Exception {
        try (WriteHandle<String, Unit> writer =
                client.openWriter(ID, Codecs.STRING, Codecs.UNIT, "test")) {
            writer.compareAndAppend(updates, writer.fetchRecentUpper(), Antichain.of(upper))
                    .orThrow();
        }
    }

    ShardReport inspect() throws Exception {
        return client.inspect(ID).orElseThrow();
    }

    ShardRead<String, Unit, String> read() {
        return new ShardRead<>(
                location.blob(), location.consensus(), ID.toString(), deserializer());
    }

    PersistSource<String> source() {
        return PersistSource.builder(deserializer()).location(location).shard(ID).build();
    }

    private static UpdateDeserializer<String, Unit, String> deserializer() {
        return UpdateDeserializer.ofKeys(() -> Codecs.STRING, Types.STRING);
    }

    @Override
    public void close() {
        client.close();
    }
}
