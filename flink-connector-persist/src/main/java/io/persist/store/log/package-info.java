/**
 * A consensus made of objects that are created once: no database, no clock, no lock, two small
 * requests per commit.
 *
 * <p>In reading order: {@link io.persist.store.log.LogConsensus} (the algorithm), {@code ShardLog}
 * (the objects of one shard, and what this client remembers of them), {@code LogEntry} and {@code
 * Floor} (the two kinds of object), {@code LogImport} (a log that begins anywhere), {@link
 * io.persist.store.log.CreateProbe} (refuses a store whose create is not atomic).
 *
 * <p>Keys: {@code <shard>/log/<seqno, 20 digits>} is an entry, created once, deleted by truncation.
 * {@code <shard>/floor/<k, 20 digits>}, k = 1, 2, 3, …, holds a seqno that rises strictly with k;
 * it is created in order of k and never deleted. The floor of the log is the seqno in the last of
 * them, 0 when there is none.
 *
 * <p>Invariant: <em>entries below the floor do not exist</em>, whatever the store holds. They are
 * what truncation has not deleted yet, or ghosts: created again, after their deletion, by a writer
 * that stood still or by a late copy of its request. An entry can be created a second time only
 * below a floor that was published before. So whoever sees the floor at or below n <em>after</em>
 * seeing or creating entry n holds the first and only n, and whoever sees it at or below m after
 * finding m + 1 absent knows that m was the newest. Every operation therefore asks for the floor
 * last. If it has risen above an entry of ours, nothing is known of that entry: it may be a ghost,
 * or may have been committed, followed and truncated while we stood still.
 *
 * <p>Must not know: which store it is. Everything goes through {@code ConditionalObjects}.
 */
@NullMarked
package io.persist.store.log;

import org.jspecify.annotations.NullMarked;
