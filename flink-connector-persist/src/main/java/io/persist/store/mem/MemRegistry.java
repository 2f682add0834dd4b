package io.persist.store.mem;

import java.util.concurrent.ConcurrentHashMap;

/**
 * The stores in memory by name. Static, because {@code mem:name} names one store for everyone in
 * the process; they live until the process ends.
 */
public final class MemRegistry {
    private static final ConcurrentHashMap<String, MemBlob> BLOBS = new ConcurrentHashMap<>();
    private static final ConcurrentHashMap<String, MemConsensus> CONSENSUS =
            new ConcurrentHashMap<>();

    private MemRegistry() {}

    /** The blob store of this name, made empty when it is first asked for. */
    public static MemBlob blob(String name) {
        return BLOBS.computeIfAbsent(name, absent -> new MemBlob());
    }

    /** The consensus of this name, made empty when it is first asked for. */
    public static MemConsensus consensus(String name) {
        return CONSENSUS.computeIfAbsent(name, absent -> new MemConsensus());
    }
}
