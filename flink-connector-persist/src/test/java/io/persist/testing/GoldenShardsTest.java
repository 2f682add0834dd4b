package io.persist.testing;

import static org.assertj.core.api.Assertions.assertThat;

import org.apache.flink.shaded.jackson2.com.fasterxml.jackson.databind.JsonNode;
import org.apache.flink.shaded.jackson2.com.fasterxml.jackson.databind.ObjectMapper;
import org.junit.jupiter.api.Test;

class GoldenShardsTest {
    @Test
    void everyShardHasTheRowsAndBlobsThatTheOriginalClientCounted() {
        for (GoldenShards.Shard shard : GoldenShards.all()) {
            JsonNode inspect = shard.expected().get("inspect");
            assertThat(shard.shard().toString()).isEqualTo(inspect.get("shard").textValue());
            assertThat(shard.rows()).hasSize(inspect.get("diffs").size());
            assertThat(shard.blobFiles()).hasSize(inspect.get("blobs").size());
            shard.blobFiles().keySet().forEach(key -> assertThat(shard.blob(key)).isNotNull());
        }
    }

    @Test
    void selectionIsThereWithBothGenerations() {
        assertThat(GoldenShards.named("p26", "kv-since").rows()).hasSize(20);
        assertThat(GoldenShards.named("p128", "kv-since").shard()).isNotNull();
    }

    @Test
    void u64TimesKeepTheirBits() throws Exception {
        JsonNode max = new ObjectMapper().readTree("[18446744073709551615]");
        assertThat(GoldenShards.frontier(max).element()).isEqualTo(-1L);
    }
}
