package io.persist.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.persist.codec.Bytes;
import io.persist.codec.Codecs;
import io.persist.codec.CorruptDataException;
import io.persist.codec.ShardId;
import io.persist.codec.Unit;
import io.persist.frontier.Antichain;
import io.persist.shard.MaintenanceTask;
import io.persist.store.BlobKey;
import io.persist.store.SeqNo;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;

/** Snapshots, listens and leases, one behaviour each. */
final class ReadHandleTest {
    private static final ShardId SHARD = new ShardId(new UUID(5, 6));
    private static final long LEASE_MILLIS = Duration.ofMinutes(15).toMillis();

    private TestClient test;
    private WriteHandle<String, Unit> writer;

    @BeforeEach
    void open() throws Exception {
        test =
                TestClient.inMemory(
                        TestClient.config()
                                .batch(
                                        io.persist.batch.BatchConfig.builder()
                                                .inlineSingleMaxBytes(0)
                                                .build())
                                .build());
        writer = test.client().openWriter(SHARD, Codecs.STRING, Codecs.UNIT, "test");
    }

    @AfterEach
    void close() {
        test.close();
    }

    private ReadHandle<String, Unit> reader() throws Exception {
        return test.client().openReader(SHARD, Codecs.STRING, Codecs.UNIT, "test");
    }

    private static Antichain at(long time) {
        return Antichain.of(time);
    }

    private static Update<String, Unit> update(String key, long time, long diff) {
        return new Update<>(key, Unit.UNIT, time, diff);
    }

    /** One update at each time from {@code lower} to {@code upper}. */
    private void append(long lower, long upper) throws Exception {
        List<Update<String, Unit>> updates = new ArrayList<>();
        for (long time = lower; time < upper; time++) {
            updates.add(update("k" + time, time, 1));
        }
        writer.compareAndAppend(updates, at(lower), at(upper)).orThrow();
    }

    @Test
    void aSnapshotOfAFutureTimeIsNotYetAvailable() throws Exception {
        append(0, 3);
        ReadHandle<String, Unit> reader = reader();
        assertThat(reader.snapshotAndFetch(at(3)))
                .isEqualTo(new ReadResult.NotYetAvailable<>(at(3)));
        assertThat(reader.snapshotAndFetch(at(2)).orThrow()).hasSize(3);
    }

    @Test
    void aSnapshotWaitsForItsTimeUpToALimit() throws Exception {
        append(0, 1);
        ReadHandle<String, Unit> reader = reader();
        long before = test.time().millis();
        assertThat(reader.snapshotAndFetch(at(5), Duration.ofSeconds(30)))
                .isInstanceOf(ReadResult.NotYetAvailable.class);
        assertThat(test.time().millis() - before).isEqualTo(30_000);
    }

    @Test
    void cancelledUpdatesAreNotSeen() throws Exception {
        writer.compareAndAppend(
                        List.of(update("a", 0, 1), update("b", 0, 3), update("a", 1, -1)),
                        at(0),
                        at(2))
                .orThrow();
        writer.compareAndAppend(List.of(update("b", 2, -2)), at(2), at(3)).orThrow();
        ReadHandle<String, Unit> reader = reader();
        assertThat(reader.snapshotAndFetch(at(0)).orThrow())
                .containsExactly(update("a", 0, 1), update("b", 0, 3));
        assertThat(reader.snapshotAndFetch(at(2)).orThrow()).containsExactly(update("b", 2, 1));
    }

    @Test
    void timesBeforeTheSinceAreRefusedNamingIt() throws Exception {
        append(0, 10);
        ReadHandle<String, Unit> reader = reader();
        assertThat(reader.downgradeSince(at(4))).isEqualTo(new ReadResult.Data<>(at(4)));
        assertThat(reader.downgradeSince(at(2)).orThrow()).isEqualTo(at(4));
        assertThat(reader.snapshotAndFetch(at(3)))
                .isEqualTo(new ReadResult.SinceViolation<>(at(4)));
        assertThat(reader.listen(at(3))).isEqualTo(new ReadResult.SinceViolation<>(at(4)));
        assertThat(reader.snapshotAndFetch(at(4)).orThrow()).hasSize(5);
        assertThat(reader().since()).isEqualTo(at(4));
        assertThatThrownBy(() -> reader.snapshotAndFetch(at(3)).orThrow())
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("SinceViolation")
                .hasMessageContaining("[4]");
    }

