package io.persist.codec.relation.stored;

import static org.assertj.core.api.Assertions.assertThat;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.persist.codec.CorruptDataException;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.util.Random;

class JsonTextCheckTest {
    private static boolean isText(String json) {
        byte[] utf8 = ("?" + json + "?").getBytes(UTF_8);
        return new JsonTextCheck().passes(utf8, 1, utf8.length - 2);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "null",
                "true",
                "false",
                "0",
                "-1",
                "1000",
                "-0.5",
                "12.0304",
                "\"\"",
                "\"a/\u00e9\ud83d\ude00\u007f\"",
                "\"\\\"\\\\\\b\\t\\n\\f\\r\\u0000\\u001f\"",
                "[]",
                "[1,[2,{}],\"x\"]",
                "{}",
                "{\"\":1,\"A\":{\"a\":[]},\"a\":null,\"\u00e9\":2}"
            })
    void theTextOfAValueIsOne(String json) throws Exception {
        assertThat(
                        new String(
                                Json.parse(json.getBytes(UTF_8), 0, json.getBytes(UTF_8).length)
                                        .text(),
                                UTF_8))
                .isEqualTo(json);
        assertThat(isText(json)).isTrue();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                " 1",
                "1 ",
                "nul",
                "nulls",
                "-",
                "-0",
                "00",
                "01",
                "1.",
                "1.0",
                "0.10",
                ".5",
                "1e3",
                "1E3",
                "+1",
                "\"",
                "\"\\/\"",
                "\"\\u0041\"",
                "\"\\u000a\"",
                "\"\\u001F\"",
                "\"\\u00",
                "\"\\u",
                "\"\\",
                "\"\\x\"",
                "\"\n\"",
                "[1, 2]",
                "[1",
                "[1,]",
                "[,1]",
                "{\"b\":1,\"a\":2}",
                "{\"a\":1,\"a\":2}",
                "{\"a\" :1}",
                "{\"a\":1",
                "{\"a\"}",
                "{a:1}",
                "{\"a\\\"\":1}"
            })
    void othersAreNone(String json) {
        assertThat(isText(json)).isFalse();
    }

    @Test
    void whatIsNoUtf8OrTooDeepIsNone() {
        assertThat(new JsonTextCheck().passes(new byte[] {'"', (byte) 0xc0, '"'}, 0, 3)).isFalse();
        assertThat(isText("[".repeat(127) + "]".repeat(127))).isTrue();
        assertThat(isText("[".repeat(128) + "]".repeat(128))).isFalse();
        assertThat(isText("9".repeat(38))).isTrue();
        assertThat(isText("9".repeat(39))).isFalse();
    }

    /** Mutations of texts: whatever passes is stored as it is, and reads as itself. */
    @Test
    void whatPassesIsTheTextOfItsValue() throws Exception {
        Random random = new Random(31);
        int passed = 0;
        for (int i = 0; i < 200_000; i++) {
            StringBuilder json = new StringBuilder();
            put(json, random, 3);
            if (random.nextBoolean() && json.length() > 0) {
                json.setCharAt(
                        random.nextInt(json.length()),
                        "{}[]\",:\\0129.-eEun \u00e9".charAt(random.nextInt(19)));
            }
            byte[] utf8 = json.toString().getBytes(UTF_8);
            byte[] text = null;
            try {
                text = Json.parse(utf8, 0, utf8.length).text();
            } catch (CorruptDataException e) {
                assertThat(isText(json.toString())).as("%s", json).isFalse();
            }
            if (isText(json.toString())) {
                assertThat(new String(text, UTF_8)).isEqualTo(json.toString());
                passed++;
            } else if (text != null && json.indexOf("\\") < 0) {
                assertThat(new String(text, UTF_8)).isNotEqualTo(json.toString());
            }
        }
        assertThat(passed).isGreaterThan(20_000);
    }

    private static void put(StringBuilder out, Random random, int depth) {
        switch (random.nextInt(depth == 0 ? 5 : 7)) {
            case 0 -> out.append(random.nextBoolean() ? "null" : "true");
            case 1 -> out.append(random.nextInt(2000) - 1000);
            case 2 -> out.append((random.nextInt(2000) - 1000) / 100.0);
            case 3, 4 -> putText(out, random);
            case 5 -> {
                out.append('[');
                for (int i = random.nextInt(3); i > 0; i--) {
                    put(out, random, depth - 1);
                    out.append(i > 1 ? "," : "");
                }
                out.append(']');
            }
            default -> {
                out.append('{');
                char key = 'a';
                for (int i = random.nextInt(3); i > 0; i--) {
                    out.append('"').append(key).append("\":");
                    key += (char) (random.nextInt(8) == 0 ? 0 : 1);
                    put(out, random, depth - 1);
                    out.append(i > 1 ? "," : "");
                }
                out.append('}');
            }
        }
    }

    private static void putText(StringBuilder out, Random random) {
        String[] pieces = {"a", "\u00e9", "\\n", "\\\"", "\\u0001", "\\u000a", "/", "\\/", ""};
        out.append('"');
        for (int i = random.nextInt(3); i > 0; i--) {
            out.append(pieces[random.nextInt(pieces.length)]);
        }
        out.append('"');
    }
}
