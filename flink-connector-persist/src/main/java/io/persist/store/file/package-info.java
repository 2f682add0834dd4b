/**
 * Stores in a local directory, safe for several processes at once: {@link
 * io.persist.store.file.FileBlob} in one of two {@link io.persist.store.file.BlobLayout}s, and
 * {@link io.persist.store.file.FileObjects}, on which {@code store.log} builds a consensus.
 *
 * <p>Invariants: a file under its final name is complete and durable before the call that wrote it
 * returns. Bytes go to a temporary file beside it first, which is flushed; a blob is then renamed
 * over its name, a conditional object hard-linked to it (a rename replaces, a link does not); then
 * the directory is flushed. What is half done after a crash is a temporary file, which no listing
 * shows. Every part of a key becomes one file name, and only names that cannot leave the root are
 * taken.
 *
 * <p>{@code java.nio} only: Hadoop's local file systems replace on rename and race on create.
 */
@NullMarked
package io.persist.store.file;

import org.jspecify.annotations.NullMarked;
