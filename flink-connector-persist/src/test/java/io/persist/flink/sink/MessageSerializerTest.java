package io.persist.flink.sink;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.persist.codec.Bytes;
import io.persist.shard.WriterLine;
import io.persist.state.ChainPosition;
import io.persist.state.WriterId;

import org.apache.flink.core.io.SimpleVersionedSerializer;
import org.junit.jupiter.api.Test;

import java.io.IOException;
import java.util.HexFormat;
import java.util.List;
import java.util.UUID;

/** The bytes are kept in Flink snapshots: they must not change. */
class MessageSerializerTest {
    private static final ChainPosition POSITION =
            new ChainPosition("orders", new WriterId(new UUID(1, 2)), 3, 4);
    private static final String POSITION_HEX =
            "0a066f7264657273122577"
                    + "30303030303030302d303030302d303030312d303030302d303030303030303030303032"
                    + "18032004";
    private static final WriterLine LINE = new WriterLine(0x01020304, 5);
    private static final String LINE_HEX = "0d040302011005";

    private static <T> void assertFixed(
            SimpleVersionedSerializer<T> serializer, T message, String hex) throws IOException {
        byte[] bytes = serializer.serialize(message);
        assertThat(HexFormat.of().formatHex(bytes)).isEqualTo(hex);
        assertThat(serializer.deserialize(1, bytes)).isEqualTo(message);
    }

    @Test
    void sealerState() throws IOException {
        assertFixed(MessageSerializer.positions(), POSITION, POSITION_HEX);
    }

    @Test
    void writerState() throws IOException {
        assertFixed(MessageSerializer.lines(), LINE, LINE_HEX);
    }

    @Test
    void writerResults() throws IOException {
        assertFixed(
                MessageSerializer.writerResults(),
                new WriterResult(Bytes.fromHex("abcd"), new UUID(1, 2), 300, 4000, List.of(LINE)),
                "0a02abcd"
                        + "121000000000000000010000000000000002"
                        + "18ac0220a01f"
                        + "2a07"
                        + LINE_HEX);
    }

    @Test
    void sealedCommits() throws IOException {
        assertFixed(
                MessageSerializer.sealedCommits(),
                new SealedCommit(
                        POSITION,
                        List.of(Bytes.fromHex("ab"), Bytes.fromHex("cd")),
                        List.of(LINE),
                        300,
                        4000,
                        -2,
                        "job",
                        7),
                "0a33"
                        + POSITION_HEX
                        + "1201ab1201cd"
                        + "1a07"
                        + LINE_HEX
                        + "20ac0228a01f30033a036a6f624007");
    }

    @Test
    void newerVersionIsRefusedByName() {
        assertThatThrownBy(() -> MessageSerializer.sealedCommits().deserialize(2, new byte[0]))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("sealed commit of version 2")
                .hasMessageContaining("newer build");
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
