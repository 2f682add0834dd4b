package io.persist.batch;

import static org.assertj.core.api.Assertions.assertThat;

import io.persist.codec.Bytes;
import io.persist.codec.ShardId;
import io.persist.store.BlobKey;
import io.persist.store.PartKey;
import io.persist.store.Retry;
import io.persist.store.mem.MemBlob;
import io.persist.testing.ManualTime;

import org.junit.jupiter.api.Test;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.Random;
import java.util.UUID;
import java.util.concurrent.AbstractExecutorService;
import java.util.concurrent.TimeUnit;

/** Blobs are deleted several at a time, lists after what they list. */
class PartDeletesTest {
    private static final ShardId SHARD = new ShardId(new UUID(1, 1));

    private final MemBlob blob = new MemBlob();
    private final ManualTime time = new ManualTime(0);

    /** Runs the oldest task whenever one more than allowed is handed in. */
    private static final class Window extends AbstractExecutorService {
        private final Queue<Runnable> waiting = new ArrayDeque<>();
        private final int size;
        private int most;

        Window(int size) {
            this.size = size;
        }

        @Override
        public void execute(Runnable task) {
            waiting.add(task);
            most = Math.max(most, waiting.size());
            if (waiting.size() == size) {
                while (!waiting.isEmpty()) {
                    waiting.remove().run();
                }
            }
        }

        @Override
        public void shutdown() {}

        @Override
        public List<Runnable> shutdownNow() {
            return List.of();
        }

        @Override
        public boolean isShutdown() {
            return false;
        }

        @Override
        public boolean isTerminated() {
            return false;
        }

        @Override
        public boolean awaitTermination(long timeout, TimeUnit unit) {
            return true;
        }
    }

    private static PartKey key(int number) {
        return new PartKey("n2600000/p" + number);
    }

    private static RunPart part(int number) {
        return new RunPart.Hollow(
                key(number),
                1,
                Bytes.EMPTY,
                null,
                null,
                null,
                new RunPart.FormatHint.Structured(),
                null,
                null,
                null,
                Bytes.EMPTY);
    }

    private PartDeletes deletes(Window io, int concurrency) {
        Retry.Policy policy =
                new Retry.Policy(
                        Duration.ofMillis(4), Duration.ofSeconds(16), Duration.ofMinutes(5));
        return new PartDeletes(
                SHARD, blob, new Retry(policy, time, time, new Random(1)), io, concurrency);
    }

    @Test
    void asManyAtOnceAsAllowed() throws Exception {
        List<RunPart> parts = new ArrayList<>();
        for (int i = 0; i < 12; i++) {
            blob.set(BlobKey.of(SHARD, key(i)), Bytes.EMPTY);
            parts.add(part(i));
        }
        Window io = new Window(4);

        deletes(io, 4).delete(parts);

        assertThat(io.most).isEqualTo(4);
        for (int i = 0; i < 12; i++) {
            assertThat(blob.get(BlobKey.of(SHARD, key(i)))).isEmpty();
        }
    }

    @Test
    void whatIsListedGoesWithItsList() throws Exception {
        blob.set(BlobKey.of(SHARD, key(1)), Bytes.EMPTY);
        blob.set(BlobKey.of(SHARD, key(2)), HollowBatchEncoding.encodeRun(List.of(part(1))));
        RunPart many = new RunPart.Many(key(2), 1, 1, Bytes.EMPTY, null, null, Bytes.EMPTY);
        RunPart gone = new RunPart.Many(key(3), 1, 1, Bytes.EMPTY, null, null, Bytes.EMPTY);

        deletes(new Window(1), 1).delete(List.of(many, gone));

        assertThat(blob.get(BlobKey.of(SHARD, key(1)))).isEmpty();
        assertThat(blob.get(BlobKey.of(SHARD, key(2)))).isEmpty();
    }
}
