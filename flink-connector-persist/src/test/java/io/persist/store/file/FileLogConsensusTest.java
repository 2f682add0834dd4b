package io.persist.store.file;

import io.persist.store.Consensus;
import io.persist.store.StoreException;
import io.persist.store.log.LogConsensus;
import io.persist.testing.ConsensusContract;
import io.persist.testing.SeededIds;

import org.junit.jupiter.api.io.TempDir;

import java.nio.file.Path;

class FileLogConsensusTest extends ConsensusContract {
    private final SeededIds ids = new SeededIds(1);

    @TempDir Path root;

    @Override
    protected Consensus client() throws StoreException {
        return new LogConsensus(FileObjects.open(root, ids), ids);
    }

    @Override
    protected int appendsPerWriter() {
        return 10;
    }
}
