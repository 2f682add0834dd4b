package io.persist.shard;

import static io.persist.shard.TestShard.CODECS;
import static io.persist.shard.TestShard.SHARD;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.persist.codec.Bytes;
import io.persist.codec.CorruptDataException;
import io.persist.shard.ScriptedConsensus.Fate;
import io.persist.state.CodecNames;
import io.persist.state.proto.ProtoStateDiff;
import io.persist.state.proto.ProtoStateFieldDiffs;
import io.persist.store.BlobKey;
import io.persist.store.SeqNo;
import io.persist.store.Versioned;
import io.persist.store.mem.MemBlob;
import io.persist.store.mem.MemConsensus;
import io.persist.testing.FaultyBlob;
import io.persist.testing.FaultyConsensus;
import io.persist.testing.ManualTime;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import java.util.ArrayList;
import java.util.List;

/** Opening and creating shards, and what is refused. */
final class ShardsTest {
    private final MemBlob blob = new MemBlob();
    private final MemConsensus log = new MemConsensus();
    private final ScriptedConsensus consensus = new ScriptedConsensus(log);
    private final ManualTime time = new ManualTime(TestShard.START_MILLIS);
    private final TestShard ours = new TestShard(blob, consensus, time, 1);
    private final TestShard theirs = new TestShard(blob, log, time, 2);

    private List<String> blobs() throws Exception {
        List<String> keys = new ArrayList<>();
        blob.list("", (key, size) -> keys.add(key.text()));
        return keys;
    }

    @ParameterizedTest
    @EnumSource(Profile.class)
    void aNewShardHasOneEntryAndOneRollup(Profile profile) throws Exception {
        Machine machine = ours.open(profile);
        assertThat(machine.state().applierVersion()).isEqualTo(profile.label());
        assertThat(machine.profile()).isEqualTo(profile);
        assertThat(machine.state().seqno()).isEqualTo(new SeqNo(0));
        assertThat(blobs()).hasSize(1);
        assertThat(machine.fetchLiveDiffs()).isEqualTo(1);
        assertThat(theirs.open(profile).state()).isEqualTo(machine.state());
    }

    @Test
    void theProfileOfAnExistingShardIsKept() throws Exception {
        theirs.open(Profile.P128);
        assertThat(ours.open(Profile.P26).profile()).isEqualTo(Profile.P128);
    }

    @Test
    void theLoserOfTheFirstRaceOpensTheWinnersShardAndCleansUp() throws Exception {
        consensus.beforeNext(() -> theirs.open(Profile.P26));
        Machine machine = ours.open(Profile.P26);
        assertThat(blobs()).hasSize(1);
        assertThat(machine.state()).isEqualTo(theirs.open(Profile.P26).state());
    }

    @Test
    void aCreationWhoseReplyWasLostIsRecognised() throws Exception {
        consensus.next(Fate.REPLY_LOST);
        Machine machine = ours.open(Profile.P26);
        assertThat(blobs()).hasSize(1);
        assertThat(machine.fetchLiveDiffs()).isEqualTo(1);
    }

    @Test
    void racingCreatorsOnABadNetworkAgree() throws Exception {
        for (long seed = 0; seed < 200; seed++) {
            MemBlob mem = new MemBlob();
            MemConsensus memLog = new MemConsensus();
            io.persist.testing.Fate fate = new io.persist.testing.Fate(seed, 4);
            List<Machine> machines = new ArrayList<>();
            for (int i = 0; i < 3; i++) {
                TestShard client =
                        new TestShard(
                                new FaultyBlob(mem, fate),
                                new FaultyConsensus(memLog, fate),
                                time,
                                10 * seed + i);
                machines.add(client.open(Profile.P26));
            }
            for (Machine machine : machines) {
                assertThat(machine.state()).as("seed %s", seed).isEqualTo(machines.get(0).state());
            }
            BlobKey rollup = BlobKey.of(SHARD, machines.get(0).state().latestRollup().key());
            assertThat(mem.get(rollup)).as("seed %s", seed).isPresent();
        }
    }

