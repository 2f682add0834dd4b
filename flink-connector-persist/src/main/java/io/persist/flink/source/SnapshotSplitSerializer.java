package io.persist.flink.source;

import io.persist.codec.ShardId;

import org.apache.flink.core.io.SimpleVersionedSerializer;
import org.apache.flink.core.memory.DataInputDeserializer;
import org.apache.flink.core.memory.DataInputView;
import org.apache.flink.core.memory.DataOutputSerializer;
import org.apache.flink.core.memory.DataOutputView;

import java.io.IOException;

/** Version 1: id, shard, asOf, emitted. */
final class SnapshotSplitSerializer implements SimpleVersionedSerializer<SnapshotSplit> {
    static final int VERSION = 1;

    @Override
    public int getVersion() {
        return VERSION;
    }

    @Override
    public byte[] serialize(SnapshotSplit split) throws IOException {
        DataOutputSerializer out = new DataOutputSerializer(128);
        write(split, out);
        return out.getCopyOfBuffer();
    }

    @Override
    public SnapshotSplit deserialize(int version, byte[] serialized) throws IOException {
        checkVersion("split", version);
        return read(new DataInputDeserializer(serialized));
    }

    static void checkVersion(String what, int version) throws IOException {
        if (version != VERSION) {
            throw new IOException(
                    "the "
                            + what
                            + " was written by another release: version "
                            + version
                            + ", expected "
                            + VERSION);
        }
    }

    static void write(SnapshotSplit split, DataOutputView out) throws IOException {
        out.writeUTF(split.id());
        out.writeUTF(split.shard().toString());
        out.writeLong(split.asOf());
        out.writeLong(split.emitted());
    }

    static SnapshotSplit read(DataInputView in) throws IOException {
        String id = in.readUTF();
        ShardId shard = ShardId.parse(in.readUTF());
        return new SnapshotSplit(id, shard, in.readLong(), in.readLong());
    }
}
