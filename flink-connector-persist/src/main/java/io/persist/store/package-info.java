/** Where blobs and the log of state diffs live. */
@NullMarked
package io.persist.store;

import org.jspecify.annotations.NullMarked;
