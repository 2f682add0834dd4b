package io.persist.store.mem;

import io.persist.store.Consensus;
import io.persist.testing.ConsensusContract;

class MemConsensusTest extends ConsensusContract {
    private final MemConsensus consensus = new MemConsensus();

    @Override
    protected Consensus client() {
        return consensus;
    }
}
