package io.persist.part.parquet;

import org.apache.arrow.vector.FieldVector;
import org.apache.parquet.format.Type;

/**
 * How a leaf will be written, going by a sample of its first values.
 *
 * @param width bytes of a value as {@link ValueSource} gives it, 0 for byte arrays
 * @param useDictionary whether a dictionary is worth it
 * @param isWhole whether no values are expected beyond those that were looked at
 * @param expectedBytes of these, roughly and uncompressed
 */
record LeafPlan(int width, boolean useDictionary, boolean isWhole, long expectedBytes) {
    private static final int PAGE_BYTES = 1 << 20;
    private static final int PAGE_ROWS = 20_000;
    private static final int HEADER_BYTES = 256;

    /**
     * @param growth how many times as many values there will be, at least 1
     * @param memory for a page
     */
    static LeafPlan of(
            SchemaNode leaf,
            FieldVector vector,
            boolean tryDictionary,
            double growth,
            PageMemory memory) {
        ValueSource source = ValueSource.of(leaf, vector, memory.raw, memory.offsets);
        int count = vector.getValueCount();
        int nulls = leaf.isNullType() ? 0 : vector.getNullCount();
        boolean isWhole = growth == 1;
        long pageBytes = HEADER_BYTES * (1L + count / PAGE_ROWS);
        long levelBytes = leaf.def() == 0 ? 0 : count / 2L;
        if (leaf.physical() == Type.BOOLEAN) {
            return new LeafPlan(
                    source.width(), false, isWhole, pageBytes + levelBytes + count / Byte.SIZE);
        }
        // Slots of nulls have no bytes but their length or width.
        long slotWidth = source.width() == 0 ? Integer.BYTES : source.width();
        long plainBytes = source.slotBytes(0, count) - nulls * slotWidth;
        long other = pageBytes + levelBytes + plainBytes / PAGE_BYTES * HEADER_BYTES;
        if (tryDictionary && count > 0) {
            double values = (count - nulls) * growth;
            double bytesOfAll = plainBytes * growth;
            ValueBuffer sample = sample(leaf, source, vector, memory);
            long bytes =
                    DictionaryEncoder.expectedBytes(
                            sample,
                            memory.indexes(sample.count()),
                            (int) Math.min(values, Integer.MAX_VALUE),
                            (long) bytesOfAll);
            if (bytes <= bytesOfAll) {
                long own = Math.min(bytes, plainBytes);
                return new LeafPlan(source.width(), true, isWhole, other + own + own / 8);
            }
        }
        return new LeafPlan(source.width(), false, isWhole, other + plainBytes);
    }

    /** Values from all over the vector. */
    private static ValueBuffer sample(
            SchemaNode leaf, ValueSource source, FieldVector vector, PageMemory memory) {
        ValueBuffer sample = new ValueBuffer(source.width());
        int count = vector.getValueCount();
        int sampled = Math.min(count, DictionaryEncoder.SAMPLE);
        for (int i = 0; i < sampled; i++) {
            int slot = (int) ((long) i * count / sampled);
            if (leaf.isNullType() || !vector.isNull(slot)) {
                memory.slots.setDense(slot, 1);
                source.load(memory.slots);
                source.gather(memory.slots, sample);
            }
        }
        return sample;
    }
}
