/** Parquet. */
@NullMarked
package io.persist.part.parquet;

import org.jspecify.annotations.NullMarked;
