package io.persist.store;

import io.persist.codec.Bytes;

/** One entry of a shard's log. */
public record Versioned(SeqNo seqno, Bytes data) {}
