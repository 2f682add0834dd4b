/**
 * Opens stores by URI: {@link io.persist.store.uri.Stores} is a blob store and a consensus that
 * belong together, {@code StoreUri} what a URI says.
 *
 * <p>Forms: {@code mem:name}, {@code file:///absolute/directory}, or just a directory; options
 * follow a question mark. What is malformed, unknown or not part of this build is refused before
 * anything is touched, with a message that says what there is instead.
 *
 * <p>The only package that knows all stores. It makes no ids and no threads: they are handed down.
 */
@NullMarked
package io.persist.store.uri;

import org.jspecify.annotations.NullMarked;
