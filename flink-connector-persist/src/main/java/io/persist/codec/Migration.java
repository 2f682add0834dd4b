package io.persist.codec;

import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.vector.FieldVector;
import org.apache.arrow.vector.complex.ListVector;
import org.apache.arrow.vector.complex.StructVector;
import org.apache.arrow.vector.ipc.message.ArrowFieldNode;
import org.apache.arrow.vector.types.pojo.ArrowType;
import org.apache.arrow.vector.types.pojo.Field;
import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * How columns of an older type become columns of a newer one: nullable fields are added at the end
 * of structs, fields may be dropped, what was not nullable may become so. Fields match by name.
 * Without drops, the order of the rows stays the same. No value is copied.
 */
public final class Migration {
    private static final Step NOTHING = new Step(Action.KEEP, List.of(), false, false, false);

    /** What happens to one vector. */
    private enum Action {
        KEEP,
        /** Each field comes from one of the old ones, or is new. */
        FIELDS,
        /** Same rows, other elements. */
        ELEMENTS,
        /** From a column without values to a struct, or the other way. */
        REPLACE
    }

    /**
     * @param sources for {@code FIELDS}, one per new field; for {@code ELEMENTS}, exactly one
     * @param drops whether something is dropped, here or below
     * @param adds whether something is added, here or below
     * @param relabels whether something becomes nullable, here or below
     */
    private record Step(
            Action action, List<Source> sources, boolean drops, boolean adds, boolean relabels) {}

    /**
     * Where the values of a child come from.
     *
     * @param index of the old child; -1: there was none
     */
    private record Source(int index, Step step) {}

    private final Field now;
    private final Step step;

    private Migration(Field now, Step step) {
        this.now = now;
        this.step = step;
    }

    /**
     * The migration from {@code old} to {@code now}, or nothing if the types are not compatible.
     * The names and the nullability of the two fields themselves do not matter.
     */
    public static Optional<Migration> between(Field old, Field now) {
        Step step = typeStep(old, now);
        return step == null ? Optional.empty() : Optional.of(new Migration(now, step));
    }

    /** Whether data is lost: a field of the old type that the new one lacks. */
    public boolean dropsData() {
        return step.drops();
    }

    /** Whether the types are the same. */
    public boolean isNoOp() {
        return step.action() == Action.KEEP;
    }

    private static @Nullable Step typeStep(Field old, Field now) {
        ArrowType from = old.getType();
        ArrowType to = now.getType();
        if (from instanceof ArrowType.Struct && to instanceof ArrowType.Struct) {
            return fieldsStep(old.getChildren(), now.getChildren());
        }
        if (from instanceof ArrowType.Null && to instanceof ArrowType.Struct) {
            return now.getChildren().stream().allMatch(Field::isNullable)
                    ? new Step(Action.REPLACE, List.of(), false, true, false)
                    : null;
        }
        if (from instanceof ArrowType.Map && to instanceof ArrowType.Map) {
            return from.equals(to) && old.getChildren().equals(now.getChildren()) ? NOTHING : null;
        }
        if ((from instanceof ArrowType.List || from instanceof ArrowType.Map)
                && to instanceof ArrowType.List) {
            return elementsStep(old, now);
        }
        return from.equals(to) ? NOTHING : null;
    }

    private static @Nullable Step elementsStep(Field old, Field now) {
        Field from = old.getChildren().get(0);
        Field to = now.getChildren().get(0);
        if (from.isNullable() && !to.isNullable()) {
            return null;
        }
        Step element = typeStep(from, to);
        if (element == null) {
            return null;
        }
        if (old.getType().equals(now.getType()) && from.equals(to)) {
            return NOTHING;
        }
        boolean relabels = element.relabels() || from.isNullable() != to.isNullable();
        return new Step(
                Action.ELEMENTS,
                List.of(new Source(0, element)),
                element.drops(),
                element.adds(),
                relabels);
    }

