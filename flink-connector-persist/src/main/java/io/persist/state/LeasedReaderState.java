package io.persist.state;

import io.persist.codec.Bytes;
import io.persist.frontier.Antichain;
import io.persist.store.SeqNo;

/**
 * @param since times at or after it stay readable for this reader
 * @param seqno blobs of states at or after it are kept for this reader
 * @param heartbeatMillis wall clock of the last heartbeat
 * @param leaseMillis the entry may be removed once heartbeat + lease has passed
 * @param unknown fields of a newer peer, serialized
 */
public record LeasedReaderState(
        Antichain since,
        SeqNo seqno,
        long heartbeatMillis,
        long leaseMillis,
        HandleDebug debug,
        Bytes unknown) {}
