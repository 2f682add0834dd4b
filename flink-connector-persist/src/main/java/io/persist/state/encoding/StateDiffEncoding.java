package io.persist.state.encoding;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;

import io.persist.batch.HollowBatch;
import io.persist.codec.Bytes;
import io.persist.codec.CorruptDataException;
import io.persist.codec.SchemaId;
import io.persist.codec.Unit;
import io.persist.frontier.Antichain;
import io.persist.state.ActiveWork;
import io.persist.state.CriticalReaderId;
import io.persist.state.CriticalReaderState;
import io.persist.state.EncodedSchemas;
import io.persist.state.FieldDiff;
import io.persist.state.HollowRollup;
import io.persist.state.LeasedReaderId;
import io.persist.state.LeasedReaderState;
import io.persist.state.StateDiff;
import io.persist.state.WriterId;
import io.persist.state.WriterState;
import io.persist.state.proto.ProtoStateDiff;
import io.persist.state.proto.ProtoStateField;
import io.persist.state.proto.ProtoStateFieldDiffType;
import io.persist.state.proto.ProtoStateFieldDiffs;
import io.persist.state.spine.FlatTrace;
import io.persist.state.spine.SpineId;
import io.persist.store.RollupKey;
import io.persist.store.SeqNo;

import java.util.ArrayList;
import java.util.List;

/**
 * Log entries as protobuf. The changes of all collections are four parallel columns; reading sorts
 * them by collection, writing lists the collections in the order of the peers.
 */
public final class StateDiffEncoding {
    private StateDiffEncoding() {}

    /**
     * What an entry says without its changes: enough to decide whether this build may read it and
     * where to begin loading.
     */
    public record Header(
            String applierVersion,
            SeqNo from,
            SeqNo to,
            RollupKey latestRollup,
            long walltimeMillis) {}

    /** The entry without its changes. */
    public static Header decodeHeader(Bytes entry) throws CorruptDataException {
        return header(parse(entry));
    }

    /**
     * @throws CorruptDataException if it is no entry, or one that peers abort on
     * @throws NewerVersionException if it changes a collection that this build does not know
     */
    public static StateDiff decode(Bytes entry) throws CorruptDataException, NewerVersionException {
        ProtoStateDiff proto = parse(entry);
        Header header = header(proto);
        try {
            return new StateDiff(
                    header.applierVersion(),
                    header.from(),
                    header.to(),
                    header.latestRollup(),
                    header.walltimeMillis(),
                    new Reading(proto.getFieldDiffs(), header.applierVersion()).run(),
                    SliceEncoding.unknown(proto));
        } catch (CorruptDataException e) {
            throw e.in("state diff from " + header.from() + " to " + header.to());
        }
    }

    private static ProtoStateDiff parse(Bytes entry) throws CorruptDataException {
        try {
            return ProtoStateDiff.parseFrom(entry.asByteBuffer());
        } catch (InvalidProtocolBufferException e) {
            throw new CorruptDataException("expected a state diff: " + e.getMessage(), e);
        }
    }

    private static Header header(ProtoStateDiff proto) throws CorruptDataException {
        try {
            return new Header(
                    proto.getApplierVersion(),
                    new SeqNo(proto.getSeqnoFrom()),
                    new SeqNo(proto.getSeqnoTo()),
                    new RollupKey(proto.getLatestRollupKey()),
                    proto.getWalltimeMs());
        } catch (IllegalArgumentException e) {
            throw new CorruptDataException("state diff: " + e.getMessage(), e);
        }
    }

    public static Bytes encode(StateDiff diff) {
        ProtoStateDiff.Builder proto =
                ProtoStateDiff.newBuilder()
                        .setApplierVersion(diff.applierVersion())
                        .setSeqnoFrom(diff.from().value())
                        .setSeqnoTo(diff.to().value())
                        .setLatestRollupKey(diff.latestRollup().text())
                        .setFieldDiffs(toProto(diff.changes()))
                        .setWalltimeMs(diff.walltimeMillis());
        return Bytes.takeArray(SliceEncoding.merge(proto, diff.unknown()).build().toByteArray());
    }