    @Test
    void anotherReadersHoldKeepsTheShardsSince() throws Exception {
        append(0, 10);
        ReadHandle<String, Unit> early = reader();
        ReadHandle<String, Unit> late = reader();
        late.downgradeSince(at(8));
        assertThat(test.client().inspect(SHARD).orElseThrow().since()).isEqualTo(at(0));
        early.expire();
        late.downgradeSince(at(9));
        assertThat(test.client().inspect(SHARD).orElseThrow().since()).isEqualTo(at(9));
    }

    @Test
    void aListenDeliversWhatIsAfterItsTimeStepByStep() throws Exception {
        append(0, 3);
        ReadHandle<String, Unit> reader = reader();
        Listen<String, Unit> listen = reader.listen(at(1)).orThrow();
        assertThat(listen.frontier()).isEqualTo(at(1));

        ListenStep<String, Unit> first = listen.next(Duration.ZERO).orThrow();
        assertThat(first.updates()).containsExactly(update("k2", 2, 1));
        assertThat(first.progress()).isEqualTo(at(3));

        assertThat(listen.next(Duration.ofSeconds(2)))
                .isEqualTo(new ReadResult.NotYetAvailable<>(at(3)));

        append(3, 5);
        writer.compareAndAppend(List.of(), at(5), at(7)).orThrow();
        ListenStep<String, Unit> second = listen.next(Duration.ZERO).orThrow();
        assertThat(second.updates()).containsExactly(update("k3", 3, 1), update("k4", 4, 1));
        ListenStep<String, Unit> third = listen.next(Duration.ZERO).orThrow();
        assertThat(third).isEqualTo(new ListenStep<>(List.of(), at(7)));

        writer.compareAndAppend(List.of(), at(7), Antichain.empty()).orThrow();
        assertThat(listen.next(Duration.ZERO).orThrow().progress()).isEqualTo(Antichain.empty());
        assertThat(listen.next(Duration.ZERO).orThrow().progress()).isEqualTo(Antichain.empty());
    }

    @Test
    void aListenMovesItsHoldForwardWithTheLease() throws Exception {
        append(0, 3);
        ReadHandle<String, Unit> reader = reader();
        Listen<String, Unit> listen = reader.listen(at(0)).orThrow();
        listen.next(Duration.ZERO).orThrow();
        append(3, 6);
        test.time().advance(LEASE_MILLIS / 4);
        listen.next(Duration.ZERO).orThrow();
        append(6, 9);
        test.time().advance(LEASE_MILLIS / 4);
        listen.next(Duration.ZERO).orThrow();
        assertThat(test.client().inspect(SHARD).orElseThrow().since()).isEqualTo(at(3));
    }

    @Test
    void aReaderThatIsUsedKeepsItsLease() throws Exception {
        append(0, 3);
        ReadHandle<String, Unit> reader = reader();
        for (int i = 0; i < 20; i++) {
            test.time().advance(LEASE_MILLIS / 2);
            assertThat(reader.heartbeat()).isInstanceOf(ReadResult.Data.class);
            append(3 + i, 4 + i);
        }
        assertThat(reader.snapshotAndFetch(at(2)).orThrow()).hasSize(3);
    }

    @Test
    void aReaderThatStoodStillIsToldThatItsLeaseIsLost() throws Exception {
        append(0, 3);
        ReadHandle<String, Unit> reader = reader();
        Listen<String, Unit> listen = reader.listen(at(0)).orThrow();
        test.time().advance(LEASE_MILLIS + 1);
        append(3, 4);

        assertThat(reader.snapshotAndFetch(at(2))).isEqualTo(new ReadResult.LeaseLost<>());
        assertThat(listen.next(Duration.ZERO)).isEqualTo(new ReadResult.LeaseLost<>());
        assertThat(reader.heartbeat()).isEqualTo(new ReadResult.LeaseLost<>());
        assertThat(reader.listen(at(2))).isEqualTo(new ReadResult.LeaseLost<>());
    }

