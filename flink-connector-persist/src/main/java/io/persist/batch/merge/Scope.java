package io.persist.batch.merge;

/**
 * What a reader wants of the runs that it reads.
 *
 * @param parts which parts can hold anything of interest; of one merge only
 */
record Scope(Filter updates, PartFilter parts) {
    static Scope all(Filter updates) {
        return new Scope(updates, PartFilter.none());
    }
}
