package io.persist.client;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import java.util.stream.LongStream;

/** Several clients of one shard on a bad network, stepped on one thread, against a model. */
final class SimulationTest {
    /** Add the seed of a failure here. */
    static LongStream seeds() {
        return LongStream.range(0, 12);
    }

    @ParameterizedTest(name = "seed {0}")
    @MethodSource("seeds")
    void everyReadAgreesWithTheModel(long seed) throws Exception {
        try (Simulation simulation = new Simulation(seed)) {
            for (int step = 0; step < 900; step++) {
                simulation.step();
            }
            simulation.finish();
            assertThat(simulation.appends()).isGreaterThan(100);
            assertThat(simulation.reads()).isGreaterThan(100);
            assertThat(simulation.collected()).isGreaterThan(100);
            assertThat(simulation.held()).isPositive();
            assertThat(simulation.refusals()).isPositive();
        }
    }
}
