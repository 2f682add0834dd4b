package io.persist.store.log;

import io.persist.store.Consensus;
import io.persist.store.mem.MemObjects;
import io.persist.testing.ConsensusContract;
import io.persist.testing.SeededIds;

class LogConsensusTest extends ConsensusContract {
    private final MemObjects objects = new MemObjects();
    private final SeededIds ids = new SeededIds(1);

    @Override
    protected Consensus client() {
        return new LogConsensus(objects, ids);
    }
}
