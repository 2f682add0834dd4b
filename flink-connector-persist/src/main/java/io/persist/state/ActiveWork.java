package io.persist.state;

import io.persist.codec.Bytes;
import io.persist.store.SeqNo;

/** Somebody's claim on writing a rollup or collecting garbage up to a seqno. */
public record ActiveWork(SeqNo seqno, long startMillis, Bytes unknown) {}
