package io.persist.shard;

import static io.persist.shard.TestShard.SHARD;

import static org.assertj.core.api.Assertions.assertThat;

import io.persist.codec.Bytes;
import io.persist.state.Transition;
import io.persist.store.BlobKey;
import io.persist.store.PartKey;
import io.persist.store.WriterKey;
import io.persist.store.mem.MemBlob;
import io.persist.store.mem.MemConsensus;
import io.persist.testing.ManualTime;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import java.util.List;
import java.util.UUID;

/** Peers raise the label of a shard; our parts carry the version of the profile all the same. */
final class AbortedPartsOfLabelsTest {
    private final MemBlob blob = new MemBlob();
    private final ManualTime time = new ManualTime(TestShard.START_MILLIS);
    private final TestShard ours = new TestShard(blob, new MemConsensus(), time, 1);

    private BlobKey staged(Profile profile, WriterLine line) throws Exception {
        UUID id = new PartIds(line, new UUID(3, 4)).get();
        BlobKey key = BlobKey.of(SHARD, PartKey.of(WriterKey.ofVersion(profile.label()), id));
        blob.set(key, Bytes.fromHex("00"));
        return key;
    }

    @ParameterizedTest
    @CsvSource({
        "P26, 26.0.0",
        "P26, 26.1.2",
        "P26, 26.24.0-dev.0",
        "P128, 0.128.0",
        "P128, 0.127.1",
        "P128, 0.128.0-dev"
    })
    void partsOfEarlierIncarnationsAreFoundWhateverTheLabel(Profile profile, String label)
            throws Exception {
        Machine machine = ours.open(profile);
        machine.apply(
                state ->
                        new Transition.Changed<>(
                                state.toBuilder().applierVersion(label).build(), label));
        assertThat(machine.profile()).isEqualTo(profile);
        BlobKey earlier = staged(profile, new WriterLine(7, 1));
        BlobKey own = staged(profile, new WriterLine(7, 2));
        BlobKey anothers = staged(profile, new WriterLine(8, 1));

        LeftBehind parts = new LeftBehind();
        parts.add(List.of(new WriterLine(7, 2)));
        machine.perform(new MaintenanceTask.DeleteAborted(parts));
        assertThat(parts.isEmpty()).isTrue();

        assertThat(blob.get(earlier)).isEmpty();
        assertThat(blob.get(own)).isPresent();
        assertThat(blob.get(anothers)).isPresent();
    }
}
