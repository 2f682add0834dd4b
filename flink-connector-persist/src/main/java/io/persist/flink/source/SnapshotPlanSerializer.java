package io.persist.flink.source;

import org.apache.flink.core.io.SimpleVersionedSerializer;
import org.apache.flink.core.memory.DataInputDeserializer;
import org.apache.flink.core.memory.DataOutputSerializer;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/**
 * Version 1 (the same as of the splits within): whether decided, asOf, number of splits, splits.
 */
final class SnapshotPlanSerializer implements SimpleVersionedSerializer<SnapshotPlan> {
    @Override
    public int getVersion() {
        return SnapshotSplitSerializer.VERSION;
    }

    @Override
    public byte[] serialize(SnapshotPlan plan) throws IOException {
        DataOutputSerializer out = new DataOutputSerializer(128);
        out.writeBoolean(plan.asOf() != null);
        if (plan.asOf() != null) {
            out.writeLong(plan.asOf());
        }
        out.writeInt(plan.pending().size());
        for (SnapshotSplit split : plan.pending()) {
            SnapshotSplitSerializer.write(split, out);
        }
        return out.getCopyOfBuffer();
    }

    @Override
    public SnapshotPlan deserialize(int version, byte[] serialized) throws IOException {
        SnapshotSplitSerializer.checkVersion("enumerator's checkpoint", version);
        DataInputDeserializer in = new DataInputDeserializer(serialized);
        Long asOf = in.readBoolean() ? (Long) in.readLong() : null;
        int count = in.readInt();
        List<SnapshotSplit> pending = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            pending.add(SnapshotSplitSerializer.read(in));
        }
        return new SnapshotPlan(asOf, pending);
    }
}
