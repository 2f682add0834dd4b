package io.persist.e2e.chaos;

import io.persist.e2e.cluster.Await;

import org.apache.flink.api.common.JobID;
import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.util.ArrayList;
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

    /** Written last. */
    private static final String METADATA = "_metadata";

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

    /**
     * The job has ended, or may have, with a savepoint of which nobody was told.
     *
     * @param savepoints of this and other jobs
     */
    void startedFromNewest(Path savepoints) throws IOException {
        if (job == null) {
            return;
        }
        // What Flink makes of the id of a job.
        String prefix = "savepoint-" + job.toHexString().substring(0, 6) + "-";
        List<Path> snapshots = new ArrayList<>(complete(savepoints, prefix));
        newestCheckpoint(job).map(newest -> Path.of(URI.create(newest))).ifPresent(snapshots::add);
        Path newest = null;
        FileTime when = FileTime.fromMillis(0);
        for (Path snapshot : snapshots) {
            FileTime written = Files.getLastModifiedTime(snapshot.resolve(METADATA));
            if (written.compareTo(when) > 0) {
                newest = snapshot;
                when = written;
            }
        }
        if (newest != null) {
            startedFrom(newest.toUri().toString());
        }
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
        return complete(checkpoints.resolve(of.toHexString()), PREFIX).stream()
                .max(Comparator.comparingLong(RetainedSnapshots::number))
                .map(entry -> entry.toUri().toString());
    }

    private static List<Path> complete(Path directory, String prefix) throws IOException {
        if (!Files.isDirectory(directory)) {
            return List.of();
        }
        try (Stream<Path> entries = Files.list(directory)) {
            return entries.filter(entry -> entry.getFileName().toString().startsWith(prefix))
                    .filter(entry -> Files.exists(entry.resolve(METADATA)))
                    .toList();
        }
    }

    private static long number(Path checkpoint) {
        return Long.parseLong(checkpoint.getFileName().toString().substring(PREFIX.length()));
    }
}
