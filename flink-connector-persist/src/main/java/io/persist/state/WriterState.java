package io.persist.state;

import io.persist.codec.Bytes;
import io.persist.frontier.Antichain;

/**
 * @param heartbeatMillis wall clock of the last append
 * @param leaseMillis chosen when the entry was created; the entry may be removed once heartbeat +
 *     lease has passed
 * @param token of the last append
 * @param upper of the last append
 * @param unknown fields of a newer peer, serialized
 */
public record WriterState(
        long heartbeatMillis,
        long leaseMillis,
        IdempotencyToken token,
        Antichain upper,
        HandleDebug debug,
        Bytes unknown) {}