    @Test
    void otherCodecsAreRefusedNamingAllFour() throws Exception {
        theirs.open(Profile.P26);
        CodecNames others = new CodecNames("Vec<u8>", "String", "u64", "i64");
        List<String> before = blobs();

        assertThatThrownBy(() -> ours.shards.open(SHARD, others, Profile.P26))
                .isInstanceOf(IncompatibleShardException.class)
                .hasMessageContaining(SHARD.toString())
                .hasMessageContaining(others.toString())
                .hasMessageContaining(CODECS.toString());

        assertThat(blobs()).isEqualTo(before);
        assertThat(log.scan(SHARD, new SeqNo(0), 10)).hasSize(1);
    }

    @Test
    void aShardThatDoesNotExistIsNotCreatedByLooking() throws Exception {
        assertThat(ours.shards.openExisting(SHARD)).isEmpty();
        assertThat(blobs()).isEmpty();
        assertThat(log.listShards()).isEmpty();
    }

    @Test
    void aCorruptLogEntryIsNamed() throws Exception {
        log.compareAndSet(SHARD, null, new Versioned(new SeqNo(0), Bytes.utf8("garbage")));
        assertThatThrownBy(() -> ours.open(Profile.P26))
                .isInstanceOf(CorruptDataException.class)
                .hasMessageContaining("log entry v0")
                .hasMessageContaining(SHARD.toString());
        assertThat(log.scan(SHARD, new SeqNo(0), 10)).hasSize(1);
    }

    @Test
    void anEntryOfANewerVersionIsRefusedNamingWhatIsUnknown() throws Exception {
        Machine machine = theirs.open(Profile.P26);
        ProtoStateDiff newer =
                ProtoStateDiff.newBuilder()
                        .setApplierVersion("26.99.0")
                        .setSeqnoTo(1)
                        .setLatestRollupKey(machine.state().latestRollup().key().text())
                        .setFieldDiffs(
                                ProtoStateFieldDiffs.newBuilder()
                                        .addFieldsValue(99)
                                        .addDiffTypesValue(0)
                                        .addDataLens(0)
                                        .addDataLens(0))
                        .build();
        log.compareAndSet(
                SHARD,
                new SeqNo(0),
                new Versioned(new SeqNo(1), Bytes.takeArray(newer.toByteArray())));

        assertThatThrownBy(() -> ours.open(Profile.P26))
                .isInstanceOf(IncompatibleShardException.class)
                .hasMessageContaining("log entry v1")
                .hasMessageContaining("field 99")
                .hasMessageContaining("26.99.0");
        assertThatThrownBy(() -> machine.compareAndAppend(TestShard.empty(0, 1), ours.append(), 1))
                .isInstanceOf(IncompatibleShardException.class)
                .hasMessageContaining("field 99");
        assertThat(log.scan(SHARD, new SeqNo(0), 10)).hasSize(2);
    }

    @Test
    void aCorruptRollupIsNamed() throws Exception {
        Machine machine = theirs.open(Profile.P26);
        BlobKey key = BlobKey.of(SHARD, machine.state().latestRollup().key());
        Bytes whole = blob.get(key).orElseThrow();
        blob.set(key, whole.slice(0, whole.length() / 2));
        assertThatThrownBy(() -> ours.open(Profile.P26))
                .isInstanceOf(CorruptDataException.class)
                .hasMessageContaining(key.text());
    }

    @Test
    void aBlobStoreThatDoesNotBelongToTheLogIsSuspected() throws Exception {
        theirs.open(Profile.P26);
        TestShard stranger = new TestShard(new MemBlob(), log, time, 3);
        assertThatThrownBy(() -> stranger.open(Profile.P26))
                .isInstanceOf(CorruptDataException.class)
                .hasMessageContaining("does the blob store belong");
        assertThat(log.scan(SHARD, new SeqNo(0), 10)).hasSize(1);
    }
}
