/**
 * The public API: opening a location, writing, reading and looking into its shards.
 *
 * <pre>{@code
 * try (PersistClient client = PersistClient.open(PersistLocation.parse("/data/shards"));
 *         WriteHandle<String, Unit> writer =
 *                 client.openWriter(shard, Codecs.STRING, Codecs.UNIT, "example")) {
 *     writer.compareAndAppend(
 *             List.of(new Update<>("hello", Unit.UNIT, 0, 1)),
 *             Antichain.of(0), Antichain.of(1)).orThrow();
 * }
 * }</pre>
 *
 * <p>Read {@link io.persist.client.PersistLocation}, {@link io.persist.client.PersistConfig} and
 * {@link io.persist.client.PersistClient}, then {@link io.persist.client.WriteHandle} (builders,
 * appends, {@link io.persist.client.AppendResult}) and {@link io.persist.client.ReadHandle}
 * (snapshots, {@link io.persist.client.Listen}, {@link io.persist.client.ReadResult}). Holds on
 * history that outlive all of them are in {@code io.persist.client.critical}. {@link
 * io.persist.client.ShardReport} is what {@code inspect} shows. {@link io.persist.client.SinkChain}
 * appends the commits of a sink exactly once, at the times that {@link io.persist.client.SinkTime}
 * says, and goes on from an older snapshot as {@link io.persist.client.OnRewind} says.
 *
 * <p>What a correct caller must expect is a sealed result; {@link io.persist.store.StoreException}
 * is a store that did not answer in time, {@link io.persist.codec.CorruptDataException} stored
 * bytes that make no sense, {@link io.persist.shard.IncompatibleShardException} a shard that this
 * build or these codecs do not fit.
 *
 * <p>Everything that differs between runs (clock, sleeping, random numbers, ids, threads, off-heap
 * memory) is created by {@link io.persist.client.PersistClient#open} and handed down. Handles are
 * used by one thread at a time and share one state machine per shard.
 *
 * <p>Invariants: no batch is committed of which readers would have to leave something out; a batch
 * whose append is in doubt is not deleted; a read is only answered while the reader's hold is in
 * force. Knows nothing of Flink.
 */
@NullMarked
package io.persist.client;

import org.jspecify.annotations.NullMarked;
