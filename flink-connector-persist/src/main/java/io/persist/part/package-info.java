/** One part: updates in memory, as Parquet and inline. */
@NullMarked
package io.persist.part;

import org.jspecify.annotations.NullMarked;
