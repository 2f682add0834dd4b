/**
 * Stores in the memory of this process, for tests and trials: {@link io.persist.store.mem.MemBlob},
 * {@link io.persist.store.mem.MemConsensus}, {@link io.persist.store.mem.MemObjects}.
 *
 * <p>{@link io.persist.store.mem.MemRegistry} gives the ones that {@code mem:name} means: everyone
 * in the process who opens the same name sees the same data, which lasts as long as the process. It
 * is the only static state of the library's storage.
 *
 * <p>They keep the contracts of {@code store} in full, also between threads; closing one loses
 * nothing.
 */
@NullMarked
package io.persist.store.mem;

import org.jspecify.annotations.NullMarked;
