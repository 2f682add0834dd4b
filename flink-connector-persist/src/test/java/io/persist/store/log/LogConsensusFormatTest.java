package io.persist.store.log;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.persist.codec.Bytes;
import io.persist.codec.CorruptDataException;
import io.persist.codec.ShardId;
import io.persist.store.CasResult;
import io.persist.store.SeqNo;
import io.persist.store.StoreException;
import io.persist.store.Versioned;
import io.persist.store.mem.MemObjects;
import io.persist.testing.SeededIds;

import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;

import java.util.List;
import java.util.Map;
import java.util.UUID;

/** The bytes of entries and floors, and what happens when they are not as they should be. */
class LogConsensusFormatTest {
    private static final ShardId SHARD = new ShardId(new UUID(1, 1));
    private static final String ENTRY_KEY = SHARD + "/log/00000000000000000001";
    private static final String FLOOR_KEY = SHARD + "/floor/00000000000000000001";

    // CRC-32C of "123456789" is e3069283 in every catalogue of CRCs.
    private static final Bytes ENTRY =
            Bytes.fromHex(
                    "706c6731"
                            + "000102030405060708090a0b0c0d0e0f"
                            + "839206e3"
                            + "313233343536373839");

    private final MemObjects objects = new MemObjects();
    private final SeededIds ids = new SeededIds(1);

    @Test
    void entryIsMagicAttemptChecksumData() throws CorruptDataException {
        UUID attempt = new UUID(0x0001020304050607L, 0x08090a0b0c0d0e0fL);
        LogEntry entry = new LogEntry(LogEntry.Kind.ENTRY, attempt, Bytes.utf8("123456789"));
        assertThat(entry.encode()).isEqualTo(ENTRY);
        assertThat(LogEntry.decode(ENTRY)).isEqualTo(entry);
    }

    @Test
    void floorIsMagicSeqnoChecksum() throws CorruptDataException {
        Floor floor = new Floor(3, new SeqNo(0x3837363534333231L));
        // CRC-32C of "12345678" is 6087809a.
        Bytes bytes = Bytes.fromHex("706c6631" + "3132333435363738" + "9a808760");
        assertThat(floor.encode()).isEqualTo(bytes);
        assertThat(Floor.decode(3, bytes)).isEqualTo(floor);
    }

    @Test
    void keysAreTwentyDigits() throws StoreException {
        LogConsensus consensus = fill();
        consensus.truncate(SHARD, new SeqNo(1));
        assertThat(objects.list(SHARD + "/log/"))
                .containsExactly("00000000000000000001", "00000000000000000002");
        assertThat(objects.get(FLOOR_KEY)).contains(new Floor(1, new SeqNo(1)).encode());
    }

    @Test
    void corruptEntriesAreReportedByEveryOperationThatReadsThem() throws StoreException {
        Map<Bytes, List<String>> corrupt =
                Map.of(
                        Bytes.EMPTY,
                        List.of("expected at least 24 bytes, found 0"),
                        ENTRY.slice(0, 23),
                        List.of("expected at least 24 bytes, found 23"),
                        ENTRY.slice(0, ENTRY.length() - 1),
                        List.of("expected CRC-32C e3069283 of the 8 data bytes", "found 6087809a"),
                        flipped(ENTRY, 25),
                        List.of("expected CRC-32C e3069283", "found "),
                        flipped(ENTRY, 21),
                        List.of("expected CRC-32C", "found e3069283"),
                        flipped(ENTRY, 0),
                        List.of("expected a log entry (magic 'plg1')", "(716c6731)"));
        for (Map.Entry<Bytes, List<String>> entry : corrupt.entrySet()) {
            fill();
            objects.delete(ENTRY_KEY);
            objects.createIfAbsent(ENTRY_KEY, entry.getKey());
            assertCorrupt(ENTRY_KEY, entry.getValue(), () -> consensus().head(SHARD));
            assertCorrupt(
                    ENTRY_KEY, entry.getValue(), () -> consensus().scan(SHARD, new SeqNo(0), 9));
            assertCorrupt(
                    ENTRY_KEY, entry.getValue(), () -> consensus().truncate(SHARD, new SeqNo(1)));
            assertCorrupt(
                    ENTRY_KEY,
                    entry.getValue(),
                    () -> consensus().compareAndSet(SHARD, new SeqNo(2), entry(3)));
            assertThat(objects.list(SHARD + "/log/")).hasSize(3);
            clear();
        }
    }

