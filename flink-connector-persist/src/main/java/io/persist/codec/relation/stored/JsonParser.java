package io.persist.codec.relation.stored;

import io.persist.codec.Bytes;
import io.persist.codec.CorruptDataException;
import io.persist.codec.Utf8;

import java.io.ByteArrayOutputStream;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;

/** Reads one JSON text, strictly. One use. */
final class JsonParser {
    /** Longer numbers do not fit anyway, unless they are all zeros; and cost much to look at. */
    private static final int MAX_NUMBER_LENGTH = 1000;

    private static final int END = -1;

    private final byte[] text;
    private final int start;
    private final int end;
    private int at;

    JsonParser(byte[] text, int offset, int length) {
        this.text = text;
        this.start = offset;
        this.end = offset + length;
        this.at = offset;
    }

    Json parse() throws CorruptDataException {
        if (!Utf8.isValid(text, start, end - start)) {
            throw new CorruptDataException("not UTF-8");
        }
        Json value = value(0);
        if (peek() != END) {
            throw unexpected("the end");
        }
        return value;
    }

    private CorruptDataException unexpected(String expected) {
        String found = at < end ? "'" + (char) text[at] + "'" : "the end";
        return new CorruptDataException(
                "no JSON: expected "
                        + expected
                        + " at byte "
                        + (at - start)
                        + ", found "
                        + (at < end && text[at] < 0x20 ? "byte " + (text[at] & 0xff) : found));
    }

    /** The next byte after white space, which stays next. */
    private int peek() {
        while (at < end) {
            byte b = text[at];
            if (b != ' ' && b != '\n' && b != '\r' && b != '\t') {
                return b & 0xff;
            }
            at++;
        }
        return END;
    }

    /** Whether the next byte after white space is this one; if so, steps over it. */
    private boolean take(int wanted) {
        if (peek() != wanted) {
            return false;
        }
        at++;
        return true;
    }

    private Json value(int depth) throws CorruptDataException {
        switch (peek()) {
            case '{' -> {
                return object(deeper(depth));
            }
            case '[' -> {
                return array(deeper(depth));
            }
            case '"' -> {
                return new Json.Text(string());
            }
            case 't' -> {
                return literal("true", Json.Literal.TRUE);
            }
            case 'f' -> {
                return literal("false", Json.Literal.FALSE);
            }
            case 'n' -> {
                return literal("null", Json.Literal.NULL);
            }
            default -> {
                return number();
            }
        }
    }

    private static int deeper(int depth) throws CorruptDataException {
        if (depth == Json.MAX_DEPTH) {
            throw new CorruptDataException("JSON nested deeper than " + Json.MAX_DEPTH);
        }
        return depth + 1;
    }

    private Json literal(String word, Json.Literal value) throws CorruptDataException {
        for (int i = 0; i < word.length(); i++) {
            if (at == end || text[at] != word.charAt(i)) {
                throw unexpected(word);
            }
            at++;
        }
        return value;
    }

    private Json array(int depth) throws CorruptDataException {
        at++;
        List<Json> elements = new ArrayList<>();
        if (take(']')) {
            return new Json.Array(elements);
        }
        do {
            elements.add(value(depth));
        } while (take(','));
        if (!take(']')) {
            throw unexpected("',' or ']'");
        }
        return new Json.Array(elements);
    }

    private Json object(int depth) throws CorruptDataException {
        at++;
        SortedMap<Bytes, Json> members = new TreeMap<>();
        if (take('}')) {
            return new Json.Object(members);
        }
        do {
            if (peek() != '"') {
                throw unexpected("a key");
            }
            Bytes key = string();
            if (!take(':')) {
                throw unexpected("':'");
            }
            members.put(key, value(depth));
        } while (take(','));
        if (!take('}')) {
            throw unexpected("',' or '}'");
        }
        return new Json.Object(members);
    }

    private Json number() throws CorruptDataException {
        int from = at;
        if (at < end && text[at] == '-') {
            at++;
        }
        if (at < end && text[at] == '0') {
            at++;
        } else {
            digits("a value");
        }
        if (at < end && text[at] == '.') {
            at++;
            digits("a digit");
        }
        if (at < end && (text[at] == 'e' || text[at] == 'E')) {
            at++;
            if (at < end && (text[at] == '+' || text[at] == '-')) {
                at++;
            }
            digits("a digit");
        }
        if (at - from > MAX_NUMBER_LENGTH) {
            throw new CorruptDataException("number of " + (at - from) + " characters");
        }
        String number = new String(text, from, at - from, StandardCharsets.US_ASCII);
        try {
            return Json.Number.of(new BigDecimal(number));
        } catch (NumberFormatException | ArithmeticException e) {
            throw new CorruptDataException("exponent of " + number + " is out of range", e);
        }
    }

    private void digits(String expected) throws CorruptDataException {
        int from = at;
        while (at < end && text[at] >= '0' && text[at] <= '9') {
            at++;
        }
        if (at == from) {
            throw unexpected(expected);
        }
    }

    /** The string that begins at the next byte, a quote. */
    private Bytes string() throws CorruptDataException {
        at++;
        int from = at;
        while (at < end && text[at] != '"' && text[at] != '\\') {
            requirePrintable();
            at++;
        }
        if (at < end && text[at] == '"') {
            return Bytes.takeArray(Arrays.copyOfRange(text, from, at++));
        }
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        out.write(text, from, at - from);
        while (at < end && text[at] != '"') {
            if (text[at] == '\\') {
                at++;
                escaped(out);
            } else {
                requirePrintable();
                out.write(text[at++]);
            }
        }
        if (at == end) {
            throw unexpected("'\"'");
        }
        at++;
        return Bytes.takeArray(out.toByteArray());
    }

    private void requirePrintable() throws CorruptDataException {
        if (text[at] >= 0 && text[at] < 0x20) {
            throw unexpected("an escape of the control character");
        }
    }

    private void escaped(ByteArrayOutputStream out) throws CorruptDataException {
        int letter = at < end ? text[at] : END;
        switch (letter) {
            case '"', '\\', '/' -> out.write(letter);
            case 'b' -> out.write('\b');
            case 't' -> out.write('\t');
            case 'n' -> out.write('\n');
            case 'f' -> out.write('\f');
            case 'r' -> out.write('\r');
            case 'u' -> {
                at++;
                out.writeBytes(Character.toString(codePoint()).getBytes(StandardCharsets.UTF_8));
                return;
            }
            default -> throw unexpected("an escape");
        }
        at++;
    }

    private int codePoint() throws CorruptDataException {
        int first = fourHexDigits();
        if (!Character.isSurrogate((char) first)) {
            return first;
        }
        if (Character.isHighSurrogate((char) first)
                && end - at >= 2
                && text[at] == '\\'
                && text[at + 1] == 'u') {
            at += 2;
            int second = fourHexDigits();
            if (Character.isLowSurrogate((char) second)) {
                return Character.toCodePoint((char) first, (char) second);
            }
        }
        throw new CorruptDataException("unpaired surrogate in JSON");
    }

    private int fourHexDigits() throws CorruptDataException {
        int value = 0;
        for (int i = 0; i < 4; i++) {
            int digit = at < end ? Character.digit((char) text[at], 16) : END;
            if (digit < 0) {
                throw unexpected("a hex digit");
            }
            value = value << 4 | digit;
            at++;
        }
        return value;
    }
}
