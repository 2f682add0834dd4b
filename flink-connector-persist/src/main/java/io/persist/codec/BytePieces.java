package io.persist.codec;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;

/**
 * Bytes in several arrays. What reads or copies a range of them goes to the arrays; everything else
 * puts them together first.
 */
final class BytePieces extends Bytes {
    private final Bytes[] pieces;
    private final int[] ends;

    private BytePieces(Bytes[] pieces, int[] ends) {
        super(EMPTY_ARRAY, 0, ends[ends.length - 1]);
        this.pieces = pieces;
        this.ends = ends;
    }

    /**
     * @throws ArithmeticException if there are 2 GiB or more
     */
    static Bytes of(List<Bytes> all) {
        Bytes[] pieces = all.stream().filter(piece -> !piece.isEmpty()).toArray(Bytes[]::new);
        if (pieces.length < 2) {
            return pieces.length == 0 ? EMPTY : pieces[0];
        }
        int[] ends = new int[pieces.length];
        int end = 0;
        for (int i = 0; i < pieces.length; i++) {
            end = Math.addExact(end, pieces[i].length());
            ends[i] = end;
        }
        return new BytePieces(pieces, ends);
    }

    @Override
    Bytes whole() {
        return takeArray(toArray());
    }

    /** The piece with the byte at {@code index}. */
    private int pieceAt(int index) {
        int found = Arrays.binarySearch(ends, index + 1);
        return found >= 0 ? found : -found - 1;
    }

    private int start(int piece) {
        return piece == 0 ? 0 : ends[piece - 1];
    }

    @Override
    public byte at(int index) {
        int piece = pieceAt(Objects.checkIndex(index, length()));
        return pieces[piece].at(index - start(piece));
    }

    /** Copies if several pieces are concerned. */
    @Override
    public Bytes slice(int from, int count) {
        Objects.checkFromIndexSize(from, count, length());
        if (count == 0) {
            return EMPTY;
        }
        int piece = pieceAt(from);
        if (from + count <= ends[piece]) {
            return pieces[piece].slice(from - start(piece), count);
        }
        byte[] copy = new byte[count];
        for (int at = from; at < from + count; at = ends[piece++]) {
            int some = Math.min(from + count, ends[piece]) - at;
            pieces[piece].slice(at - start(piece), some).copyTo(copy, at - from);
        }
        return takeArray(copy);
    }

    @Override
    public byte[] toArray() {
        byte[] array = new byte[length()];
        copyTo(array, 0);
        return array;
    }

    /** A view of a copy. */
    @Override
    public ByteBuffer asByteBuffer() {
        return whole().asByteBuffer();
    }

    @Override
    public void copyTo(byte[] target, int targetOffset) {
        Objects.checkFromIndexSize(targetOffset, length(), target.length);
        for (int i = 0; i < pieces.length; i++) {
            pieces[i].copyTo(target, targetOffset + start(i));
        }
    }

    @Override
    void putInto(BytesWriter target, int row) {
        whole().putInto(target, row);
    }

    @Override
    public String utf8() {
        return whole().utf8();
    }

    @Override
    public boolean isUtf8() {
        return whole().isUtf8();
    }

    @Override
    public String hex() {
        return whole().hex();
    }

    @Override
    public int compareTo(Bytes other) {
        return whole().compareTo(other);
    }

    @Override
    public boolean equals(Object other) {
        return whole().equals(other);
    }

    @Override
    public int hashCode() {
        return whole().hashCode();
    }
}
