package io.persist.e2e.chaos;

import io.persist.client.PersistClient;
import io.persist.client.PersistLocation;
import io.persist.client.ShardReport;
import io.persist.codec.CorruptDataException;
import io.persist.shard.IncompatibleShardException;
import io.persist.store.StoreException;
import io.persist.store.uri.Stores;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.UUID;

/** Blobs of the shard that its newest state does not name. */
final class Leaks {
    private Leaks() {}

    static List<String> find(PersistClient client, PersistLocation location)
            throws StoreException,
                    CorruptDataException,
                    IncompatibleShardException,
                    InterruptedException {
        ShardReport report =
                client.inspect(ChaosJob.SHARD)
                        .orElseThrow(() -> new IllegalStateException("there is no shard"));
        Set<String> named = new HashSet<>();
        report.batches().stream()
                .flatMap(batch -> batch.runs().stream())
                .flatMap(run -> run.parts().stream())
                .map(ShardReport.PartReport::key)
                .forEach(named::add);
        report.rollups().forEach(rollup -> named.add(rollup.key()));
        List<String> leaked = new ArrayList<>();
        String shard = ChaosJob.SHARD + "/";
        try (Stores stores =
                Stores.open(
                        location.blob(), location.consensus(), UUID::randomUUID, Runnable::run)) {
            stores.blob()
                    .list(
                            ChaosJob.SHARD.toString(),
                            (key, size) -> {
                                if (!named.contains(key.text().substring(shard.length()))) {
                                    leaked.add(key.text() + " (" + size + " bytes)");
                                }
                            });
        }
        return leaked;
    }
}