    private static ProtoStateFieldDiffs toProto(StateDiff.Changes changes) {
        Writing columns = new Writing();
        columns.put(ProtoStateField.HOSTNAME, changes.hostname(), UNIT, SliceEncoding.STRING);
        columns.put(ProtoStateField.LAST_GC_REQ, changes.lastGcReq(), UNIT, SliceEncoding.SEQNO);
        columns.put(
                ProtoStateField.ROLLUPS,
                changes.rollups(),
                SliceEncoding.SEQNO,
                SliceEncoding.ROLLUP);
        columns.put(
                ProtoStateField.ACTIVE_ROLLUP,
                changes.activeRollup(),
                UNIT,
                SliceEncoding.ACTIVE_WORK);
        columns.put(ProtoStateField.ACTIVE_GC, changes.activeGc(), UNIT, SliceEncoding.ACTIVE_WORK);
        columns.put(
                ProtoStateField.LEASED_READERS,
                changes.leasedReaders(),
                SliceEncoding.LEASED_READER_ID,
                SliceEncoding.LEASED_READER);
        columns.put(
                ProtoStateField.CRITICAL_READERS,
                changes.criticalReaders(),
                SliceEncoding.CRITICAL_READER_ID,
                SliceEncoding.CRITICAL_READER);
        columns.put(
                ProtoStateField.WRITERS,
                changes.writers(),
                SliceEncoding.WRITER_ID,
                SliceEncoding.WRITER);
        columns.put(
                ProtoStateField.SCHEMAS,
                changes.schemas(),
                SliceEncoding.SCHEMA_ID,
                SliceEncoding.SCHEMAS);
        putTrace(columns, changes);
        return columns.build();
    }

    private static void putTrace(Writing columns, StateDiff.Changes changes) {
        columns.put(ProtoStateField.SINCE, changes.since(), UNIT, SliceEncoding.ANTICHAIN);
        columns.put(
                ProtoStateField.LEGACY_BATCHES,
                changes.legacyBatches(),
                SliceEncoding.HOLLOW_BATCH,
                UNIT);
        columns.put(
                ProtoStateField.HOLLOW_BATCHES,
                changes.hollowBatches(),
                SliceEncoding.SPINE_ID,
                SliceEncoding.HOLLOW_BATCH);
        columns.put(
                ProtoStateField.SPINE_BATCHES,
                changes.spineBatches(),
                SliceEncoding.SPINE_ID,
                SliceEncoding.SPINE_BATCH);
        columns.put(
                ProtoStateField.SPINE_MERGES,
                changes.merges(),
                SliceEncoding.SPINE_ID,
                SliceEncoding.MERGE);
    }

    private static final SliceEncoding<Unit> UNIT = SliceEncoding.UNIT;

    /** Columns under construction. */
    private static final class Writing {
        private final ProtoStateFieldDiffs.Builder proto = ProtoStateFieldDiffs.newBuilder();
        private final ByteString.Output data = ByteString.newOutput();

        <K, V> void put(
                ProtoStateField field,
                List<FieldDiff<K, V>> diffs,
                SliceEncoding<K> keys,
                SliceEncoding<V> values) {
            for (FieldDiff<K, V> diff : diffs) {
                proto.addFields(field);
                V before = diff.before();
                V after = diff.after();
                proto.addDiffTypes(
                        before == null
                                ? ProtoStateFieldDiffType.INSERT
                                : after == null
                                        ? ProtoStateFieldDiffType.DELETE
                                        : ProtoStateFieldDiffType.UPDATE);
                slice(keys.encode(diff.key()));
                if (before != null) {
                    slice(values.encode(before));
                }
                if (after != null) {
                    slice(values.encode(after));
                }
            }
        }

        private void slice(ByteString slice) {
            proto.addDataLens(slice.size());
            try {
                slice.writeTo(data);
            } catch (java.io.IOException e) {
                throw new AssertionError("memory does not fail", e);
            }
        }

        ProtoStateFieldDiffs build() {
            return proto.setDataBytes(data.toByteString()).build();
        }
    }

    /** Columns being read. */
    private static final class Reading {
        private final ProtoStateFieldDiffs proto;
        private final String applierVersion;
        private final List<FieldDiff<Unit, String>> hostname = new ArrayList<>();
        private final List<FieldDiff<Unit, SeqNo>> lastGcReq = new ArrayList<>();
        private final List<FieldDiff<SeqNo, HollowRollup>> rollups = new ArrayList<>();
        private final List<FieldDiff<Unit, ActiveWork>> activeRollup = new ArrayList<>();
        private final List<FieldDiff<Unit, ActiveWork>> activeGc = new ArrayList<>();
        private final List<FieldDiff<LeasedReaderId, LeasedReaderState>> leasedReaders =
                new ArrayList<>();
        private final List<FieldDiff<CriticalReaderId, CriticalReaderState>> criticalReaders =
                new ArrayList<>();
        private final List<FieldDiff<WriterId, WriterState>> writers = new ArrayList<>();
        private final List<FieldDiff<SchemaId, EncodedSchemas>> schemas = new ArrayList<>();
        private final List<FieldDiff<Unit, Antichain>> since = new ArrayList<>();
        private final List<FieldDiff<HollowBatch, Unit>> legacyBatches = new ArrayList<>();
        private final List<FieldDiff<SpineId, HollowBatch>> hollowBatches = new ArrayList<>();
        private final List<FieldDiff<SpineId, FlatTrace.Spine>> spineBatches = new ArrayList<>();
        private final List<FieldDiff<SpineId, FlatTrace.Merge>> merges = new ArrayList<>();
        private int entry;
        private int slice;
        private int offset;

