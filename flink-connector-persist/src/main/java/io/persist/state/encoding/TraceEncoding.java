package io.persist.state.encoding;

import io.persist.batch.HollowBatch;
import io.persist.batch.HollowBatchEncoding;
import io.persist.batch.proto.ProtoHollowBatch;
import io.persist.codec.CorruptDataException;
import io.persist.frontier.Description;
import io.persist.part.DescriptionEncoding;
import io.persist.part.proto.ProtoU64Description;
import io.persist.state.proto.ProtoCompaction;
import io.persist.state.proto.ProtoIdHollowBatch;
import io.persist.state.proto.ProtoIdMerge;
import io.persist.state.proto.ProtoIdSpineBatch;
import io.persist.state.proto.ProtoMerge;
import io.persist.state.proto.ProtoSpineBatch;
import io.persist.state.proto.ProtoSpineId;
import io.persist.state.proto.ProtoTrace;
import io.persist.state.spine.FlatTrace;
import io.persist.state.spine.HollowBatchOrder;
import io.persist.state.spine.SpineId;

import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.List;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;

/** The flat form of the trace as protobuf. */
final class TraceEncoding {
    private TraceEncoding() {}

    static ProtoTrace toProto(FlatTrace trace) {
        ProtoTrace.Builder proto =
                ProtoTrace.newBuilder().setSince(DescriptionEncoding.toProto(trace.since()));
        trace.legacyBatches()
                .forEach(batch -> proto.addLegacyBatches(HollowBatchEncoding.toProto(batch)));
        trace.hollowBatches()
                .forEach(
                        (id, batch) ->
                                proto.addHollowBatches(
                                        ProtoIdHollowBatch.newBuilder()
                                                .setId(toProto(id))
                                                .setBatch(HollowBatchEncoding.toProto(batch))));
        trace.spineBatches()
                .forEach(
                        (id, batch) ->
                                proto.addSpineBatches(
                                        ProtoIdSpineBatch.newBuilder()
                                                .setId(toProto(id))
                                                .setBatch(toProto(batch))));
        trace.merges()
                .forEach(
                        (id, merge) ->
                                proto.addMerges(
                                        ProtoIdMerge.newBuilder()
                                                .setId(toProto(id))
                                                .setMerge(toProto(merge))));
        return proto.build();
    }

    static FlatTrace fromProto(ProtoTrace proto) throws CorruptDataException {
        DescriptionEncoding.requireKnown(proto);
        SortedSet<HollowBatch> legacy = new TreeSet<>(HollowBatchOrder.INSTANCE);
        for (ProtoHollowBatch batch : proto.getLegacyBatchesList()) {
            legacy.add(HollowBatchEncoding.fromProto(batch));
        }
        SortedMap<SpineId, HollowBatch> hollow = new TreeMap<>();
        for (ProtoIdHollowBatch entry : proto.getHollowBatchesList()) {
            DescriptionEncoding.requireKnown(entry);
            hollow.put(
                    id(entry.hasId(), entry.getId()),
                    HollowBatchEncoding.fromProto(entry.getBatch()));
        }
        SortedMap<SpineId, FlatTrace.Spine> spine = new TreeMap<>();
        for (ProtoIdSpineBatch entry : proto.getSpineBatchesList()) {
            DescriptionEncoding.requireKnown(entry);
            spine.put(id(entry.hasId(), entry.getId()), fromProto(entry.getBatch()));
        }
        SortedMap<SpineId, FlatTrace.Merge> merges = new TreeMap<>();
        for (ProtoIdMerge entry : proto.getMergesList()) {
            DescriptionEncoding.requireKnown(entry);
            merges.put(id(entry.hasId(), entry.getId()), fromProto(entry.getMerge()));
        }
        return new FlatTrace(
                DescriptionEncoding.antichain(
                        SliceEncoding.require(
                                proto.hasSince(), proto.getSince(), "trace", "since")),
                legacy,
                hollow,
                spine,
                merges);
    }

    private static SpineId id(boolean present, ProtoSpineId proto) throws CorruptDataException {
        return fromProto(SliceEncoding.require(present, proto, "entry of the trace", "id"));
    }

    static ProtoSpineId toProto(SpineId id) {
        return ProtoSpineId.newBuilder().setLo(id.lo()).setHi(id.hi()).build();
    }

    static SpineId fromProto(ProtoSpineId proto) throws CorruptDataException {
        DescriptionEncoding.requireKnown(proto);
        return new SpineId(proto.getLo(), proto.getHi());
    }

    static ProtoSpineBatch toProto(FlatTrace.Spine batch) {
        ProtoSpineBatch.Builder proto =
                ProtoSpineBatch.newBuilder()
                        .setLevel(batch.level())
                        .setDesc(DescriptionEncoding.toProto(batch.desc()));
        batch.parts().forEach(id -> proto.addParts(toProto(id)));
        batch.descs().forEach(desc -> proto.addDescs(DescriptionEncoding.toProto(desc)));
        return proto.build();
    }

    static FlatTrace.Spine fromProto(ProtoSpineBatch proto) throws CorruptDataException {
        DescriptionEncoding.requireKnown(proto);
        List<SpineId> parts = new ArrayList<>();
        for (ProtoSpineId id : proto.getPartsList()) {
            parts.add(fromProto(id));
        }
        List<Description> descs = new ArrayList<>();
        for (ProtoU64Description desc : proto.getDescsList()) {
            descs.add(DescriptionEncoding.description(desc));
        }
        return new FlatTrace.Spine(
                proto.getLevel(), DescriptionEncoding.description(proto.getDesc()), parts, descs);
    }

    static ProtoMerge toProto(FlatTrace.Merge merge) {
        ProtoMerge.Builder proto =
                ProtoMerge.newBuilder()
                        .setSince(DescriptionEncoding.toProto(merge.since()))
                        .setRemainingWork(merge.remainingWork());
        Long start = merge.compactionStartMillis();
        if (start != null) {
            proto.setActiveCompaction(ProtoCompaction.newBuilder().setStartMs(start));
        }
        return proto.build();
    }

    static FlatTrace.Merge fromProto(ProtoMerge proto) throws CorruptDataException {
        DescriptionEncoding.requireKnown(proto);
        DescriptionEncoding.requireKnown(proto.getActiveCompaction());
        @Nullable Long start =
                proto.hasActiveCompaction() ? proto.getActiveCompaction().getStartMs() : null;
        return new FlatTrace.Merge(
                DescriptionEncoding.antichain(
                        SliceEncoding.require(
                                proto.hasSince(), proto.getSince(), "merge", "since")),
                proto.getRemainingWork(),
                start);
    }
}
