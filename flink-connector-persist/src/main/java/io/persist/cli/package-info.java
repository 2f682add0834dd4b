/**
 * The command line: {@code persist COMMAND PATH …}. Looks into shards and moves them; everything
 * here reads, except {@code import}, {@code compact}, {@code orphans --delete}, {@code commits}
 * with {@code --append} or {@code --drop}, and {@code since} with {@code --retention} or {@code
 * --release}.
 *
 * <p>In reading order: {@link Persist} (the commands and their exit codes), one class per command,
 * {@link ShardTarget} (the arguments they share), {@link Output} (human or one JSON object a line),
 * {@link ReportRendering} (a shard's state), {@link ValueRendering} (how keys and values are
 * shown).
 *
 * <p>Exit code 0 means done, 1 that something was found wrong (message on standard error), 2 that
 * the call was not understood. Nothing is printed on standard output but results.
 */
@NullMarked
package io.persist.cli;

import org.jspecify.annotations.NullMarked;
