/** The state machine over stores. */
@NullMarked
package io.persist.shard;

import org.jspecify.annotations.NullMarked;
