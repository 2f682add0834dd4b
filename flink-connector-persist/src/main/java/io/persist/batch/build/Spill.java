package io.persist.batch.build;

import io.persist.store.StoreException;

import java.util.List;

/** Moves a long list of parts to blob. */
final class Spill implements Pending.Work {
    private final PartOutput output;
    private final List<Pending> inputs;

    Spill(PartOutput output, List<Pending> inputs) {
        this.output = output;
        this.inputs = inputs;
    }

    @Override
    public Written run() throws StoreException, InterruptedException {
        return output.spill(Written.concat(inputs.stream().map(Pending::result).toList()));
    }

    @Override
    public void discard() {
        // nothing was taken
    }
}
