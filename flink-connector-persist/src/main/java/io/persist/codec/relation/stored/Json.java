package io.persist.codec.relation.stored;

import io.persist.codec.Bytes;
import io.persist.codec.CorruptDataException;

import java.io.ByteArrayOutputStream;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * A JSON value. Numbers are exact, strings UTF-8. There is one text for each value, which is what
 * is stored: no white space, keys in the order of their bytes, numbers without exponent.
 */
public sealed interface Json {
    /** Arrays and objects within one another; what the reference reads. */
    int MAX_DEPTH = 127;

    /** Values without content. */
    enum Literal implements Json {
        NULL("null"),
        TRUE("true"),
        FALSE("false");

        private final byte[] utf8;

        Literal(String text) {
            this.utf8 = text.getBytes(StandardCharsets.US_ASCII);
        }
    }

    /** At most 39 digits, without trailing zeros. */
    @SuppressWarnings("JavaLangClash") // JSON's word, and always qualified
    record Number(BigDecimal value) implements Json {
        /**
         * @throws CorruptDataException if the value has too many digits
         */
        static Number of(BigDecimal value) throws CorruptDataException {
            if (!PackedNumeric.pack(value, new byte[PackedNumeric.WIDTH])) {
                throw new CorruptDataException(
                        "number of more than " + PackedNumeric.MAX_DIGITS + " digits");
            }
            return new Number(value.signum() == 0 ? BigDecimal.ZERO : value.stripTrailingZeros());
        }
    }

    record Text(Bytes utf8) implements Json {}

    record Array(List<Json> elements) implements Json {
        public Array {
            elements = List.copyOf(elements);
        }
    }

    /**
     * @param members by key, in the order of the keys' bytes
     */
    @SuppressWarnings("JavaLangClash") // JSON's word, and always qualified
    record Object(SortedMap<Bytes, Json> members) implements Json {
        public Object {
            members = java.util.Collections.unmodifiableSortedMap(new TreeMap<>(members));
        }
    }

    /**
     * The value of a text; of members with the same key the last one counts.
     *
     * @throws CorruptDataException if it is no JSON, or beyond what can be stored: too deep, a
     *     number of too many digits, an unpaired surrogate
     */
    static Json parse(byte[] utf8, int offset, int length) throws CorruptDataException {
        return new JsonParser(utf8, offset, length).parse();
    }

    /** The only text of this value. */
    default byte[] text() {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        print(this, out);
        return out.toByteArray();
    }

    private static void print(Json json, ByteArrayOutputStream out) {
        if (json instanceof Literal literal) {
            out.writeBytes(literal.utf8);
        } else if (json instanceof Number number) {
            out.writeBytes(number.value().toPlainString().getBytes(StandardCharsets.US_ASCII));
        } else if (json instanceof Text text) {
            printText(text.utf8(), out);
        } else if (json instanceof Array array) {
            int separator = '[';
            for (Json element : array.elements()) {
                out.write(separator);
                print(element, out);
                separator = ',';
            }
            out.writeBytes(array.elements().isEmpty() ? new byte[] {'[', ']'} : new byte[] {']'});
        } else if (json instanceof Object object) {
            int separator = '{';
            for (Map.Entry<Bytes, Json> member : object.members().entrySet()) {
                out.write(separator);
                printText(member.getKey(), out);
                out.write(':');
                print(member.getValue(), out);
                separator = ',';
            }
            out.writeBytes(object.members().isEmpty() ? new byte[] {'{', '}'} : new byte[] {'}'});
        } else {
            throw new AssertionError(json);
        }
    }

    private static void printText(Bytes utf8, ByteArrayOutputStream out) {
        out.write('"');
        for (int i = 0; i < utf8.length(); i++) {
            byte b = utf8.at(i);
            switch (b) {
                case '"', '\\' -> escape(b, out);
                case '\b' -> escape('b', out);
                case '\t' -> escape('t', out);
                case '\n' -> escape('n', out);
                case '\f' -> escape('f', out);
                case '\r' -> escape('r', out);
                default -> {
                    if (b >= 0 && b < 0x20) {
                        String hex = "\\u00" + (b < 0x10 ? "0" : "") + Integer.toHexString(b);
                        out.writeBytes(hex.getBytes(StandardCharsets.US_ASCII));
                    } else {
                        out.write(b);
                    }
                }
            }
        }
        out.write('"');
    }

    private static void escape(int letter, ByteArrayOutputStream out) {
        out.write('\\');
        out.write(letter);
    }
}
