package io.persist.flink.sink;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.Message;
import com.google.protobuf.UnknownFieldSet;

import io.persist.codec.Bytes;
import io.persist.flink.sink.proto.ProtoChainPosition;
import io.persist.flink.sink.proto.ProtoSealedCommit;
import io.persist.flink.sink.proto.ProtoWriterLine;
import io.persist.flink.sink.proto.ProtoWriterResult;
import io.persist.shard.WriterLine;
import io.persist.state.ChainPosition;
import io.persist.state.WriterId;

import org.apache.flink.core.io.SimpleVersionedSerializer;
import org.junit.jupiter.api.Test;

import java.io.IOException;
import java.io.InputStream;
import java.util.List;
import java.util.Objects;
import java.util.UUID;

/** The bytes are kept in Flink snapshots: they must not change. */
class MessageSerializerTest {
    private static final ChainPosition POSITION =
            new ChainPosition("orders", new WriterId(new UUID(1, 2)), 3, 4);
    private static final WriterLine LINE = new WriterLine(0x01020304, 5);

    private static final WriterResult RESULT =
            new WriterResult(Bytes.fromHex("abcd"), new UUID(1, 2), 300, 4000, List.of(LINE));
    private static final SealedCommit COMMIT =
            new SealedCommit(
                    POSITION,
                    List.of(Bytes.fromHex("ab"), Bytes.fromHex("cd")),
                    List.of(LINE),
                    300,
                    4000,
                    -2,
                    "job",
                    7,
                    false);

    static SealedCommit commit() {
        return COMMIT;
    }

    private static byte[] golden(int version, String name) throws IOException {
        String path = "/sink/v" + version + "/" + name + ".bin";
        try (InputStream file = MessageSerializerTest.class.getResourceAsStream(path)) {
            return Objects.requireNonNull(file, path).readAllBytes();
        }
    }

    /** What any version has written is read, and this version writes the same bytes for ever. */
    private static <T> void assertGolden(
            SimpleVersionedSerializer<T> serializer, T message, String name) throws IOException {
        for (int version = 1; version <= serializer.getVersion(); version++) {
            assertThat(serializer.deserialize(version, golden(version, name)))
                    .as("%s of version %s", name, version)
                    .isEqualTo(message);
        }
        assertThat(serializer.serialize(message)).isEqualTo(golden(serializer.getVersion(), name));
        assertThatThrownBy(() -> serializer.deserialize(serializer.getVersion() + 1, new byte[0]))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("newer build");
        assertThatThrownBy(() -> serializer.deserialize(0, new byte[0]))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("version 0");
    }

    @Test
    void sealerStateOfEveryVersionIsRead() throws IOException {
        assertGolden(MessageSerializer.positions(), POSITION, "sealer-state");
    }

    @Test
    void writerStateOfEveryVersionIsRead() throws IOException {
        assertGolden(MessageSerializer.lines(), LINE, "writer-state");
    }

    @Test
    void writerResultOfEveryVersionIsRead() throws IOException {
        assertGolden(MessageSerializer.writerResults(), RESULT, "writer-result");
    }

    @Test
    void sealedCommitOfEveryVersionIsRead() throws IOException {
        assertGolden(MessageSerializer.sealedCommits(), COMMIT, "sealed-commit");
    }

    @Test
    void newerVersionIsRefusedByName() {
        assertThatThrownBy(() -> MessageSerializer.sealedCommits().deserialize(2, new byte[0]))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("sealed commit of version 2")
                .hasMessageContaining("newer build");
    }

    /** A field that nobody reads may say what is to be done with the rest. */
    @Test
    void fieldsOfANewerBuildAreRefusedWhereverTheyAre() throws IOException {
        SimpleVersionedSerializer<WriterResult> results = MessageSerializer.writerResults();
        SimpleVersionedSerializer<SealedCommit> commits = MessageSerializer.sealedCommits();
        ProtoChainPosition position =
                ProtoChainPosition.parseFrom(MessageSerializer.positions().serialize(POSITION));
        ProtoWriterLine line = ProtoWriterLine.parseFrom(MessageSerializer.lines().serialize(LINE));
        ProtoWriterResult result = ProtoWriterResult.parseFrom(results.serialize(RESULT));
        ProtoSealedCommit commit = ProtoSealedCommit.parseFrom(commits.serialize(COMMIT));

        assertRefused(MessageSerializer.positions(), later(position));
        assertRefused(MessageSerializer.lines(), later(line));
        assertRefused(results, later(result));
        assertRefused(results, result.toBuilder().addLines(later(line)).build());
        assertRefused(commits, later(commit));
        assertRefused(commits, commit.toBuilder().setPosition(later(position)).build());
        assertRefused(commits, commit.toBuilder().addLines(later(line)).build());
    }

    @SuppressWarnings("unchecked")
    private static <M extends Message> M later(M message) {
        UnknownFieldSet.Field value = UnknownFieldSet.Field.newBuilder().addVarint(1).build();
        return (M)
                message.toBuilder()
                        .setUnknownFields(UnknownFieldSet.newBuilder().addField(77, value).build())
                        .build();
    }

    private static void assertRefused(SimpleVersionedSerializer<?> serializer, Message later) {
        assertThatThrownBy(() -> serializer.deserialize(1, later.toByteArray()))
                .isInstanceOf(IOException.class)
                .hasMessageContainingAll("field 77", "newer version");
    }

    @Test
    void brokenBytesAreRefusedByName() {
        assertThatThrownBy(() -> MessageSerializer.positions().deserialize(1, new byte[] {1}))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("sealer state");
        assertThatThrownBy(() -> MessageSerializer.positions().deserialize(1, new byte[0]))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("sealer state");
        assertThatThrownBy(() -> MessageSerializer.writerResults().deserialize(1, new byte[0]))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("batch id of 0 bytes");
    }
}
