package io.persist.store.file;

import io.persist.codec.Bytes;
import io.persist.codec.ShardId;
import io.persist.store.BlobKey;
import io.persist.store.SeqNo;
import io.persist.store.StoreException;
import io.persist.store.log.LogConsensus;
import io.persist.testing.CasCounter;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.UUID;

/**
 * The main class of the processes that share stores in tests. Tells what it has done on standard
 * output, one line each, and takes one line of standard input as the sign to begin.
 */
final class FileStoreProcess {
    static final ShardId SHARD = new ShardId(new UUID(1, 1));

    private static final PrintStream OUT =
            new PrintStream(System.out, true, StandardCharsets.UTF_8);

    private FileStoreProcess() {}

    /**
     * @param args {@code count ROOT NAME TIMES TRUNCATE_EVERY}, {@code create ROOT NAME ROUNDS} or
     *     {@code blob ROOT LAYOUT BYTES}
     */
    public static void main(String[] args) throws IOException {
        Path root = Path.of(args[1]);
        switch (args[0]) {
            case "count" ->
                    count(root, args[2], Integer.parseInt(args[3]), Integer.parseInt(args[4]));
            case "create" -> create(root, args[2], Integer.parseInt(args[3]));
            case "blob" -> blob(root, args[2], Integer.parseInt(args[3]));
            default -> throw new IllegalArgumentException(args[0]);
        }
    }

    /** Counts in the shared log; says each count that was acknowledged. */
    private static void count(Path root, String name, int times, int truncateEvery)
            throws IOException {
        CasCounter counter = new CasCounter(consensus(root), SHARD, name);
        awaitStart();
        for (int i = 1; i <= times; i++) {
            counter.increment();
            OUT.println("counted " + i);
            if (i % truncateEvery == 0) {
                counter.truncate();
            }
        }
        OUT.println("done");
    }

    /** Races for keys; says each one it has won. */
    private static void create(Path root, String name, int rounds) throws IOException {
        FileObjects objects = FileObjects.open(root, UUID::randomUUID);
        awaitStart();
        for (int i = 0; i < rounds; i++) {
            if (objects.createIfAbsent("race/" + i, Bytes.utf8(name))) {
                OUT.println("won " + i);
            }
        }
        OUT.println("done");
    }

    /** Writes one blob of the given size. */
    private static void blob(Path root, String layout, int bytes) {
        try {
            FileBlob blob =
                    FileBlob.open(
                            root,
                            layout.equals("any") ? null : BlobLayout.valueOf(layout),
                            FileBlob.Deletion.UNLINK,
                            UUID::randomUUID);
            blob.set(new BlobKey(SHARD + "/n2600000/p1"), Bytes.takeArray(new byte[bytes]));
            OUT.println("done");
        } catch (StoreException e) {
            OUT.println(e.getClass().getSimpleName() + " " + e.getMessage());
        }
    }

    private static LogConsensus consensus(Path root) throws StoreException {
        return new LogConsensus(FileObjects.open(root, UUID::randomUUID), UUID::randomUUID);
    }

    private static void awaitStart() throws IOException {
        OUT.println("ready");
        int sign = System.in.read();
        assert sign >= 0;
    }

    /** Seqno of the newest entry, or -1. */
    static long head(LogConsensus consensus) throws StoreException {
        return consensus.head(SHARD).map(entry -> entry.seqno()).map(SeqNo::value).orElse(-1L);
    }
}
