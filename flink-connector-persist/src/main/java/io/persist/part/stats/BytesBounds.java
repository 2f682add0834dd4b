package io.persist.part.stats;

import io.persist.codec.Bytes;
import io.persist.codec.CorruptDataException;
import io.persist.codec.Utf8;
import io.persist.part.Truncation;

import org.apache.arrow.vector.BaseVariableWidthVector;
import org.apache.arrow.vector.FieldVector;
import org.apache.arrow.vector.VarCharVector;

import java.util.Objects;

/** Least and greatest text or bytes, cut to a length if need be; empty if there are none. */
final class BytesBounds implements ValueCollector {
    private final boolean text;
    private final ByteExtremes extremes = new ByteExtremes();

    BytesBounds(BaseVariableWidthVector vector) {
        this.text = vector instanceof VarCharVector;
    }

    @Override
    public void add(FieldVector vector, Validity rows) {
        extremes.add(new ByteRows(KeyStats.typed(BaseVariableWidthVector.class, vector), rows));
    }

    /**
     * @throws CorruptDataException if a bound is no text and ought to be
     */
    @Override
    public ValueStats stats() throws CorruptDataException {
        Bytes least = extremes.leastOr(Bytes.EMPTY);
        Bytes greatest = extremes.greatestOr(Bytes.EMPTY);
        return text ? texts(Utf8.decode(least), Utf8.decode(greatest)) : binaries(least, greatest);
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
