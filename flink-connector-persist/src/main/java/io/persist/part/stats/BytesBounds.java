package io.persist.part.stats;

import io.persist.codec.Bytes;
import io.persist.codec.CorruptDataException;
import io.persist.codec.Utf8;
import io.persist.part.Truncation;

import org.apache.arrow.vector.BaseVariableWidthVector;
import org.apache.arrow.vector.VarCharVector;

import java.util.Objects;

/** Least and greatest text or bytes, cut to a length if need be; empty if there are none. */
final class BytesBounds {
    private BytesBounds() {}

    /**
     * @throws CorruptDataException if a bound is no text and ought to be
     */
    static ValueStats of(BaseVariableWidthVector vector, Validity rows)
            throws CorruptDataException {
        ByteRows extremes = new ByteRows(vector, rows);
        Bytes least = Objects.requireNonNullElse(extremes.least(), Bytes.EMPTY);
        Bytes greatest = Objects.requireNonNullElse(extremes.greatest(), Bytes.EMPTY);
        return vector instanceof VarCharVector
                ? texts(Utf8.decode(least), Utf8.decode(greatest))
                : binaries(least, greatest);
    }

    private static ValueStats.Texts texts(String least, String greatest) {
        String upper = Truncation.textUpper(greatest, Truncation.MAX_BYTES);
        return new ValueStats.Texts(
                Truncation.textLower(least, Truncation.MAX_BYTES),
                Objects.requireNonNullElse(upper, greatest));
    }

    private static ValueStats.Binaries binaries(Bytes least, Bytes greatest) {
        Bytes upper = Truncation.bytesUpper(greatest, Truncation.MAX_BYTES);
        return new ValueStats.Binaries(
                Truncation.bytesLower(least, Truncation.MAX_BYTES),
                Objects.requireNonNullElse(upper, greatest));
    }
}