        Reading(ProtoStateFieldDiffs proto, String applierVersion) {
            this.proto = proto;
            this.applierVersion = applierVersion;
        }

        StateDiff.Changes run() throws CorruptDataException, NewerVersionException {
            if (proto.getFieldsCount() != proto.getDiffTypesCount()) {
                throw new CorruptDataException(
                        proto.getFieldsCount()
                                + " fields with "
                                + proto.getDiffTypesCount()
                                + " diff types");
            }
            for (entry = 0; entry < proto.getFieldsCount(); entry++) {
                readEntry();
            }
            if (slice != proto.getDataLensCount() || offset != proto.getDataBytes().size()) {
                throw new CorruptDataException(
                        "changes end at slice "
                                + slice
                                + " and byte "
                                + offset
                                + " of "
                                + proto.getDataLensCount()
                                + " slices and "
                                + proto.getDataBytes().size()
                                + " bytes");
            }
            return new StateDiff.Changes(
                    hostname,
                    lastGcReq,
                    rollups,
                    activeRollup,
                    activeGc,
                    leasedReaders,
                    criticalReaders,
                    writers,
                    schemas,
                    since,
                    legacyBatches,
                    hollowBatches,
                    spineBatches,
                    merges);
        }

        private void readEntry() throws CorruptDataException, NewerVersionException {
            switch (proto.getFields(entry)) {
                case DEPRECATED_ROLLUPS ->
                        read(SliceEncoding.SEQNO, SliceEncoding.DEPRECATED_ROLLUP, rollups);
                case LAST_GC_REQ -> read(UNIT, SliceEncoding.SEQNO, lastGcReq);
                case LEASED_READERS ->
                        read(
                                SliceEncoding.LEASED_READER_ID,
                                SliceEncoding.LEASED_READER,
                                leasedReaders);
                case WRITERS -> read(SliceEncoding.WRITER_ID, SliceEncoding.WRITER, writers);
                case SINCE -> read(UNIT, SliceEncoding.ANTICHAIN, since);
                case LEGACY_BATCHES -> read(SliceEncoding.HOLLOW_BATCH, UNIT, legacyBatches);
                case CRITICAL_READERS ->
                        read(
                                SliceEncoding.CRITICAL_READER_ID,
                                SliceEncoding.CRITICAL_READER,
                                criticalReaders);
                case HOSTNAME -> read(UNIT, SliceEncoding.STRING, hostname);
                case ROLLUPS -> read(SliceEncoding.SEQNO, SliceEncoding.ROLLUP, rollups);
                case HOLLOW_BATCHES ->
                        read(SliceEncoding.SPINE_ID, SliceEncoding.HOLLOW_BATCH, hollowBatches);
                case SPINE_BATCHES ->
                        read(SliceEncoding.SPINE_ID, SliceEncoding.SPINE_BATCH, spineBatches);
                case SPINE_MERGES -> read(SliceEncoding.SPINE_ID, SliceEncoding.MERGE, merges);
                case SCHEMAS -> read(SliceEncoding.SCHEMA_ID, SliceEncoding.SCHEMAS, schemas);
                case ACTIVE_ROLLUP -> read(UNIT, SliceEncoding.ACTIVE_WORK, activeRollup);
                case ACTIVE_GC -> read(UNIT, SliceEncoding.ACTIVE_WORK, activeGc);
                case UNRECOGNIZED ->
                        throw new NewerVersionException(
                                proto.getFieldsValue(entry), applierVersion);
            }
        }

        private <K, V> void read(
                SliceEncoding<K> keys, SliceEncoding<V> values, List<FieldDiff<K, V>> into)
                throws CorruptDataException {
            try {
                K key = keys.decode(next());
                into.add(
                        switch (proto.getDiffTypes(entry)) {
                            case INSERT -> new FieldDiff.Insert<>(key, values.decode(next()));
                            case UPDATE ->
                                    new FieldDiff.Update<>(
                                            key, values.decode(next()), values.decode(next()));
                            case DELETE -> new FieldDiff.Delete<>(key, values.decode(next()));
                            case UNRECOGNIZED ->
                                    throw new CorruptDataException(
                                            "diff type "
                                                    + proto.getDiffTypesValue(entry)
                                                    + ", expected 0 to 2");
                        });
            } catch (CorruptDataException e) {
                throw e.in("change " + entry + " of " + proto.getFields(entry));
            }
        }

        private ByteString next() throws CorruptDataException {
            if (slice >= proto.getDataLensCount()) {
                throw new CorruptDataException(
                        "only " + proto.getDataLensCount() + " slices, expected more");
            }
            long len = proto.getDataLens(slice);
            int left = proto.getDataBytes().size() - offset;
            if (len < 0 || len > left) {
                throw new CorruptDataException(
                        "slice " + slice + " of " + len + " bytes, but only " + left + " are left");
            }
            slice++;
            offset += (int) len;
            return proto.getDataBytes().substring(offset - (int) len, offset);
        }
    }
}
