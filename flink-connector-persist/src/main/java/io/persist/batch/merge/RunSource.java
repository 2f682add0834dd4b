package io.persist.batch.merge;

import io.persist.batch.MissingBlobException;
import io.persist.batch.RunPart;
import io.persist.batch.columns.SortedPart;
import io.persist.batch.merge.PartLoader.ListedPart;
import io.persist.codec.CorruptDataException;
import io.persist.frontier.Description;
import io.persist.store.StoreException;

import org.jspecify.annotations.Nullable;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Iterator;
import java.util.List;

/** A run that promises an order: its parts one after the other, run references resolved. */
final class RunSource extends MergeSource {
    private final PartLoader<?, ?> loader;
    private final KeyBounds bounds;
    private final Description registered;
    private final ArrayDeque<RunPart> waiting;
    private String name = "";

    RunSource(
            int slot,
            PartLoader<?, ?> loader,
            KeyBounds bounds,
            Description registered,
            Collection<RunPart> parts) {
        super(slot);
        this.loader = loader;
        this.bounds = bounds;
        this.registered = registered;
        this.waiting = new ArrayDeque<>(parts);
    }

    /** Of a part that is open already. */
    static RunSource ofPart(
            SortedPart part,
            int slot,
            String name,
            PartLoader<?, ?> loader,
            KeyBounds bounds,
            Description registered) {
        RunSource source = new RunSource(slot, loader, bounds, registered, List.of());
        source.name = name;
        source.standAtAny(part);
        return source;
    }

    @Override
    @Nullable MergeSource open()
            throws StoreException,
                    MissingBlobException,
                    CorruptDataException,
                    InterruptedException {
        RunPart next = waiting.remove();
        if (next instanceof RunPart.Many many) {
            List<RunPart> listed = new ArrayList<>(loader.list(many));
            for (int i = listed.size() - 1; i >= 0; i--) {
                waiting.addFirst(listed.get(i));
            }
            awaitNext();
            return null;
        }
        if (!(next instanceof RunPart.Single single)) {
            throw new AssertionError(next);
        }
        name = loader.nameOf(single);
        standAtAny(SortedPart.of(loader.load(new ListedPart(single, registered)), slot()));
        return null;
    }

    @Override
    void awaitNext() {
        RunPart next = waiting.peek();
        if (next == null) {
            standAtEnd();
        } else {
            standBefore(bounds.of(next, slot()));
        }
    }

    @Override
    String name() {
        return name;
    }

    @Override
    Iterator<RunPart> waiting() {
        return waiting.iterator();
    }
}
