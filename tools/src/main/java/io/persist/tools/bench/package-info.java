/**
 * What writing a batch costs: from rows in memory to encoded parts in a blob store in memory.
 *
 * <p>{@link io.persist.tools.bench.BatchBench} is the program. It runs the cases of {@link
 * io.persist.tools.bench.DataSets} through a batch builder ({@link
 * io.persist.tools.bench.BuilderRun}), and beside it parquet-java alone ({@link
 * io.persist.tools.bench.ParquetJavaRun}), which is given the same columns ready made ({@link
 * io.persist.tools.bench.StoredColumns}), a copy of the same bytes, and the speed of zstd ({@link
 * io.persist.tools.bench.Yardsticks}), by which results of different machines can be compared.
 * {@link io.persist.tools.bench.Meter} counts time and allocation, {@link
 * io.persist.tools.bench.MemoryProbe} memory in use, and {@link io.persist.tools.bench.Report}
 * prints. {@link io.persist.tools.bench.Kernels} are the single steps, for JMH.
 *
 * <p>Everything that is measured goes through public classes of the library. Times and allocation
 * are never taken in a run that measures memory, which stops the world all the time.
 */
@NullMarked
package io.persist.tools.bench;

import org.jspecify.annotations.NullMarked;
