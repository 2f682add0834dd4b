package io.persist.batch;

import java.util.List;

/** Consecutive elements of a batch that are sorted together. Never empty. */
public record Run(RunMeta meta, List<RunPart> parts) {
    public Run {
        parts = List.copyOf(parts);
        if (parts.isEmpty()) {
            throw new IllegalArgumentException("a run has at least one part");
        }
    }
}
