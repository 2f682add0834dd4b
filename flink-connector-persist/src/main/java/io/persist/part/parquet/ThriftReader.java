package io.persist.part.parquet;

import io.persist.codec.CorruptDataException;

import org.apache.parquet.format.FileMetaData;
import org.apache.parquet.format.PageHeader;

import shaded.parquet.org.apache.thrift.TBase;
import shaded.parquet.org.apache.thrift.TConfiguration;
import shaded.parquet.org.apache.thrift.TException;
import shaded.parquet.org.apache.thrift.protocol.TCompactProtocol;
import shaded.parquet.org.apache.thrift.transport.TIOStreamTransport;

import java.io.ByteArrayInputStream;

/** Reads the Thrift structures of a file, which may claim no more than the bytes that are there. */
final class ThriftReader {
    private ThriftReader() {}

    static FileMetaData footer(Slice in) throws CorruptDataException {
        FileMetaData footer = new FileMetaData();
        read(footer, in, "a file footer");
        if (in.remaining() > 0) {
            throw in.corrupt("the end of the footer", in.remaining() + " more bytes");
        }
        return footer;
    }

    static PageHeader pageHeader(Slice in) throws CorruptDataException {
        PageHeader header = new PageHeader();
        read(header, in, "a page header");
        return header;
    }

    private static void read(TBase<?, ?> struct, Slice in, String what)
            throws CorruptDataException {
        int size = in.remaining();
        ByteArrayInputStream stream = new ByteArrayInputStream(in.array(), in.position(), size);
        TConfiguration limits =
                TConfiguration.custom().setMaxMessageSize(Math.max(1, size)).build();
        try {
            struct.read(new TCompactProtocol(new TIOStreamTransport(limits, stream), size, size));
        } catch (TException e) {
            throw in.corrupt(what, "nonsense (" + e.getMessage() + ")", e);
        } catch (StackOverflowError e) {
            // Unknown fields are skipped recursively, and nonsense may nest them without end.
            throw in.corrupt(what, "structures nested too deeply");
        }
        in.skip(size - stream.available(), what);
    }
}
