package io.persist.state.encoding;

import static io.persist.state.States.changed;
import static io.persist.state.spine.Batches.batch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;

import io.persist.codec.Bytes;
import io.persist.codec.CorruptDataException;
import io.persist.frontier.Antichain;
import io.persist.state.Appends;
import io.persist.state.FieldDiff;
import io.persist.state.HandleDebug;
import io.persist.state.HollowRollup;
import io.persist.state.IdempotencyToken;
import io.persist.state.State;
import io.persist.state.StateDiff;
import io.persist.state.States;
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

import org.junit.jupiter.api.Test;

import java.util.List;

class StateDiffEncodingTest {
    private static final String ROLLUP = "/r11111111-2222-3333-4444-555555555555";
    private static final String ROLLUP_HEX =
            "2f7231313131313131312d323232322d333333332d343434342d353535353535353535353535";
    private static final WriterId WRITER = WriterId.parse("w66666666-7777-8888-9999-aaaaaaaaaaaa");
    private static final String EMPTY_BATCH = "0a0f0a030a010012030a01051a030a0100";

    @Test
    void scalarsAreMessages() {
        assertSlice(SliceEncoding.SEQNO, new SeqNo(0), "");
        assertSlice(SliceEncoding.SEQNO, new SeqNo(1), "0801");
        assertSlice(SliceEncoding.SEQNO, new SeqNo(300), "08ac02");
        assertSlice(SliceEncoding.STRING, "ab", "0a026162");
        assertSlice(SliceEncoding.STRING, "", "");
        assertSlice(SliceEncoding.ANTICHAIN, Antichain.of(0), "0a0100");
        assertSlice(SliceEncoding.ANTICHAIN, Antichain.of(5), "0a0105");
        assertSlice(SliceEncoding.ANTICHAIN, Antichain.empty(), "");
        assertSlice(SliceEncoding.ANTICHAIN, Antichain.of(1L << 63), "0a0a80808080808080808001");
        assertSlice(SliceEncoding.ANTICHAIN, Antichain.of(-1), "0a0affffffffffffffffff01");
        assertSlice(SliceEncoding.SPINE_ID, new SpineId(0, 1), "1001");
        assertSlice(SliceEncoding.HOLLOW_BATCH, batch(0, 5, 0), EMPTY_BATCH);
        assertSlice(
                SliceEncoding.SPINE_BATCH,
                new FlatTrace.Spine(
                        0,
                        batch(0, 5, 0).desc(),
                        List.of(new SpineId(0, 1)),
                        List.of(batch(0, 5, 0).desc())),
                "120f0a030a010012030a01051a030a01001a021001220f0a030a010012030a01051a030a0100");
    }

    @Test
    void firstEntryIsTheKnownBytes() throws Exception {
        String first128 =
                "0a07302e3132382e30"
                        + ("180122287631" + ROLLUP_HEX)
                        + "2a380a01081201001a02022a222c08010a287631"
                        + ROLLUP_HEX
                        + "3081d095ffbc31";
        assertFirst(new RollupKey("v1" + ROLLUP), "0.128.0", first128, 118);
        String first26 =
                "0a0632362e302e30"
                        + ("22287630" + ROLLUP_HEX)
                        + "2a360a01081201001a02002a222a0a287630"
                        + ROLLUP_HEX
                        + "3081d095ffbc31";
        assertFirst(new RollupKey("v0" + ROLLUP), "26.0.0", first26, 113);
    }

    private static void assertFirst(RollupKey rollup, String label, String hex, int length)
            throws Exception {
        State state =
                State.initial(States.SHARD, States.CODECS, rollup, label, "h", 1700000000001L);
        Bytes bytes = StateDiffEncoding.encode(StateDiff.initial(state));
        assertThat(bytes.hex()).isEqualTo(hex);
        assertThat(bytes.length()).isEqualTo(length);
        assertThat(StateDiffEncoding.decode(bytes)).isEqualTo(StateDiff.initial(state));
        StateDiffEncoding.Header header = StateDiffEncoding.decodeHeader(bytes);
        assertThat(header.latestRollup()).isEqualTo(rollup);
        assertThat(header.from()).isEqualTo(new SeqNo(0));
        assertThat(header.to()).isEqualTo(rollup.seqno());
    }

    @Test
    void entriesOfAppendsAreTheKnownBytes() throws Exception {
        State empty = States.p128();
        Appends.Writer writer =
                new Appends.Writer(
                        WRITER, IdempotencyToken.SENTINEL, HandleDebug.NONE, 1_000, 2_000);
        State one = appended(empty, 0, 5, writer);
        ProtoStateFieldDiffs first = columns(StateDiff.between(empty, one));
        assertThat(first.getFieldsValueList()).containsExactly(3, 5, 10);
        assertThat(first.getDiffTypesValueList()).containsExactly(0, 0, 0);
        int writerBytes = SliceEncoding.WRITER.encode(one.writers().get(WRITER)).size();
        assertThat(first.getDataLensList())
                .containsExactly(39L, (long) writerBytes, 17L, 0L, 2L, 38L);
        assertThat(first.getDataBytes().substring(39 + writerBytes, 39 + writerBytes + 17))
                .isEqualTo(SliceEncoding.bytes(Bytes.fromHex(EMPTY_BATCH)));

        State two = appended(one, 5, 9, writer);
        StateDiff.Changes second = StateDiff.between(one, two).changes();
        assertThat(second.legacyBatches())
                .extracting(FieldDiff::key)
                .containsExactly(batch(0, 5, 0), batch(0, 9, 0));
        assertThat(second.legacyBatches().get(0)).isInstanceOf(FieldDiff.Delete.class);
        assertThat(second.spineBatches())
                .extracting(FieldDiff::key)
                .containsExactly(new SpineId(0, 1), new SpineId(0, 2));
        assertThat(second.writers())
                .singleElement()
                .isInstanceOfSatisfying(FieldDiff.Update.class, u -> {});
    }

