package io.persist.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.persist.client.critical.CriticalSettings;
import io.persist.client.critical.SinceHandle;
import io.persist.codec.Codecs;
import io.persist.codec.ShardId;
import io.persist.codec.Unit;
import io.persist.frontier.Antichain;
import io.persist.shard.IncompatibleShardException;
import io.persist.state.CriticalReaderId;
import io.persist.state.CriticalReaders.DowngradeOutcome;
import io.persist.state.CriticalReaders.DowngradeOutcome.Downgraded;
import io.persist.state.CriticalReaders.DowngradeOutcome.OpaqueMismatch;
import io.persist.state.CriticalReaders.DowngradeOutcome.UnknownReader;
import io.persist.state.CriticalReaders.Opaque;
import io.persist.state.Readers;
import io.persist.store.SeqNo;
import io.persist.testing.GoldenShards;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

/** Holds without a lease, one behaviour each. */
final class SinceHandleTest {
    private static final ShardId SHARD = new ShardId(new UUID(5, 6));
    private static final CriticalReaderId ID =
            CriticalReaderId.parse("cdeadbeef-1111-2222-3333-444444444444");
    private static final CriticalReaderId OTHER_ID = new CriticalReaderId(new UUID(9, 9));

    private TestClient test = TestClient.inMemory();

    @AfterEach
    void close() {
        test.close();
    }

    private void withCritical(CriticalSettings settings) {
        test.close();
        test = TestClient.inMemory(TestClient.config().critical(settings).build());
    }

    private static SinceHandle open(TestClient test, CriticalReaderId id) throws Exception {
        return test.client()
                .openCriticalSince(SHARD, Codecs.STRING, Codecs.UNIT, id, token(0), "retention");
    }

    private SinceHandle hold() throws Exception {
        return open(test, ID);
    }

    private ReadHandle<String, Unit> reader() throws Exception {
        return test.client().openReader(SHARD, Codecs.STRING, Codecs.UNIT, "test");
    }

    private void appendTo(long upper) throws Exception {
        try (WriteHandle<String, Unit> writer =
                test.client().openWriter(SHARD, Codecs.STRING, Codecs.UNIT, "test")) {
            List<Update<String, Unit>> updates = List.of(new Update<>("k", Unit.UNIT, 0, 1));
            writer.compareAndAppend(updates, at(0), at(upper)).orThrow();
        }
    }

    private ShardReport report() throws Exception {
        return test.client().inspect(SHARD).orElseThrow();
    }

    private static Antichain at(long time) {
        return Antichain.of(time);
    }

    private static Opaque token(long number) {
        return Opaque.u64(number);
    }

    @Test
    void aHoldKeepsHistoryWithoutAnybodyThere() throws Exception {
        appendTo(10);
        SinceHandle hold = hold();
        assertThat(hold.since()).isEqualTo(at(0));
        assertThat(hold.opaque()).isEqualTo(token(0));
        assertThat(hold.compareAndDowngrade(token(0), token(0), at(3)))
                .isEqualTo(new Downgraded(at(3)));

        test.time().advance(Duration.ofDays(400).toMillis());
        ReadHandle<String, Unit> reader = reader();
        reader.downgradeSince(at(9)).orThrow();

        assertThat(report().since()).isEqualTo(at(3));
        assertThat(reader().snapshotAndFetch(at(3)).orThrow()).hasSize(1);
        assertThat(reader().snapshotAndFetch(at(2)))
                .isEqualTo(new ReadResult.SinceViolation<>(at(3)));
    }

    @Test
    void aHoldKeepsNoState() throws Exception {
        hold();
        assertThat(report().readers()).hasSize(1);
        ShardReport.ReaderReport entry = report().readers().get(0);
        assertThat(entry.id()).isEqualTo(ID.toString());
        assertThat(entry.seqno()).isNull();
        assertThat(entry.leaseUntilMillis()).isNull();
        assertThat(entry.token()).isEqualTo("u64 0");
        assertThat(entry.purpose()).isEqualTo("retention");
    }

    @Test
    void openingAgainFindsTheHoldWhereItIs() throws Exception {
        hold().compareAndDowngrade(token(0), token(7), at(3));
        SeqNo before = report().seqno();
        try (TestClient later = test.another(2)) {
            SinceHandle again = open(later, ID);
            assertThat(again.since()).isEqualTo(at(3));
            assertThat(again.opaque()).isEqualTo(token(7));
        }
        assertThat(report().seqno()).as("nothing to write").isEqualTo(before);
        SinceHandle asStored =
                test.client().openCriticalSinceAsStored(SHARD, ID, token(0), "tool").orElseThrow();
        assertThat(asStored.since()).isEqualTo(at(3));
        assertThat(report().readers().get(0).purpose()).isEqualTo("tool");
    }

