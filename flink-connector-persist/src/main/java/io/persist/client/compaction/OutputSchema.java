package io.persist.client.compaction;

import io.persist.batch.BatchSchema;
import io.persist.batch.Run;
import io.persist.batch.RunPart;
import io.persist.codec.CorruptDataException;
import io.persist.codec.SchemaId;
import io.persist.shard.IncompatibleShardException;
import io.persist.shard.Profile;
import io.persist.shard.StoredCodecs;
import io.persist.state.EncodedSchemas;
import io.persist.state.State;
import io.persist.state.spine.MergeRequest;

import org.jspecify.annotations.Nullable;

import java.util.stream.Stream;

/** Picks the schema that an output is written under: never an older one than that of an input. */
final class OutputSchema {
    private final BatchSchema<?, ?> own;
    private final boolean mostRecent;

    /**
     * @param own of whoever compacts
     * @param mostRecent whether shards of the 0.128 generation get the newest of the inputs
     */
    OutputSchema(BatchSchema<?, ?> own, boolean mostRecent) {
        this.own = own;
        this.mostRecent = mostRecent;
    }

    /**
     * @throws IncompatibleShardException if there is none that is known and new enough
     */
    BatchSchema<?, ?> of(MergeRequest request, State state)
            throws CorruptDataException, IncompatibleShardException {
        boolean newer = Profile.ofLabel(state.applierVersion()) == Profile.P26;
        SchemaId newest =
                request.inputs().stream()
                        .flatMap(input -> input.batch().runs().stream())
                        .flatMap(OutputSchema::labels)
                        .max(SchemaId::compareTo)
                        .orElse(null);
        if (newest != null && newest.equals(own.id())) {
            return own;
        }
        EncodedSchemas registered = newest == null ? null : state.schemas().get(newest);
        if (registered != null && (newer || mostRecent)) {
            StoredCodecs codecs = StoredCodecs.of(state, registered);
            return new BatchSchema<>(codecs.key(), codecs.val(), newest);
        }
        if (newer || !isNewEnough(own.id(), newest)) {
            throw new IncompatibleShardException(
                    "batches "
                            + request.desc()
                            + " of shard "
                            + state.shard()
                            + " cannot be compacted: "
                            + (newest == null
                                    ? "they do not say which schema they have"
                                    : "they have schema "
                                            + newest
                                            + ", the shard has "
                                            + state.schemas().keySet()
                                            + ", this writer has "
                                            + own.id()));
        }
        return own;
    }

    private static boolean isNewEnough(@Nullable SchemaId own, @Nullable SchemaId newest) {
        return newest == null || (own != null && own.compareTo(newest) >= 0);
    }

    private static Stream<SchemaId> labels(Run run) {
        Stream<SchemaId> ofParts =
                run.parts().stream()
                        .filter(RunPart.Single.class::isInstance)
                        .map(part -> ((RunPart.Single) part).schema())
                        .flatMap(Stream::ofNullable);
        return Stream.concat(run.meta().schema().stream(), ofParts);
    }
}
