/** The public API. */
@NullMarked
package io.persist.client;

import org.jspecify.annotations.NullMarked;
