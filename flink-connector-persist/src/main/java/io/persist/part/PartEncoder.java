package io.persist.part;

import io.persist.codec.Bytes;
import io.persist.frontier.Description;
import io.persist.part.PartFooter.Layout;
import io.persist.part.parquet.ParquetWriter;

import java.util.ArrayList;
import java.util.List;

/**
 * Encodes a part as a Parquet object while its updates come in, piece by piece; nothing of a piece
 * is kept but its encoded form. The same updates give the same rows however they are cut; the same
 * pieces give the same bytes. One thread at a time; the caller closes it.
 */
public final class PartEncoder implements AutoCloseable {
    private final PartFormat format;
    private final Description desc;
    private final ParquetWriter writer;
    private long count;
    private PartRules.RowBytes rowBytes = PartRules.RowBytes.NONE;

    /**
     * @param desc goes into the part, and is obeyed by the updates
     * @throws IllegalStateException if the library for the compression is missing
     */
    public PartEncoder(PartFormat format, Description desc, ParquetSettings settings) {
        this.format = format;
        this.desc = desc;
        this.writer =
                settings.dictionary()
                        ? ParquetWriter.dictionary(settings.compression().pageCodec())
                        : ParquetWriter.plain(settings.compression().pageCodec());
    }

    /**
     * Adds updates, which hold the columns that the format asks for; does not close them. After an
     * exception the encoder can only be closed.
     *
     * @param expectedCount of updates in the whole part, roughly; the first piece stands for all
     *     when it is decided how columns are encoded
     * @throws IllegalArgumentException if the updates are not as said, do not obey the description,
     *     or are too large for a part
     */
    public void add(Updates updates, long expectedCount) {
        if (updates.count() == 0) {
            return;
        }
        PartRules.checkWritable(updates, format, desc, count);
        count += updates.count();
        rowBytes = rowBytes.plus(PartRules.rowBytes(updates));
        PartRules.checkSize(format, count, rowBytes);
        writer.append(columns(updates), expectedCount);
    }

    private List<ParquetWriter.Column> columns(Updates updates) {
        Updates.RowColumns rows = format == PartFormat.STRUCTURED ? null : updates.rows();
        Updates.StructuredColumns structured =
                format == PartFormat.ROW ? null : updates.structured();
        List<ParquetWriter.Column> columns = new ArrayList<>();
        if (rows != null) {
            columns.add(new ParquetWriter.Column("k", rows.keys()));
            columns.add(new ParquetWriter.Column("v", rows.vals()));
        }
        columns.add(new ParquetWriter.Column("t", updates.times()));
        columns.add(new ParquetWriter.Column("d", updates.diffs()));
        if (structured != null) {
            columns.add(new ParquetWriter.Column("k_s", structured.keys()));
            columns.add(new ParquetWriter.Column("v_s", structured.vals()));
        }
        return columns;
    }

    /** How many updates there are up to now. */
    public long count() {
        return count;
    }

    /**
     * The part. It may lie in many pieces of memory.
     *
     * @throws IllegalArgumentException if there are no updates, or too many bytes
     */
    public Bytes finish(long index) {
        if (count == 0) {
            throw new IllegalArgumentException("a part without updates must not be written");
        }
        Layout layout =
                switch (format) {
                    case ROW -> Layout.ROW;
                    case BOTH -> Layout.BOTH;
                    case STRUCTURED -> Layout.STRUCTURED;
                };
        String footer = PartFooterEncoding.encode(new PartFooter(layout, desc, index));
        return writer.finish(List.of(new ParquetWriter.Metadata(PartFooterEncoding.KEY, footer)));
    }

    /** Idempotent. */
    @Override
    public void close() {
        writer.close();
    }
}
