/**
 * How shards are read: what a client can be told about it.
 *
 * <p>{@link io.persist.client.read.ReadSettings} is part of the configuration of a client. What it
 * leads to happens further below: parts are fetched and decoded, or left out, in {@code
 * batch.merge}. {@link io.persist.client.read.RowCount} counts without reading what metadata tells.
 *
 * <p>Invariants: whatever is set, a reader sees the same updates; settings trade time for memory,
 * and say how much is checked on the way.
 *
 * <p>Must not know: clients and their handles.
 */
@NullMarked
package io.persist.client.read;

import org.jspecify.annotations.NullMarked;
