package io.persist.codec.relation;

import io.persist.codec.Bytes;
import io.persist.codec.CorruptDataException;
import io.persist.codec.Utf8;
import io.persist.codec.Utf8Buffer;
import io.persist.codec.relation.stored.Json;
import io.persist.codec.relation.stored.JsonTextCheck;
import io.persist.codec.relation.stored.Slots;

import org.jspecify.annotations.Nullable;

import java.nio.charset.StandardCharsets;

/** Columns of strings, of bytes and of JSON. */
final class BytesColumns {
    private BytesColumns() {}

    /** bytea. */
    static final class Binaries extends Column {
        private byte[] scratch = new byte[64];

        Binaries(RelationColumn column, Slots slots) {
            super(column, slots, 0);
        }

        @Override
        public int setBytes(int row, byte[] bytes, int offset, int length) {
            slots.putBytes(row, bytes, offset, length);
            return length;
        }

        @Override
        public Bytes bytes(int row) {
            return slots.getBytes(row);
        }

        @Override
        Datum value(int row) {
            return new Datum.Bytea(bytes(row));
        }

        @Override
        int setValue(int row, Datum datum) {
            if (datum instanceof Datum.Bytea bytea) {
                int length = bytea.value().length();
                if (length > scratch.length) {
                    scratch = new byte[Math.max(length, 2 * scratch.length)];
                }
                bytea.value().copyTo(scratch, 0);
                return setBytes(row, scratch, 0, length);
            }
            throw wrongDatum(datum);
        }
    }

    /** text, varchar and char. */
    static final class Texts extends Column {
        private final @Nullable Integer maxCodePoints;
        private final boolean stripped;
        private final Utf8Buffer buffer = new Utf8Buffer();

        /**
         * @param maxCodePoints null: any
         * @param stripped whether values are stored without trailing white space
         */
        Texts(
                RelationColumn column,
                Slots slots,
                @Nullable Integer maxCodePoints,
                boolean stripped) {
            super(column, slots, 0);
            this.maxCodePoints = maxCodePoints;
            this.stripped = stripped;
        }

        @Override
        public int setUtf8(int row, byte[] utf8, int offset, int length) {
            if (!Utf8.isValid(utf8, offset, length)) {
                throw illegal(Bytes.takeArray(utf8, offset, length), "not UTF-8");
            }
            return put(row, utf8, offset, length);
        }

        private int put(int row, byte[] utf8, int offset, int length) {
            int stored = stripped ? strippedLength(utf8, offset, length) : length;
            Integer max = maxCodePoints;
            if (max != null && stored > max && codePoints(utf8, offset, stored) > max) {
                String value = new String(utf8, offset, stored, StandardCharsets.UTF_8);
                throw illegal("'" + value + "'", "longer than " + max);
            }
            slots.putBytes(row, utf8, offset, stored);
            return stored;
        }

        @Override
        public int setText(int row, String value) {
            int length;
            try {
                length = buffer.encode(value);
            } catch (IllegalArgumentException e) {
                throw illegal("'" + value + "'", "unpaired surrogate");
            }
            return put(row, buffer.bytes(), 0, length);
        }

        @Override
        public Bytes utf8(int row) throws CorruptDataException {
            Bytes utf8 = slots.getBytes(row);
            if (!utf8.isUtf8()) {
                throw corrupt(row, "not UTF-8: " + utf8);
            }
            return utf8;
        }

        @Override
        Datum value(int row) throws CorruptDataException {
            return new Datum.Text(utf8(row).utf8());
        }

        @Override
        int setValue(int row, Datum datum) {
            if (datum instanceof Datum.Text text) {
                return setText(row, text.value());
            }
            throw wrongDatum(datum);
        }

        private static int codePoints(byte[] utf8, int offset, int length) {
            int count = 0;
            for (int i = offset; i < offset + length; i++) {
                if ((utf8[i] & 0xc0) != 0x80) {
                    count++;
                }
            }
            return count;
        }

        private static int strippedLength(byte[] utf8, int offset, int length) {
            int end = offset + length;
            while (end > offset) {
                int start = end - 1;
                while ((utf8[start] & 0xc0) == 0x80) {
                    start--;
                }
                if (!isWhiteSpace(codePoint(utf8, start, end))) {
                    break;
                }
                end = start;
            }
            return end - offset;
        }

        private static int codePoint(byte[] utf8, int start, int end) {
            int size = end - start;
            int point = size == 1 ? utf8[start] : utf8[start] & (0x7f >> size);
            for (int i = start + 1; i < end; i++) {
                point = point << 6 | (utf8[i] & 0x3f);
            }
            return point;
        }

        /** Unicode's White_Space, which no method of {@code Character} tells. */
        private static boolean isWhiteSpace(int point) {
            if (point <= 0x20) {
                return point == 0x20 || (point >= 0x09 && point <= 0x0d);
            }
            return switch (point) {
                case 0x85, 0xa0, 0x1680, 0x2028, 0x2029, 0x202f, 0x205f, 0x3000 -> true;
                default -> point >= 0x2000 && point <= 0x200a;
            };
        }
    }

    /** JSON, stored as the only text of its value. */
    static final class Jsonbs extends Column {
        private final JsonTextCheck check = new JsonTextCheck();
        private final Utf8Buffer buffer = new Utf8Buffer();

        Jsonbs(RelationColumn column, Slots slots) {
            super(column, slots, 0);
        }

        @Override
        public int setUtf8(int row, byte[] utf8, int offset, int length) {
            if (check.passes(utf8, offset, length)) {
                slots.putBytes(row, utf8, offset, length);
                return length;
            }
            byte[] text;
            try {
                text = Json.parse(utf8, offset, length).text();
            } catch (CorruptDataException e) {
                String shown = new String(utf8, offset, length, StandardCharsets.UTF_8);
                throw illegal("'" + shown + "'", String.valueOf(e.getMessage()));
            }
            slots.putBytes(row, text, 0, text.length);
            return text.length;
        }

        @Override
        public int setText(int row, String value) {
            int length;
            try {
                length = buffer.encode(value);
            } catch (IllegalArgumentException e) {
                throw illegal("'" + value + "'", "unpaired surrogate");
            }
            return setUtf8(row, buffer.bytes(), 0, length);
        }

        @Override
        public Bytes utf8(int row) throws CorruptDataException {
            Bytes text = slots.getBytes(row);
            byte[] stored = text.toArray();
            if (check.passes(stored, 0, stored.length)) {
                return text;
            }
            try {
                return Bytes.takeArray(Json.parse(stored, 0, stored.length).text());
            } catch (CorruptDataException e) {
                throw corrupt(row, e.getMessage() + ", in " + Bytes.takeArray(stored));
            }
        }

        @Override
        Datum value(int row) throws CorruptDataException {
            return new Datum.Jsonb(utf8(row).utf8());
        }

        @Override
        int setValue(int row, Datum datum) {
            if (datum instanceof Datum.Jsonb json) {
                return setText(row, json.text());
            }
            throw wrongDatum(datum);
        }
    }
}
