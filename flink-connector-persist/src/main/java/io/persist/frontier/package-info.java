/** Frontiers of time and the descriptions made of them. */
@NullMarked
package io.persist.frontier;

import org.jspecify.annotations.NullMarked;
