package io.persist.e2e.chaos;

import io.persist.e2e.cluster.Await;

import org.apache.flink.api.common.JobID;
import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Finds what a job is to be started from, as an operator does who has only the directory: the
 * newest checkpoint that is complete, or if there is none yet what the job itself was started from.
 */
final class RetainedSnapshots {
    private static final String PREFIX = "chk-";

    private final Path checkpoints;
    private @Nullable JobID job;
    private @Nullable String start;

    RetainedSnapshots(Path checkpoints) {
        this.checkpoints = checkpoints;
    }

    /** A job was submitted; it goes on from {@link #newest}. */
    void ofJob(JobID submitted) throws IOException {
        start = newest();
        job = submitted;
    }

    /** The job has ended with a savepoint. */
    void startedFrom(String savepoint) {
        start = savepoint;
        job = null;
    }

    /** Null if there is nothing yet. */
    @Nullable String newest() throws IOException {
        Optional<String> checkpoint = job == null ? Optional.empty() : newestCheckpoint(job);
        return checkpoint.orElse(start);
    }

    /** Returns as soon as there is one more. */
    void awaitNext(Duration limit) throws IOException, InterruptedException {
        String before = newest();
        long deadline = System.nanoTime() + limit.toNanos();
        while (Objects.equals(newest(), before)) {
            if (System.nanoTime() - deadline > 0) {
                throw new IOException("no checkpoint came after " + before);
            }
            Await.pause(1);
        }
    }

    private Optional<String> newestCheckpoint(JobID of) throws IOException {
        Path directory = checkpoints.resolve(of.toHexString());
        if (!Files.isDirectory(directory)) {
            return Optional.empty();
        }
        List<Path> entries;
        try (Stream<Path> list = Files.list(directory)) {
            entries = list.toList();
        }
        return entries.stream()
                .filter(entry -> entry.getFileName().toString().startsWith(PREFIX))
                // Written last.
                .filter(entry -> Files.exists(entry.resolve("_metadata")))
                .max(Comparator.comparingLong(RetainedSnapshots::number))
                .map(entry -> entry.toUri().toString());
    }

    private static long number(Path checkpoint) {
        return Long.parseLong(checkpoint.getFileName().toString().substring(PREFIX.length()));
    }
}
