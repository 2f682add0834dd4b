package io.persist.store.mem;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class MemRegistryTest {
    @Test
    void oneNameIsOneStore() {
        MemBlob blob = MemRegistry.blob("MemRegistryTest");
        MemConsensus consensus = MemRegistry.consensus("MemRegistryTest");
        assertThat(MemRegistry.blob("MemRegistryTest")).isSameAs(blob);
        assertThat(MemRegistry.consensus("MemRegistryTest")).isSameAs(consensus);
        assertThat(MemRegistry.blob("MemRegistryTest2")).isNotSameAs(blob);
        assertThat(MemRegistry.consensus("MemRegistryTest2")).isNotSameAs(consensus);
    }
}
