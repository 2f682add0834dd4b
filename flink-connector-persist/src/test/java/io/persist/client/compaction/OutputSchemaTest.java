package io.persist.client.compaction;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.persist.batch.BatchSchema;
import io.persist.batch.Run;
import io.persist.batch.RunMeta;
import io.persist.batch.RunOrder;
import io.persist.codec.Bytes;
import io.persist.codec.Codecs;
import io.persist.codec.SchemaId;
import io.persist.frontier.Antichain;
import io.persist.frontier.Description;
import io.persist.shard.IncompatibleShardException;
import io.persist.shard.Profile;
import io.persist.state.EncodedSchemas;
import io.persist.state.State;
import io.persist.state.States;
import io.persist.state.spine.IdBatch;
import io.persist.state.spine.MergeRequest;
import io.persist.state.spine.SpineId;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;

/** The schema of an output is the newest of its inputs, or no older. */
final class OutputSchemaTest {
    private static final EncodedSchemas PLAIN =
            new EncodedSchemas(Bytes.EMPTY, Bytes.EMPTY, Bytes.EMPTY, Bytes.EMPTY, Bytes.EMPTY);

    private static State state(Profile profile, int schemas) {
        TreeMap<SchemaId, EncodedSchemas> registry = new TreeMap<>();
        for (int i = 0; i < schemas; i++) {
            registry.put(new SchemaId(i), PLAIN);
        }
        return (profile == Profile.P26 ? States.p26() : States.p128())
                .toBuilder().schemas(registry).build();
    }

    private static BatchSchema<?, ?> own(@Nullable Integer id) {
        return new BatchSchema<>(
                Codecs.STRING, Codecs.STRING, id == null ? null : new SchemaId(id));
    }

    private static MergeRequest request(Integer... labels) {
        List<Run> runs = new ArrayList<>();
        for (Integer label : labels) {
            Run plain = ChunksTest.run("p", 1);
            SchemaId id = label < 0 ? null : new SchemaId(label);
            runs.add(new Run(RunMeta.of(RunOrder.STRUCTURED, id), plain.parts()));
        }
        return new MergeRequest(
                new SpineId(0, 1),
                new Description(Antichain.of(0), Antichain.of(1), Antichain.minimum()),
                List.of(
                        new IdBatch(
                                new SpineId(0, 1), ChunksTest.batch(0, runs.toArray(Run[]::new)))));
    }

    @Test
    void theNewestOfTheInputsWins_C10() throws Exception {
        for (Profile profile : Profile.values()) {
            assertThat(new OutputSchema(own(0), true).of(request(0, 2, 1), state(profile, 3)).id())
                    .isEqualTo(new SchemaId(2));
        }
    }

    @Test
    void withoutLabelsTheOlderGenerationTakesTheWriters_C10() throws Exception {
        OutputSchema schema = new OutputSchema(own(0), true);
        assertThat(schema.of(request(-1), state(Profile.P128, 1)).id()).isEqualTo(new SchemaId(0));
        assertThatThrownBy(() -> schema.of(request(-1), state(Profile.P26, 1)))
                .isInstanceOf(IncompatibleShardException.class)
                .hasMessageContaining("do not say which schema");
    }

    @Test
    void anOlderSchemaThanAnInputsIsRefused_C10() throws Exception {
        State state = state(Profile.P128, 3);
        assertThat(new OutputSchema(own(2), false).of(request(1), state).id())
                .isEqualTo(new SchemaId(2));
        assertThatThrownBy(() -> new OutputSchema(own(0), false).of(request(1), state))
                .isInstanceOf(IncompatibleShardException.class)
                .hasMessageContaining("h1");
    }

    @Test
    void aSchemaThatTheShardDoesNotHaveIsRefused_C10() {
        for (Profile profile : Profile.values()) {
            assertThatThrownBy(
                            () -> new OutputSchema(own(0), true).of(request(7), state(profile, 1)))
                    .isInstanceOf(IncompatibleShardException.class)
                    .hasMessageContaining("h7");
        }
    }
}
