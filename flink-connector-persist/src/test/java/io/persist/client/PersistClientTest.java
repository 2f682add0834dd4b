package io.persist.client;

import static org.assertj.core.api.Assertions.assertThat;

import io.persist.codec.Codecs;
import io.persist.codec.ShardId;
import io.persist.codec.Unit;
import io.persist.frontier.Antichain;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/** The client as users open it: real clock, real threads, real files. */
final class PersistClientTest {
    @Test
    void whatSeveralWritersAppendIsThereWhenTheDirectoryIsOpenedAgain(@TempDir Path directory)
            throws Exception {
        PersistLocation location = PersistLocation.parse(directory.toString());
        ShardId shard;
        try (PersistClient client = PersistClient.open(location)) {
            shard = client.newShardId();
            ExecutorService threads = Executors.newFixedThreadPool(3);
            try {
                List<Callable<Integer>> writers = new ArrayList<>();
                for (int i = 0; i < 3; i++) {
                    String name = "writer" + i;
                    writers.add(() -> write(client, shard, name));
                }
                for (Future<Integer> writer : threads.invokeAll(writers)) {
                    assertThat(writer.get()).isEqualTo(60);
                }
            } finally {
                threads.shutdownNow();
            }
        }
        try (PersistClient client = PersistClient.open(location);
                ReadHandle<String, Unit> reader =
                        client.openReader(shard, Codecs.STRING, Codecs.UNIT, "check")) {
            assertThat(client.listShards()).containsExactly(shard);
            assertThat(client.maintenanceFailures()).isZero();
            Antichain asOf = Antichain.of(reader.fetchRecentUpper().element() - 1);
            assertThat(reader.snapshotAndFetch(asOf).orThrow())
                    .hasSize(180)
                    .allMatch(update -> update.diff() == 1);
        }
    }

    private static int write(PersistClient client, ShardId shard, String name) throws Exception {
        int appended = 0;
        try (WriteHandle<String, Unit> writer =
                client.openWriter(shard, Codecs.STRING, Codecs.UNIT, name)) {
            while (appended < 60) {
                Antichain upper = writer.fetchRecentUpper();
                long time = upper.element();
                Update<String, Unit> update =
                        new Update<>(name + "-" + appended, Unit.UNIT, time, 1);
                AppendResult result =
                        writer.compareAndAppend(List.of(update), upper, Antichain.of(time + 1));
                if (result instanceof AppendResult.Appended) {
                    appended++;
                }
            }
            writer.expire();
        }
        return appended;
    }
}