    private static State appended(State state, long lower, long upper, Appends.Writer writer) {
        Appends.Writer next =
                new Appends.Writer(
                        writer.id(),
                        States.token(upper),
                        writer.debug(),
                        writer.nowMillis(),
                        writer.leaseMillis());
        State successor = state.successor("host", 2_000);
        return changed(Appends.compareAndAppend(successor, batch(lower, upper, 0), next, 1 << 20));
    }

    @Test
    void deprecatedRollupsAreReadAsRollups() throws Exception {
        ByteString data =
                SliceEncoding.SEQNO
                        .encode(new SeqNo(7))
                        .concat(SliceEncoding.STRING.encode("v7/r"));
        StateDiff diff =
                decode(
                        ProtoStateFieldDiffs.newBuilder()
                                .addFields(ProtoStateField.DEPRECATED_ROLLUPS)
                                .addDiffTypes(ProtoStateFieldDiffType.INSERT)
                                .addDataLens(2)
                                .addDataLens(6)
                                .setDataBytes(data));
        assertThat(diff.changes().rollups())
                .containsExactly(
                        new FieldDiff.Insert<>(
                                new SeqNo(7),
                                new HollowRollup(new RollupKey("v7/r"), null, Bytes.EMPTY)));
    }

    @Test
    void unknownCollectionNamesTheNewerVersion() {
        assertThatThrownBy(
                        () ->
                                decode(
                                        ProtoStateFieldDiffs.newBuilder()
                                                .addFieldsValue(15)
                                                .addDiffTypesValue(0)))
                .isInstanceOfSatisfying(
                        NewerVersionException.class,
                        e -> {
                            assertThat(e.field()).isEqualTo(15);
                            assertThat(e.applierVersion()).isEqualTo("99.0.0");
                        })
                .hasMessageContaining("newer version");
    }

    @Test
    void inconsistentColumnsAreCorrupt() {
        ProtoStateFieldDiffs good =
                columns(StateDiff.between(States.p26(), hostname(States.p26(), "x")));
        assertCorrupt(good.toBuilder().clearDiffTypes(), "diff types");
        assertCorrupt(good.toBuilder().addDataLens(0), "changes end at slice");
        assertCorrupt(
                good.toBuilder()
                        .setDataBytes(good.getDataBytes().concat(ByteString.copyFromUtf8("x"))),
                "changes end at slice");
        assertCorrupt(good.toBuilder().clearDataLens(), "slices, expected more");
        assertCorrupt(good.toBuilder().setDataLens(1, 1000), "are left");
        assertCorrupt(good.toBuilder().setDataLens(1, -1), "are left");
        assertCorrupt(good.toBuilder().clearDiffTypes().addDiffTypesValue(3), "diff type 3");
    }

    @Test
    void defaultsOfOldEntriesAreFilledIn() throws Exception {
        WriterState writer = SliceEncoding.WRITER.decode(ByteString.EMPTY);
        assertThat(writer.token()).isEqualTo(IdempotencyToken.SENTINEL);
        assertThat(writer.upper()).isEqualTo(Antichain.minimum());
        assertThat(writer.debug()).isEqualTo(HandleDebug.NONE);
        assertThat(
                        SliceEncoding.LEASED_READER
                                .decode(SliceEncoding.bytes(Bytes.fromHex("0a030a0100")))
                                .leaseMillis())
                .isEqualTo(900_000);
        assertThatThrownBy(() -> SliceEncoding.LEASED_READER.decode(ByteString.EMPTY))
                .isInstanceOf(CorruptDataException.class)
                .hasMessageContaining("without since");
    }

    private static State hostname(State state, String hostname) {
        return state.successor(hostname, 0);
    }

    private static ProtoStateFieldDiffs columns(StateDiff diff) {
        try {
            return ProtoStateDiff.parseFrom(StateDiffEncoding.encode(diff).toArray())
                    .getFieldDiffs();
        } catch (com.google.protobuf.InvalidProtocolBufferException e) {
            throw new AssertionError(e);
        }
    }

    private static StateDiff decode(ProtoStateFieldDiffs.Builder columns) throws Exception {
        ProtoStateDiff proto =
                ProtoStateDiff.newBuilder()
                        .setApplierVersion("99.0.0")
                        .setSeqnoTo(1)
                        .setFieldDiffs(columns)
                        .build();
        return StateDiffEncoding.decode(Bytes.takeArray(proto.toByteArray()));
    }

    private static void assertCorrupt(ProtoStateFieldDiffs.Builder columns, String message) {
        assertThatThrownBy(() -> decode(columns))
                .isInstanceOf(CorruptDataException.class)
                .hasMessageContaining(message)
                .hasMessageContaining("v0 to v1");
    }

    private static <V> void assertSlice(SliceEncoding<V> encoding, V value, String hex) {
        ByteString slice = encoding.encode(value);
        assertThat(SliceEncoding.bytes(slice).hex()).isEqualTo(hex);
        try {
            assertThat(encoding.decode(slice)).isEqualTo(value);
        } catch (CorruptDataException e) {
            throw new AssertionError(e);
        }
    }
}
