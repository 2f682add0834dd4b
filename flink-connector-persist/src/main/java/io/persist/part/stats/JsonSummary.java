package io.persist.part.stats;

import io.persist.codec.Bytes;
import io.persist.codec.relation.stored.Cell;
import io.persist.codec.relation.stored.Json;
import io.persist.codec.relation.stored.SourceDataEncoding;
import io.persist.part.Truncation;

import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;

/** What the JSON values at one place have in common: of columns, or below a key of objects. */
final class JsonSummary {
    /** Readers give up on messages nested deeper than 100; an object takes three. */
    private static final int MAX_DEPTH = 24;

    /** Keys of one column, however nested; beyond them, objects are no longer told apart. */
    private static final int MAX_KEYS = 10_000;

    /** Text beyond this is cut: names that must not be trimmed may stand for text of any length. */
    private static final int MAX_TEXT_BYTES = 4096;

    private final Limits limits;
    private final int depth;
    private Category category = Category.NONE;
    private long count;
    private @Nullable Json least;
    private @Nullable Json greatest;
    private final SortedMap<Bytes, JsonSummary> members = new TreeMap<>();

    JsonSummary(Limits limits) {
        this(limits, 0);
    }

    private JsonSummary(Limits limits, int depth) {
        this.limits = limits;
        this.depth = depth;
    }

    /** Shared by all summaries of one column. */
    static final class Limits {
        private int keys;
    }

    private enum Category {
        NONE,
        NULLS,
        BOOLS,
        TEXTS,
        NUMBERS,
        LISTS,
        MAPS,
        MIXED
    }

    /** Whether nothing more can be learnt. */
    boolean isMixed() {
        return category == Category.MIXED;
    }

    void add(Json value) {
        count++;
        Category found = categoryOf(value);
        if (category == Category.NONE) {
            category = found;
        } else if (category != found) {
            mix();
        }
        switch (category) {
            case BOOLS, TEXTS, NUMBERS -> {
                least = least == null || compare(value, least) < 0 ? value : least;
                greatest = greatest == null || compare(value, greatest) > 0 ? value : greatest;
            }
            case MAPS -> addMembers((Json.Object) value);
            case NONE, NULLS, LISTS, MIXED -> {}
        }
    }

    private void addMembers(Json.Object object) {
        for (var member : object.members().entrySet()) {
            JsonSummary below = members.get(member.getKey());
            if (below == null) {
                if (depth == MAX_DEPTH || limits.keys == MAX_KEYS) {
                    mix();
                    return;
                }
                limits.keys++;
                below = new JsonSummary(limits, depth + 1);
                members.put(member.getKey(), below);
            }
            below.add(member.getValue());
        }
    }

    private void mix() {
        category = Category.MIXED;
        members.clear();
    }

    private static Category categoryOf(Json value) {
        if (value instanceof Json.Literal literal) {
            return literal == Json.Literal.NULL ? Category.NULLS : Category.BOOLS;
        }
        if (value instanceof Json.Text) {
            return Category.TEXTS;
        }
        if (value instanceof Json.Number) {
            return Category.NUMBERS;
        }
        return value instanceof Json.Array ? Category.LISTS : Category.MAPS;
    }

    /** Of two values of the same category. */
    private static int compare(Json left, Json right) {
        if (left instanceof Json.Text l && right instanceof Json.Text r) {
            return l.utf8().compareTo(r.utf8());
        }
        if (left instanceof Json.Number l && right instanceof Json.Number r) {
            return l.value().compareTo(r.value());
        }
        return Boolean.compare(left == Json.Literal.TRUE, right == Json.Literal.TRUE);
    }

    JsonStats stats() {
        return switch (category) {
            case NONE -> JsonStats.Simple.NONE;
            case NULLS -> JsonStats.Simple.NULLS;
            case LISTS -> JsonStats.Simple.LISTS;
            case MIXED -> JsonStats.Simple.MIXED;
            case BOOLS ->
                    new JsonStats.Bools(least == Json.Literal.TRUE, greatest == Json.Literal.TRUE);
            case TEXTS -> texts();
            case NUMBERS -> new JsonStats.Numbers(encoded(least), encoded(greatest));
            case MAPS -> maps();
        };
    }

    private JsonStats texts() {
        String lower = text(least);
        String upper = Truncation.textUpper(text(greatest), MAX_TEXT_BYTES);
        return upper == null
                ? JsonStats.Simple.MIXED
                : new JsonStats.Texts(Truncation.textLower(lower, MAX_TEXT_BYTES), upper);
    }

    private static String text(@Nullable Json value) {
        if (value instanceof Json.Text text) {
            return text.utf8().utf8();
        }
        throw new AssertionError(value);
    }

    private static Bytes encoded(@Nullable Json value) {
        if (value instanceof Json.Number number) {
            byte[] text = number.text();
            Cell cell = new Cell("number", Cell.Kind.JSONB);
            cell.putBytes(0, text, 0, text.length);
            return new SourceDataEncoding().encodeValue(cell);
        }
        throw new AssertionError(value);
    }

    private JsonStats.Maps maps() {
        List<JsonStats.Member> stats = new ArrayList<>(members.size());
        members.forEach(
                (key, below) ->
                        stats.add(new JsonStats.Member(key.utf8(), below.count, below.stats())));
        return new JsonStats.Maps(stats);
    }
}
