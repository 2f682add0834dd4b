/** Batches: building, reading, consolidating. */
@NullMarked
package io.persist.batch;

import org.jspecify.annotations.NullMarked;
