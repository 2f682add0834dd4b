package io.persist.codec.relation.stored;

import io.persist.codec.Utf8;

import java.util.Arrays;

/**
 * Tells texts that are the one that is stored for their JSON value, so that they can be stored as
 * they are; allocates nothing. Where that takes arithmetic or decoding (numbers of many digits,
 * keys with escapes) it says no, and {@link Json#parse} tells. One thread.
 */
public final class JsonTextCheck {
    /** Numbers of so few digits are exact, whatever they are. */
    private static final int MAX_DIGITS = PackedNumeric.MAX_DIGITS - 1;

    private byte[] text = {};
    private int end;
    private int at;

    /** Whether it is one, for sure. */
    public boolean passes(byte[] utf8, int offset, int length) {
        text = utf8;
        at = offset;
        end = offset + length;
        return value(0) && at == end && Utf8.isValid(utf8, offset, length);
    }

    private int next() {
        return at < end ? text[at] : -1;
    }

    private boolean take(int wanted) {
        if (at == end || text[at] != wanted) {
            return false;
        }
        at++;
        return true;
    }

    private boolean value(int depth) {
        return switch (next()) {
            case '{' -> depth < Json.MAX_DEPTH && object(depth + 1);
            case '[' -> depth < Json.MAX_DEPTH && array(depth + 1);
            case '"' -> string();
            case 't' -> literal("true");
            case 'f' -> literal("false");
            case 'n' -> literal("null");
            default -> number();
        };
    }

    private boolean literal(String word) {
        for (int i = 0; i < word.length(); i++) {
            if (!take(word.charAt(i))) {
                return false;
            }
        }
        return true;
    }

    private boolean array(int depth) {
        at++;
        if (take(']')) {
            return true;
        }
        do {
            if (!value(depth)) {
                return false;
            }
        } while (take(','));
        return take(']');
    }

    private boolean object(int depth) {
        at++;
        if (take('}')) {
            return true;
        }
        int keyFrom = -1;
        int keyTo = -1;
        do {
            int from = at;
            if (next() != '"' || !key()) {
                return false;
            }
            boolean ascends =
                    keyFrom < 0
                            || Arrays.compareUnsigned(text, keyFrom, keyTo, text, from + 1, at - 1)
                                    < 0;
            keyFrom = from + 1;
            keyTo = at - 1;
            if (!ascends || !take(':') || !value(depth)) {
                return false;
            }
        } while (take(','));
        return take('}');
    }

    /** Keys are ordered by what they say, so with escapes they would have to be decoded. */
    private boolean key() {
        at++;
        while (at < end && text[at] != '"') {
            if (isControl(text[at]) || text[at] == '\\') {
                return false;
            }
            at++;
        }
        return take('"');
    }

    private boolean string() {
        at++;
        while (at < end && text[at] != '"') {
            if (isControl(text[at]) || (text[at++] == '\\' && !escape())) {
                return false;
            }
        }
        return take('"');
    }

    private static boolean isControl(byte b) {
        return b >= 0 && b < 0x20;
    }

    /** What follows a backslash: only what cannot stand for itself, in its shortest form. */
    private boolean escape() {
        int letter = next();
        at++;
        return switch (letter) {
            case '"', '\\', 'b', 't', 'n', 'f', 'r' -> true;
            case 'u' -> {
                int code =
                        literal("00") && at + 2 <= end
                                ? 16 * hexDigit(text[at]) + hexDigit(text[at + 1])
                                : -1;
                at += 2;
                yield code >= 0 && code < 0x20 && !hasLetter(code);
            }
            default -> false;
        };
    }

    /** Far below zero if it is none, or not in lower case. */
    private static int hexDigit(byte b) {
        if (b >= '0' && b <= '9') {
            return b - '0';
        }
        return b >= 'a' && b <= 'f' ? b - 'a' + 10 : -1000;
    }

    private static boolean hasLetter(int code) {
        return code == '\b' || code == '\t' || code == '\n' || code == '\f' || code == '\r';
    }

    private boolean number() {
        boolean negative = take('-');
        int from = at;
        boolean zero = take('0');
        if (!zero && !digits()) {
            return false;
        }
        int count = at - from;
        if (take('.')) {
            int fraction = at;
            if (!digits() || text[at - 1] == '0') {
                return false;
            }
            count += at - fraction;
            zero = false;
        }
        boolean exponent = next() == 'e' || next() == 'E';
        return !exponent && !(zero && negative) && count <= MAX_DIGITS;
    }

    private boolean digits() {
        int from = at;
        while (at < end && text[at] >= '0' && text[at] <= '9') {
            at++;
        }
        return at > from;
    }
}
