package io.persist.tools.bench;

import com.github.luben.zstd.Zstd;

import org.apache.parquet.bytes.BytesInput;
import org.apache.parquet.bytes.HeapByteBufferAllocator;
import org.apache.parquet.column.ColumnDescriptor;
import org.apache.parquet.column.ColumnWriteStore;
import org.apache.parquet.column.ColumnWriter;
import org.apache.parquet.column.ParquetProperties;
import org.apache.parquet.compression.CompressionCodecFactory.BytesInputCompressor;
import org.apache.parquet.hadoop.ColumnChunkPageWriteStore;
import org.apache.parquet.hadoop.ParquetFileWriter;
import org.apache.parquet.hadoop.metadata.CompressionCodecName;
import org.apache.parquet.io.OutputFile;
import org.apache.parquet.io.PositionOutputStream;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.List;
import java.util.Map;

/**
 * parquet-java writing the columns of parts, in one thread and without anything around it: no
 * record model, no statistics, no checksums, no conversion of values. Its pages are those of its
 * version 1, whose values are PLAIN or use a dictionary, as ours do.
 */
final class ParquetJavaRun {
    private static final int PAGE_BYTES = 1 << 20;

    private final StoredColumns columns;
    private final ParquetProperties properties;
    private final Compressor compressor;

    ParquetJavaRun(StoredColumns columns, String compression, boolean dictionary) {
        this.columns = columns;
        this.properties =
                ParquetProperties.builder()
                        .withWriterVersion(ParquetProperties.WriterVersion.PARQUET_1_0)
                        .withDictionaryEncoding(dictionary)
                        .withPageSize(PAGE_BYTES)
                        .withStatisticsEnabled(false)
                        .withPageWriteChecksumEnabled(false)
                        .build();
        this.compressor =
                switch (compression) {
                    case "none" -> new Compressor(0);
                    case "zstd-1" -> new Compressor(1);
                    default -> throw new IllegalArgumentException("compression " + compression);
                };
    }

    /** Writes all rows, as files of so many rows, and returns how many bytes they have. */
    long write(int rowsPerFile) throws IOException {
        int rows = rows();
        long bytes = 0;
        for (int from = 0; from < rows; from += rowsPerFile) {
            bytes += writeFile(from, Math.min(rows, from + rowsPerFile));
        }
        return bytes;
    }

    private int rows() {
        return ((StoredLeaf.Longs) columns.leaves().get(0)).values().length;
    }

    private int writeFile(int from, int to) throws IOException {
        InMemory memory = new InMemory();
        ParquetFileWriter file =
                new ParquetFileWriter(
                        memory,
                        columns.schema(),
                        ParquetFileWriter.Mode.CREATE,
                        Long.MAX_VALUE,
                        0,
                        64,
                        64,
                        false);
        file.start();
        file.startBlock(to - from);
        try (ColumnChunkPageWriteStore pages =
                new ColumnChunkPageWriteStore(
                        compressor, columns.schema(), new HeapByteBufferAllocator(), 64, false)) {
            ColumnWriteStore store = properties.newColumnWriteStore(columns.schema(), pages);
            writeRows(store, from, to);
            store.flush();
            pages.flushToFileWriter(file);
            store.close();
        }
        file.endBlock();
        file.end(Map.of());
        return memory.bytes.size();
    }

    private void writeRows(ColumnWriteStore store, int from, int to) {
        List<ColumnDescriptor> descriptors = columns.schema().getColumns();
        ColumnWriter[] writers = new ColumnWriter[descriptors.size()];
        for (int i = 0; i < writers.length; i++) {
            writers[i] = store.getColumnWriter(descriptors.get(i));
        }
        StoredLeaf[] leaves = columns.leaves().toArray(StoredLeaf[]::new);
        for (int row = from; row < to; row++) {
            for (int i = 0; i < leaves.length; i++) {
                leaves[i].write(row, writers[i]);
            }
            store.endRecord();
        }
    }

    /** Compresses pages with zstd, or not at all at level 0. */
    private static final class Compressor implements BytesInputCompressor {
        private final int level;
        private final Page page = new Page();

        Compressor(int level) {
            this.level = level;
        }

        @Override
        public BytesInput compress(BytesInput bytes) throws IOException {
            if (level == 0) {
                return bytes;
            }
            page.reset();
            bytes.writeAllTo(page);
            byte[] target = new byte[(int) Zstd.compressBound(page.size())];
            long size =
                    Zstd.compressByteArray(
                            target, 0, target.length, page.array(), 0, page.size(), level);
            return BytesInput.from(target, 0, Math.toIntExact(size));
        }

        @Override
        public CompressionCodecName getCodecName() {
            return level == 0 ? CompressionCodecName.UNCOMPRESSED : CompressionCodecName.ZSTD;
        }

        @Override
        public void release() {}
    }

    /** A page on its way to the compressor. */
    private static final class Page extends ByteArrayOutputStream {
        byte[] array() {
            return buf;
        }
    }

    private static final class InMemory implements OutputFile {
        final ByteArrayOutputStream bytes = new ByteArrayOutputStream(1 << 20);

        @Override
        public PositionOutputStream create(long blockSizeHint) {
            return new PositionOutputStream() {
                @Override
                public long getPos() {
                    return bytes.size();
                }

                @Override
                public void write(int value) {
                    bytes.write(value);
                }

                @Override
                public void write(byte[] source, int offset, int length) {
                    bytes.write(source, offset, length);
                }
            };
        }

        @Override
        public PositionOutputStream createOrOverwrite(long blockSizeHint) {
            return create(blockSizeHint);
        }

        @Override
        public boolean supportsBlockSize() {
            return false;
        }

        @Override
        public long defaultBlockSize() {
            return 0;
        }
    }
}
