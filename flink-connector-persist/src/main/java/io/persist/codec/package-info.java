/** Keys and values as bytes and as Arrow columns. */
@NullMarked
package io.persist.codec;

import org.jspecify.annotations.NullMarked;
