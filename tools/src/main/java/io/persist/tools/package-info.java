/**
 * Programs for people who look at this project: they are no part of the library.
 *
 * <p>{@link io.persist.tools.Quickstart} is a Flink job that writes a table and reads it back, with
 * {@link io.persist.tools.WeatherJob} (what a user of the connector would write: DDL and SQL),
 * {@link io.persist.tools.WeatherRows} (the file, row by row), {@link
 * io.persist.tools.CommitHistory} (what happened in the shard), {@link io.persist.tools.Difference}
 * (whether it is right) and {@link io.persist.tools.TextTable} (how it is printed).
 *
 * <p>Everything here goes through SQL and the public client, never around them.
 */
@NullMarked
package io.persist.tools;

import org.jspecify.annotations.NullMarked;
