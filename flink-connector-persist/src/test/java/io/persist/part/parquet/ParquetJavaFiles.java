package io.persist.part.parquet;

import io.persist.codec.Bytes;

import org.apache.parquet.bytes.BytesInput;
import org.apache.parquet.bytes.HeapByteBufferAllocator;
import org.apache.parquet.column.ColumnWriteStore;
import org.apache.parquet.column.ParquetProperties;
import org.apache.parquet.compression.CompressionCodecFactory.BytesInputCompressor;
import org.apache.parquet.example.data.Group;
import org.apache.parquet.example.data.GroupWriter;
import org.apache.parquet.format.CompressionCodec;
import org.apache.parquet.hadoop.ColumnChunkPageWriteStore;
import org.apache.parquet.hadoop.ParquetFileWriter;
import org.apache.parquet.hadoop.metadata.CompressionCodecName;
import org.apache.parquet.io.ColumnIOFactory;
import org.apache.parquet.io.MessageColumnIO;
import org.apache.parquet.io.OutputFile;
import org.apache.parquet.io.PositionOutputStream;
import org.apache.parquet.io.api.RecordConsumer;
import org.apache.parquet.schema.MessageType;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.List;
import java.util.Map;

/** Files written row by row with parquet-java. */
public final class ParquetJavaFiles {
    private ParquetJavaFiles() {}

    /** Writes each list of rows as a row group. */
    public static Bytes write(
            MessageType schema,
            List<List<Group>> rowGroups,
            ParquetProperties properties,
            PageCodec codec,
            Map<String, String> metadata)
            throws IOException {
        InMemory memory = new InMemory();
        ParquetFileWriter file =
                new ParquetFileWriter(
                        memory,
                        schema,
                        ParquetFileWriter.Mode.CREATE,
                        Long.MAX_VALUE,
                        0,
                        64,
                        64,
                        properties.getPageWriteChecksumEnabled());
        file.start();
        for (List<Group> rows : rowGroups) {
            file.startBlock(rows.size());
            writeRows(schema, rows, properties, codec, file);
            file.endBlock();
        }
        file.end(metadata);
        return Bytes.takeArray(memory.bytes.toByteArray());
    }

    private static void writeRows(
            MessageType schema,
            List<Group> rows,
            ParquetProperties properties,
            PageCodec codec,
            ParquetFileWriter file)
            throws IOException {
        try (ColumnChunkPageWriteStore pages =
                new ColumnChunkPageWriteStore(
                        new OurCompressor(codec),
                        schema,
                        new HeapByteBufferAllocator(),
                        64,
                        properties.getPageWriteChecksumEnabled())) {
            ColumnWriteStore columns = properties.newColumnWriteStore(schema, pages);
            MessageColumnIO io = new ColumnIOFactory(true).getColumnIO(schema);
            RecordConsumer consumer = io.getRecordWriter(columns);
            rows.forEach(new GroupWriter(consumer, schema)::write);
            consumer.flush();
            columns.flush();
            pages.flushToFileWriter(file);
            columns.close();
        }
    }

    private record OurCompressor(PageCodec codec) implements BytesInputCompressor {
        @Override
        public BytesInput compress(BytesInput bytes) throws IOException {
            ByteSink out = new ByteSink(16);
            byte[] page = bytes.toInputStream().readAllBytes();
            PageCompressor.of(codec).compress(page, 0, page.length, out);
            return BytesInput.from(out.array(), 0, out.size());
        }

        @Override
        public CompressionCodecName getCodecName() {
            return codec.codec() == CompressionCodec.UNCOMPRESSED
                    ? CompressionCodecName.UNCOMPRESSED
                    : CompressionCodecName.valueOf(codec.codec().name());
        }

        @Override
        public void release() {}
    }

    private static final class InMemory implements OutputFile {
        final ByteArrayOutputStream bytes = new ByteArrayOutputStream();

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