    @Test
    void aNewHoldBeginsAtTheShardsSince() throws Exception {
        hold().compareAndDowngrade(token(0), token(0), at(3));
        assertThat(open(test, OTHER_ID).since()).isEqualTo(at(3));
    }

    @Test
    void whoeverCameLastOwnsTheHold() throws Exception {
        SinceHandle first = hold();
        first.compareAndDowngrade(token(0), token(1), at(3));
        try (TestClient successor = test.another(2)) {
            SinceHandle second = open(successor, ID);
            assertThat(second.compareAndDowngrade(second.opaque(), token(2), second.since()))
                    .isEqualTo(new Downgraded(at(3)));

            DowngradeOutcome refused = first.compareAndDowngrade(token(1), token(1), at(8));

            assertThat(refused).isEqualTo(new OpaqueMismatch(token(2), at(3)));
            assertThat(first.opaque()).isEqualTo(token(2));
            assertThat(second.compareAndDowngrade(token(2), token(2), at(5)))
                    .isEqualTo(new Downgraded(at(5)));
        }
        assertThat(report().since()).isEqualTo(at(5));
    }

    @Test
    void aHoldNeverGoesBack() throws Exception {
        SinceHandle hold = hold();
        hold.compareAndDowngrade(token(0), token(1), at(5));
        assertThat(hold.compareAndDowngrade(token(1), token(2), at(3)))
                .isEqualTo(new Downgraded(at(5)));
        assertThat(hold.opaque()).as("the token is replaced anyway").isEqualTo(token(2));
        assertThat(hold.compareAndDowngrade(token(2), token(2), at(5)))
                .isEqualTo(new Downgraded(at(5)));
        assertThat(report().since()).isEqualTo(at(5));
    }

    @Test
    void theShardsSinceIsWhatReadersOfBothKindsAgreeOn() throws Exception {
        SinceHandle hold = hold();
        SinceHandle other = open(test, OTHER_ID);
        ReadHandle<String, Unit> leased = reader();
        hold.compareAndDowngrade(token(0), token(0), at(7));
        other.compareAndDowngrade(token(0), token(0), at(5));
        assertThat(report().since()).isEqualTo(at(0));
        leased.downgradeSince(at(6)).orThrow();
        assertThat(report().since()).isEqualTo(at(5));
        other.compareAndDowngrade(token(0), token(0), Antichain.empty());
        assertThat(report().since()).isEqualTo(at(6));
    }

    @Test
    void aHoldThatIsRemovedIsFoundToBeGone() throws Exception {
        SinceHandle hold = hold();
        SinceHandle other = open(test, OTHER_ID);
        assertThat(hold.expire()).isTrue();
        assertThat(hold.expire()).isFalse();
        assertThat(hold.compareAndDowngrade(token(0), token(0), at(3)))
                .isEqualTo(new UnknownReader(ID));
        assertThat(report().since()).as("stays until another moves").isEqualTo(at(0));
        other.compareAndDowngrade(token(0), token(0), at(4));
        assertThat(report().since()).isEqualTo(at(4));
    }

