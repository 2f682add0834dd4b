package io.persist.shard;

import io.persist.codec.ShardId;
import io.persist.store.BlobKey;
import io.persist.store.WriterKey;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.UUID;

/**
 * A place on a line of descent of writers: the key of every staged part names it. Once an
 * incarnation has taken over and appended, parts of its line with a lower incarnation can never be
 * appended.
 *
 * @param tag names the line
 * @param incarnation position on it, from 1
 */
public record WriterLine(int tag, int incarnation) {
    static final int MAX_INCARNATION = (1 << 24) - 1;

    public WriterLine {
        if (incarnation < 1 || incarnation > MAX_INCARNATION) {
            throw new IllegalArgumentException(
                    "incarnation " + incarnation + " outside 1.." + MAX_INCARNATION);
        }
    }

    /**
     * The line of a writer of a job that was not restored. It follows from the submission, never
     * from a sink id that a second submission may share.
     *
     * @param submission random, the same in every attempt of one submission
     */
    public static WriterLine begin(String submission, int subtask, int attempt) {
        try {
            MessageDigest sha = MessageDigest.getInstance("SHA-256");
            byte[] text = (submission + "/" + subtask).getBytes(StandardCharsets.UTF_8);
            return new WriterLine(ByteBuffer.wrap(sha.digest(text)).getInt(), 1 + attempt);
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError("every Java platform has SHA-256", e);
        }
    }

    /**
     * The lines that a restored writer goes on, its own first. After scaling down there are
     * several; after scaling up there may be none, and it begins one.
     *
     * @param random 16 random bytes of this attempt
     */
    public static List<WriterLine> resume(
            Collection<WriterLine> restored, int attempt, UUID random) {
        List<WriterLine> lines = new ArrayList<>();
        for (WriterLine line : restored) {
            if (line.incarnation <= MAX_INCARNATION - 1 - attempt) {
                lines.add(new WriterLine(line.tag, line.incarnation + 1 + attempt));
            }
        }
        if (lines.isEmpty()) {
            lines.add(random(random));
        }
        return List.copyOf(lines);
    }

    /** A line of its own, that no other writer ever goes on. */
    public static WriterLine random(UUID random) {
        return new WriterLine((int) random.getMostSignificantBits(), 1);
    }

    /** What the keys of all parts of the line begin with. */
    String prefix(ShardId shard, WriterKey writer) {
        return String.format(Locale.ROOT, "%s/%s/p%08x", shard, writer, tag);
    }

    /** Whether a part with this line's {@link #prefix} was staged by an earlier incarnation. */
    boolean isAfter(BlobKey part) {
        String id = part.text().substring(part.text().lastIndexOf('/') + 2).replace("-", "");
        // Of another making, if it is no part id.
        return id.length() == 32 && Integer.parseInt(id, 8, 14, 16) < incarnation;
    }

    @Override
    public String toString() {
        return Integer.toHexString(tag) + "/" + incarnation;
    }
}
