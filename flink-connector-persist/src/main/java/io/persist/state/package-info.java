/** Shard state, its encodings and its transitions; pure. */
@NullMarked
package io.persist.state;

import org.jspecify.annotations.NullMarked;