    @Test
    void anOpenCursorHoldsTheBlobsOfItsState() throws Exception {
        append(0, 3);
        ReadHandle<String, Unit> reader = reader();
        SeqNo opened = test.client().inspect(SHARD).orElseThrow().seqno();
        try (SnapshotCursor<String, Unit> cursor =
                reader.snapshotCursor(at(2), Duration.ZERO).orThrow()) {
            append(3, 4);
            append(4, 5);
            reader.downgradeSince(at(3));
            assertThat(heldSeqno()).isEqualTo(opened);
            assertThat(cursor.next().orThrow()).hasSize(3);
            assertThat(cursor.next().orThrow()).isEmpty();
        }
        reader.downgradeSince(at(3));
        assertThat(heldSeqno()).isGreaterThan(opened);
    }

    private SeqNo heldSeqno() throws Exception {
        return test.client().inspect(SHARD).orElseThrow().readers().get(0).seqno();
    }

    @Test
    void aPartThatWasTruncatedIsNamed() throws Exception {
        append(0, 3);
        BlobKey key = onlyPart();
        Bytes whole = test.blob().get(key).orElseThrow();
        test.blob().set(key, whole.slice(0, whole.length() - 20));
        ReadHandle<String, Unit> reader = reader();
        assertThatThrownBy(() -> reader.snapshotAndFetch(at(2)))
                .isInstanceOf(CorruptDataException.class)
                .hasMessageContaining(key.text());
    }

    @Test
    void aPartThatIsGoneThoughItIsHeldIsNamed() throws Exception {
        append(0, 3);
        BlobKey key = onlyPart();
        test.blob().delete(key);
        ReadHandle<String, Unit> reader = reader();
        assertThatThrownBy(() -> reader.snapshotAndFetch(at(2)))
                .isInstanceOf(CorruptDataException.class)
                .hasMessageContaining(key.text())
                .hasMessageContaining(reader.id().toString());
    }

    private BlobKey onlyPart() throws Exception {
        List<BlobKey> parts = new ArrayList<>();
        test.blob()
                .list(
                        "",
                        (key, size) -> {
                            if (key.text().contains("/n")) {
                                parts.add(key);
                            }
                        });
        assertThat(parts).hasSize(1);
        return parts.get(0);
    }

    @Test
    void aShardThatDoesNotExistIsNotCreatedByLooking() throws Exception {
        ShardId nowhere = test.client().newShardId();
        assertThat(test.client().openReaderAsStored(nowhere, "test")).isEmpty();
        assertThat(test.client().inspect(nowhere)).isEmpty();
        assertThat(test.client().listShards()).containsExactly(SHARD);
    }

    @Test
    void theStoredCodecsAreFound() throws Exception {
        append(0, 2);
        ReadHandle<?, ?> reader = test.client().openReaderAsStored(SHARD, "test").orElseThrow();
        assertThat(reader.keyCodec().name()).isEqualTo("String");
        assertThat(reader.snapshotAndFetch(at(1)).orThrow()).hasSize(2);
    }

    @Test
    void maintenanceIsOfferedAndHarmlessToReaders() throws Exception {
        ReadHandle<String, Unit> reader = reader();
        for (int i = 0; i < 300; i++) {
            append(i, i + 1);
        }
        assertThat(test.maintenance())
                .anyMatch(pending -> pending.task() instanceof MaintenanceTask.WriteRollup);
        test.runMaintenance();
        assertThat(test.client().inspect(SHARD).orElseThrow().liveDiffs()).isGreaterThan(300);
        reader.expire();
        append(300, 301);
        test.runMaintenance();
        assertThat(test.client().inspect(SHARD).orElseThrow().liveDiffs()).isLessThan(280);
        assertThat(reader().snapshotAndFetch(at(300)).orThrow()).hasSize(301);
    }
}
