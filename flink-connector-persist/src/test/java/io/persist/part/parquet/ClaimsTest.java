package io.persist.part.parquet;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.persist.codec.Bytes;
import io.persist.codec.CorruptDataException;

import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.RootAllocator;
import org.apache.arrow.vector.BigIntVector;
import org.apache.arrow.vector.VarBinaryVector;
import org.apache.parquet.format.CompressionCodec;
import org.apache.parquet.format.FileMetaData;
import org.apache.parquet.format.Util;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

import java.util.List;
import java.util.function.Consumer;

/** Small files that claim to be large. */
class ClaimsTest {
    private static final PageCodec NONE = new PageCodec(CompressionCodec.UNCOMPRESSED, 0);

    private final BufferAllocator allocator = new RootAllocator(32 << 20);

    @AfterEach
    void everythingIsClosed() {
        allocator.close();
    }

    @Test
    void rowsBeyondWhatTheFileCanHoldAreRefused() throws Exception {
        for (long rows : new long[] {-1, 0, 1 << 27, 1L << 40, Long.MAX_VALUE}) {
            Bytes file =
                    edited(
                            footer -> {
                                footer.setNum_rows(rows);
                                footer.getRow_groups().get(0).setNum_rows(rows);
                                footer.getRow_groups()
                                        .get(0)
                                        .getColumns()
                                        .forEach(c -> c.getMeta_data().setNum_values(rows));
                            });
            assertThatThrownBy(() -> ParquetReader.open(file))
                    .isInstanceOf(CorruptDataException.class)
                    .hasMessageContaining("rows");
        }
    }

    /** Found by the damaged parts of {@code RandomPartsTest}. */
    @Test
    void aBlockThatIsNoneOfNoBytesIsRefused() {
        Slice block = new Slice(new byte[] {7, 7, 7}, 0, 3, "page");
        assertThatThrownBy(() -> PageDecompressor.decompress(CompressionCodec.LZ4_RAW, block, 0))
                .isInstanceOf(CorruptDataException.class)
                .hasMessageContaining("expected 0 bytes of LZ4_RAW");
    }

    @Test
    void rowsThatThePagesDoNotHaveAreRefused() throws Exception {
        Bytes file =
                edited(
                        footer -> {
                            footer.setNum_rows(5);
                            footer.getRow_groups().get(0).setNum_rows(5);
                            footer.getRow_groups()
                                    .get(0)
                                    .getColumns()
                                    .forEach(c -> c.getMeta_data().setNum_values(5));
                        });
        ParquetReader reader = ParquetReader.open(file);
        assertThatThrownBy(() -> reader.read(0, allocator))
                .isInstanceOf(CorruptDataException.class)
                .hasMessageContaining("expected 5 values in the pages, found 2");
    }

    @Test
    void chunksThatShareBytesOrLeaveTheFileAreRefused() throws Exception {
        for (long offset : new long[] {-1, 0, 3, 5, 1 << 20, Long.MAX_VALUE}) {
            Bytes file =
                    edited(
                            footer ->
                                    footer.getRow_groups()
                                            .get(0)
                                            .getColumns()
                                            .get(1)
                                            .getMeta_data()
                                            .setData_page_offset(offset));
            assertThatThrownBy(() -> ParquetReader.open(file))
                    .isInstanceOf(CorruptDataException.class)
                    .hasMessageContaining("offsets");
        }
    }

    @Test
    void encryptedAndSplitFilesAreRefused() throws Exception {
        Bytes file =
                edited(
                        footer ->
                                footer.getRow_groups()
                                        .get(0)
                                        .getColumns()
                                        .get(0)
                                        .setFile_path("other"));
        assertThatThrownBy(() -> ParquetReader.open(file))
                .isInstanceOf(CorruptDataException.class)
                .hasMessageContaining("in this file");
    }

    /** The page header claims a gigabyte of each codec from ten bytes. */
    @Test
    void pagesBeyondWhatTheirBytesCanHoldAreRefused() {
        for (CompressionCodec codec : CompressionCodec.values()) {
            Slice body = new Slice(new byte[10], 0, 10, "here");
            assertThatThrownBy(() -> PageDecompressor.decompress(codec, body, 1 << 30))
                    .as(codec.name())
                    .isInstanceOf(CorruptDataException.class);
        }
    }

    @Test
    void valuesBeyondTheRowsAreRefused() throws Exception {
        Bytes file =
                edited(
                        footer ->
                                footer.getRow_groups()
                                        .get(0)
                                        .getColumns()
                                        .get(0)
                                        .getMeta_data()
                                        .setNum_values(1 << 30));
        ParquetReader reader = ParquetReader.open(file);
        assertThatThrownBy(() -> reader.read(0, allocator))
                .isInstanceOf(CorruptDataException.class)
                .hasMessageContaining("values");
    }

    /** A file of two rows and two columns with another footer. */
    private Bytes edited(Consumer<FileMetaData> edit) throws Exception {
        Bytes file;
        try (BigIntVector numbers = new BigIntVector("n", allocator);
                VarBinaryVector texts = new VarBinaryVector("s", allocator)) {
            numbers.allocateNew(2);
            texts.allocateNew();
            for (int i = 0; i < 2; i++) {
                numbers.set(i, i);
                texts.setSafe(i, new byte[] {(byte) i});
            }
            numbers.setValueCount(2);
            texts.setValueCount(2);
            file =
                    ParquetWriter.plain(NONE)
                            .write(
                                    List.of(
                                            new ParquetWriter.Column("n", numbers),
                                            new ParquetWriter.Column("s", texts)),
                                    List.of());
        }
        Slice footer = ForeignFilesTest.footer(file);
        int start = footer.position();
        FileMetaData meta = ThriftReader.footer(footer);
        meta.unsetKey_value_metadata();
        edit.accept(meta);
        ByteSink out = new ByteSink(64);
        out.write(file.toArray(), 0, start);
        Util.writeFileMetaData(meta, out);
        out.writeInt(out.size() - start);
        out.write(ParquetWriter.MAGIC, 0, 4);
        return Bytes.takeArray(out.array(), 0, out.size());
    }
}