    @Test
    void tokensOfDifferentCodecsAreRefused() throws Exception {
        SinceHandle hold = hold();
        assertThatThrownBy(() -> hold.compareAndDowngrade(token(0), Opaque.epoch(1), at(3)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("u64 0")
                .hasMessageContaining("PersistEpoch 1");
        assertThat(hold.compareAndDowngrade(Opaque.i64(0), Opaque.i64(1), at(3)))
                .isEqualTo(new OpaqueMismatch(token(0), at(0)));
    }

    @Test
    void movingIsWorthACommitOnlyNowAndThen() throws Exception {
        SinceHandle hold = hold();
        assertThat(hold.maybeCompareAndDowngrade(token(0), token(1), at(1)))
                .contains(new Downgraded(at(1)));
        test.time().advance(29_999);
        SeqNo before = report().seqno();
        assertThat(hold.maybeCompareAndDowngrade(token(1), token(1), at(2))).isEmpty();
        assertThat(report().seqno()).isEqualTo(before);
        test.time().advance(1);
        assertThat(hold.maybeCompareAndDowngrade(token(0), token(1), at(2)))
                .contains(new OpaqueMismatch(token(1), at(1)));
        assertThat(hold.maybeCompareAndDowngrade(token(1), token(1), at(2)))
                .as("a try that failed counts")
                .isEmpty();
        assertThat(hold.compareAndDowngrade(token(1), token(1), at(2)))
                .isEqualTo(new Downgraded(at(2)));
    }

    @Test
    void howOftenMovingIsWorthACommitCanBeSet() throws Exception {
        withCritical(CriticalSettings.DEFAULT.withDowngradeInterval(Duration.ofMillis(500)));
        SinceHandle hold = hold();
        assertThat(hold.maybeCompareAndDowngrade(token(0), token(0), at(1))).isPresent();
        test.time().advance(499);
        assertThat(hold.maybeCompareAndDowngrade(token(0), token(0), at(2))).isEmpty();
        test.time().advance(1);
        assertThat(hold.maybeCompareAndDowngrade(token(0), token(0), at(2))).isPresent();

        withCritical(CriticalSettings.DEFAULT.withDowngradeInterval(Duration.ZERO));
        SinceHandle eager = hold();
        for (long time = 1; time < 4; time++) {
            assertThat(eager.maybeCompareAndDowngrade(token(0), token(0), at(time)))
                    .contains(new Downgraded(at(time)));
        }
        assertThatThrownBy(
                        () -> CriticalSettings.DEFAULT.withDowngradeInterval(Duration.ofMillis(-1)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("downgradeInterval");
    }

    @Test
    void newReadersBeginWhereTheSettingSays() throws Exception {
        for (Readers.Start start : Readers.Start.values()) {
            withCritical(CriticalSettings.DEFAULT.withNewReaders(start));
            appendTo(10);
            assertThat(reader().since()).as("no hold yet, %s", start).isEqualTo(at(0));
            hold().compareAndDowngrade(token(0), token(0), at(6));
            open(test, OTHER_ID).compareAndDowngrade(token(0), token(0), at(4));
            assertThat(report().since()).as("as the reader keeps it").isEqualTo(at(0));

            ReadHandle<String, Unit> late = reader();

            boolean critical = start == Readers.Start.CRITICAL_SINCE;
            assertThat(late.since()).isEqualTo(critical ? at(4) : at(0));
            assertThat(late.snapshotAndFetch(at(4)).orThrow()).hasSize(1);
            assertThat(late.snapshotAndFetch(at(3)) instanceof ReadResult.SinceViolation)
                    .isEqualTo(critical);
        }
    }

    @Test
    void ofAShardThatDoesNotExistNothingIsHeld() throws Exception {
        assertThat(test.client().openCriticalSinceAsStored(SHARD, ID, token(0), "tool"))
                .isEqualTo(Optional.empty());
        assertThat(test.client().listShards()).isEmpty();
    }

    @Test
    void codecsThatAreNotTheShardsAreRefused() throws Exception {
        hold();
        assertThatThrownBy(
                        () ->
                                test.client()
                                        .openCriticalSince(
                                                SHARD,
                                                Codecs.BYTES,
                                                Codecs.UNIT,
                                                ID,
                                                token(0),
                                                "test"))
                .isInstanceOf(IncompatibleShardException.class);
    }

    @ParameterizedTest
    @ValueSource(strings = {"p26", "p128"})
    void onAFinishedShardEverythingSucceedsAndNothingIsWritten(String generation) throws Exception {
        GoldenShards.Shard golden = GoldenShards.named(generation, "kv-tombstone");
        GoldenContents.importInto(golden, test.blob(), test.consensus());
        PersistClient client = test.client();
        SeqNo before = client.inspect(golden.shard()).orElseThrow().seqno();
        SinceHandle hold =
                client.openCriticalSinceAsStored(golden.shard(), ID, token(5), "test")
                        .orElseThrow();
        assertThat(hold.since()).isEqualTo(Antichain.empty());
        assertThat(hold.compareAndDowngrade(token(99), token(7), at(3)))
                .isEqualTo(new Downgraded(Antichain.empty()));
        assertThat(hold.expire()).isFalse();
        assertThat(client.inspect(golden.shard()).orElseThrow().seqno()).isEqualTo(before);
    }

    @ParameterizedTest
    @ValueSource(strings = {"p26", "p128"})
    void holdsOfTheOriginalAreTakenOver(String generation) throws Exception {
        GoldenShards.Shard golden = GoldenShards.named(generation, "kv-since");
        GoldenContents.importInto(golden, test.blob(), test.consensus());
        PersistClient client = test.client();
        SinceHandle hold =
                client.openCriticalSinceAsStored(
                                golden.shard(),
                                CriticalReaderId.parse("c11111111-2222-3333-4444-555555555555"),
                                token(0),
                                "ours")
                        .orElseThrow();
        assertThat(hold.since()).isEqualTo(at(4));
        assertThat(hold.opaque()).isEqualTo(token(-1));
        assertThat(hold.opaque()).hasToString("u64 18446744073709551615");
        assertThat(hold.compareAndDowngrade(token(-1), token(3), at(5)))
                .isEqualTo(new Downgraded(at(5)));
        assertThat(client.inspect(golden.shard()).orElseThrow().since())
                .isEqualTo(GoldenShards.frontier(golden.expected().get("read").get("since")));
    }
}
