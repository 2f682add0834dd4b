package io.persist.flink.sink;

import io.persist.codec.CorruptDataException;
import io.persist.shard.WriterLine;
import io.persist.state.ChainPosition;

import org.apache.flink.core.io.SimpleVersionedSerializer;

import java.io.IOException;
import java.util.function.Function;

/**
 * Flink's view of {@link SinkMessagesEncoding}: version 1 of each message. A later version keeps
 * the decoders of the earlier ones, and their bytes in the test resources.
 */
final class MessageSerializer<T> implements SimpleVersionedSerializer<T> {
    private static final int VERSION = 1;

    private final String what;
    private final Function<T, byte[]> encode;
    private final Decode<T> decode;

    private interface Decode<T> {
        T apply(byte[] bytes) throws CorruptDataException;
    }

    private MessageSerializer(String what, Function<T, byte[]> encode, Decode<T> decode) {
        this.what = what;
        this.encode = encode;
        this.decode = decode;
    }

    static SimpleVersionedSerializer<ChainPosition> positions() {
        return new MessageSerializer<>(
                "sealer state", SinkMessagesEncoding::encode, SinkMessagesEncoding::decodePosition);
    }

    static SimpleVersionedSerializer<WriterLine> lines() {
        return new MessageSerializer<>(
                "writer state", SinkMessagesEncoding::encode, SinkMessagesEncoding::decodeLine);
    }

    static SimpleVersionedSerializer<WriterResult> writerResults() {
        return new MessageSerializer<>(
                "writer result",
                SinkMessagesEncoding::encode,
                SinkMessagesEncoding::decodeWriterResult);
    }

    static SimpleVersionedSerializer<SealedCommit> sealedCommits() {
        return new MessageSerializer<>(
                "sealed commit",
                SinkMessagesEncoding::encode,
                SinkMessagesEncoding::decodeSealedCommit);
    }

    @Override
    public int getVersion() {
        return VERSION;
    }

    @Override
    public byte[] serialize(T message) {
        return encode.apply(message);
    }

    @Override
    public T deserialize(int version, byte[] serialized) throws IOException {
        if (version != VERSION) {
            String why =
                    version > VERSION
                            ? " was written by a newer build of the connector; this one knows"
                                    + " version "
                            : " was never written by the connector; this one knows version ";
            throw new IOException(what + " of version " + version + why + VERSION);
        }
        try {
            return decode.apply(serialized);
        } catch (CorruptDataException e) {
            throw new IOException(e);
        }
    }
}