    @Test
    void appendThatMeetsACorruptEntryIsInDoubt() throws StoreException {
        LogConsensus consensus = fill();
        objects.createIfAbsent(SHARD + "/log/00000000000000000003", ENTRY.slice(0, 30));
        assertThatThrownBy(() -> consensus.compareAndSet(SHARD, new SeqNo(2), entry(3)))
                .isInstanceOf(StoreException.Indeterminate.class)
                .hasMessageContaining("/log/00000000000000000003")
                .hasRootCauseInstanceOf(CorruptDataException.class);
    }

    @Test
    void corruptFloorsAreReported() throws StoreException {
        Bytes floor = new Floor(1, new SeqNo(2)).encode();
        Bytes negative = new Floor(1, new SeqNo(0)).encode();
        Map<Bytes, List<String>> corrupt =
                Map.of(
                        Bytes.EMPTY,
                        List.of("expected 16 bytes, found 0"),
                        floor.slice(0, 15),
                        List.of("expected 16 bytes, found 15"),
                        flipped(floor, 0),
                        List.of("expected a floor (magic 'plf1')"),
                        flipped(floor, 4),
                        List.of("expected CRC-32C", "found"),
                        flipped(negative, 15),
                        List.of("expected CRC-32C", "found"));
        for (Map.Entry<Bytes, List<String>> entry : corrupt.entrySet()) {
            fill();
            objects.createIfAbsent(FLOOR_KEY, entry.getKey());
            assertCorrupt(FLOOR_KEY, entry.getValue(), () -> consensus().head(SHARD));
            assertCorrupt(
                    FLOOR_KEY, entry.getValue(), () -> consensus().scan(SHARD, new SeqNo(0), 9));
            clear();
        }
    }

    @Test
    void missingEntriesAreReported() throws StoreException {
        LogConsensus consensus = fill();
        objects.delete(ENTRY_KEY);
        assertCorrupt(
                ENTRY_KEY,
                List.of("is missing", "the log goes on to v2"),
                () -> consensus.scan(SHARD, new SeqNo(0), 9));
        consensus.truncate(SHARD, new SeqNo(2));
        objects.delete(SHARD + "/log/00000000000000000002");
        assertCorrupt(
                SHARD + "/log/00000000000000000002",
                List.of("is missing", "it is the floor of the log"),
                () -> consensus().head(SHARD));
    }

    private static void assertCorrupt(String key, List<String> parts, ThrowingCallable call) {
        assertThatThrownBy(call)
                .isInstanceOf(StoreException.Determinate.class)
                .hasMessageContaining(key)
                .hasMessageContainingAll(parts.toArray(String[]::new))
                .hasCauseInstanceOf(CorruptDataException.class);
    }

    private LogConsensus fill() throws StoreException {
        LogConsensus consensus = consensus();
        for (int i = 0; i < 3; i++) {
            assertThat(consensus.compareAndSet(SHARD, i == 0 ? null : new SeqNo(i - 1L), entry(i)))
                    .isEqualTo(CasResult.COMMITTED);
        }
        return consensus;
    }

    private void clear() {
        for (String folder : List.of("/log/", "/floor/")) {
            objects.list(SHARD + folder).forEach(name -> objects.delete(SHARD + folder + name));
        }
    }

    private LogConsensus consensus() {
        return new LogConsensus(objects, ids);
    }

    private static Versioned entry(long seqno) {
        return new Versioned(new SeqNo(seqno), Bytes.utf8("entry " + seqno));
    }

    private static Bytes flipped(Bytes bytes, int at) {
        byte[] copy = bytes.toArray();
        copy[at] ^= 1;
        return Bytes.takeArray(copy);
    }
}