    private static @Nullable Step fieldsStep(List<Field> old, List<Field> now) {
        Map<String, Integer> positions = new HashMap<>();
        for (int i = 0; i < old.size(); i++) {
            positions.put(old.get(i).getName(), i);
        }
        List<Source> sources = new ArrayList<>();
        boolean added = false;
        boolean relabelled = false;
        int last = -1;
        for (Field to : now) {
            Integer at = positions.get(to.getName());
            if (at == null) {
                if (!to.isNullable()) {
                    return null;
                }
                added = true;
                sources.add(new Source(-1, NOTHING));
                continue;
            }
            Step step = fieldStep(old.get(at), to);
            if (added || at < last || step == null) {
                return null; // an old field after a new one, out of order, or of another type
            }
            last = at;
            relabelled |= !old.get(at).isNullable() && to.isNullable();
            sources.add(new Source(at, step));
        }
        return combine(sources, old.size(), added, relabelled);
    }

    private static Step combine(
            List<Source> sources, int oldFields, boolean added, boolean relabelled) {
        long kept = sources.stream().filter(source -> source.index() >= 0).count();
        boolean drops = kept < oldFields;
        boolean adds = added;
        boolean relabels = relabelled;
        boolean same = !adds && !drops && !relabels;
        for (Source source : sources) {
            drops |= source.step().drops();
            adds |= source.step().adds();
            relabels |= source.step().relabels();
            same &= source.step().action() == Action.KEEP;
        }
        return same ? NOTHING : new Step(Action.FIELDS, sources, drops, adds, relabels);
    }

    private static @Nullable Step fieldStep(Field old, Field now) {
        if (old.isNullable() && !now.isNullable()) {
            return null;
        }
        if (old.isNullable()
                && old.getType() instanceof ArrowType.Struct
                && now.getType() instanceof ArrowType.Null) {
            return new Step(Action.REPLACE, List.of(), true, false, false);
        }
        Step step = typeStep(old, now);
        if (step != null && !old.isNullable() && now.isNullable()) {
            return step.adds() || step.drops() ? null : step;
        }
        return step;
    }

    /**
     * Takes {@code vector} over and returns one of the new type, holding the same rows. The caller
     * closes it. Both share one root allocator.
     */
    public FieldVector apply(FieldVector vector, BufferAllocator allocator) {
        FieldVector target = Vectors.create(now, allocator);
        boolean done = false;
        try {
            move(vector, target, step);
            done = true;
            return target;
        } finally {
            vector.close();
            if (!done) {
                target.close();
            }
        }
    }

    private static void move(FieldVector from, FieldVector to, Step step) {
        int rows = from.getValueCount();
        if (step.action() == Action.REPLACE) {
            // Rows of a struct without fields are all there: which of them are meant is told by
            // the columns beside it, and making some of them null would change their order.
            to.setValueCount(rows);
            if (to instanceof StructVector struct) {
                for (int row = 0; row < rows; row++) {
                    struct.setIndexDefined(row);
                }
            }
            return;
        }
        to.loadFieldBuffers(new ArrowFieldNode(rows, from.getNullCount()), from.getFieldBuffers());
        if (from instanceof ListVector oldList && to instanceof ListVector newList) {
            Step elements = step.action() == Action.KEEP ? NOTHING : step.sources().get(0).step();
            move(oldList.getDataVector(), newList.getDataVector(), elements);
        } else if (from instanceof StructVector) {
            moveFields(from.getChildrenFromFields(), to, step);
        }
    }

    private static void moveFields(List<FieldVector> from, FieldVector to, Step step) {
        List<FieldVector> targets = to.getChildrenFromFields();
        for (int i = 0; i < targets.size(); i++) {
            Source source =
                    step.action() == Action.KEEP ? new Source(i, NOTHING) : step.sources().get(i);
            if (source.index() < 0) {
                targets.get(i).setValueCount(to.getValueCount());
            } else {
                move(from.get(source.index()), targets.get(i), source.step());
            }
        }
    }
}
