package io.persist.store.log;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.persist.codec.ShardId;
import io.persist.store.CasResult;
import io.persist.store.ConditionalObjects;
import io.persist.store.Consensus;
import io.persist.store.SeqNo;
import io.persist.store.StoreException;
import io.persist.store.Versioned;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

import java.util.List;
import java.util.UUID;
import java.util.function.BiFunction;
import java.util.function.Supplier;

/** All schedules of a few clients, with {@link LogConsensus} as it is and with a check left out. */
class LogSimulationTest {
    private static final int MAX_STATES = 200_000;

    /** Reads the head and appends after it, perhaps much later. */
    private static final LogSimulation.Program WRITER =
            client -> {
                client.head();
                client.append();
            };

    /** Overtakes the others: appends twice and truncates what is before. */
    private static final LogSimulation.Program OVERTAKER =
            client -> {
                client.head();
                client.append();
                client.append();
                client.truncate();
            };

    /** Appends and truncates. */
    private static final LogSimulation.Program TRUNCATER =
            client -> {
                client.head();
                client.append();
                client.truncate();
            };

    private static final LogSimulation.Program READER =
            client -> {
                client.head();
                client.head();
                client.scan();
            };

    private static final LogSimulation.Program WITNESS =
            client -> {
                client.head();
                client.head();
            };

    private static final LogSimulation.Program SCANNER = LogSimulation.Client::scan;

    private static LogSimulation writers(
            BiFunction<ConditionalObjects, Supplier<UUID>, Consensus> variant) {
        return new LogSimulation(variant, 1, 1, WRITER, OVERTAKER).withFirstEntry();
    }

    private static LogSimulation readers(
            BiFunction<ConditionalObjects, Supplier<UUID>, Consensus> variant) {
        return new LogSimulation(variant, 2, 1, OVERTAKER, READER).withFirstEntry();
    }

    private static LogSimulation scanners(
            BiFunction<ConditionalObjects, Supplier<UUID>, Consensus> variant) {
        return new LogSimulation(variant, 0, 0, WRITER, OVERTAKER, SCANNER).withFirstEntry();
    }

    private static LogSimulation truncaters(
            BiFunction<ConditionalObjects, Supplier<UUID>, Consensus> variant) {
        return new LogSimulation(variant, 0, 0, TRUNCATER, TRUNCATER, WITNESS).withFirstEntry();
    }

    @Test
    void noScheduleOfWritersBreaksTheLog() throws Exception {
        assertThat(writers(LogConsensus::new).explore(MAX_STATES)).isGreaterThan(10_000);
    }

    @Test
    void noScheduleWithAReaderBreaksTheLog() throws Exception {
        assertThat(readers(LogConsensus::new).explore(MAX_STATES)).isGreaterThan(10_000);
    }

    @Test
    void noScheduleWithAScannerBreaksTheLog() throws Exception {
        assertThat(scanners(LogConsensus::new).explore(MAX_STATES)).isGreaterThan(10_000);
    }

    @Test
    void noScheduleOfTwoTruncatersBreaksTheLog() throws Exception {
        assertThat(truncaters(LogConsensus::new).explore(MAX_STATES)).isGreaterThan(10_000);
    }

    @ParameterizedTest
    @ValueSource(longs = {0, 1, 5})
    void importAppearsAtOnceAndNobodyElseBeginsTheLog(long first) throws Exception {
        LogSimulation.Program importer = client -> client.importFrom(first);
        for (LogSimulation world :
                List.of(
                        new LogSimulation(LogConsensus::new, 1, 1, importer, WRITER),
                        new LogSimulation(LogConsensus::new, 1, 0, importer, OVERTAKER),
                        new LogSimulation(LogConsensus::new, 0, 0, importer, importer, WRITER))) {
            assertThat(world.explore(MAX_STATES)).isGreaterThan(500);
        }
    }

    @ParameterizedTest
    @EnumSource(LogConsensus.Check.class)
    void everyCheckOfTheFloorIsNeeded(LogConsensus.Check leftOut) {
        assertBroken((objects, ids) -> new Careless(objects, ids, leftOut));
    }

    @Test
    void floorMustBePublishedBeforeEntriesAreDeleted() {
        assertBroken(DeletesFirst::new);
    }

    @Test
    void entryBelowANewFloorMustLeaveDoubt() {
        assertBroken(DeniesGhosts::new);
    }

    private static void assertBroken(
            BiFunction<ConditionalObjects, Supplier<UUID>, Consensus> variant) {
        assertThatThrownBy(
                        () -> {
                            writers(variant).explore(MAX_STATES);
                            scanners(variant).explore(MAX_STATES);
                            readers(variant).explore(MAX_STATES);
                            truncaters(variant).explore(MAX_STATES);
                        })
                .isInstanceOf(LogSimulation.Violation.class);
    }

    /** Trusts the floor that it remembers at one of the checks. */
    private static final class Careless extends LogConsensus {
        private final Check leftOut;

        Careless(ConditionalObjects objects, Supplier<UUID> ids, Check leftOut) {
            super(objects, ids);
            this.leftOut = leftOut;
        }

        @Override
        Floor confirm(Check after, ShardLog log) throws StoreException {
            return after == leftOut ? log.rememberedFloor() : super.confirm(after, log);
        }
    }

    /** Truncates in the wrong order. */
    private static final class DeletesFirst extends LogConsensus {
        DeletesFirst(ConditionalObjects objects, Supplier<UUID> ids) {
            super(objects, ids);
        }

        @Override
        public void truncate(ShardId shard, SeqNo seqno) throws StoreException {
            ShardLog log = requireHeadAt(shard, seqno);
            deleteBelow(log, seqno);
            publishFloor(log, seqno);
        }
    }

    /** Takes its entry for a ghost, and says so, wherever the floor has risen above it. */
    private static final class DeniesGhosts extends LogConsensus {
        DeniesGhosts(ConditionalObjects objects, Supplier<UUID> ids) {
            super(objects, ids);
        }

        @Override
        public CasResult compareAndSet(ShardId shard, @Nullable SeqNo expected, Versioned next)
                throws StoreException {
            try {
                return super.compareAndSet(shard, expected, next);
            } catch (StoreException.Indeterminate e) {
                if (String.valueOf(e.getMessage()).endsWith("truncated beyond it meanwhile")) {
                    return CasResult.MISMATCH;
                }
                throw e;
            }
        }
    }
}
