package io.persist.part.stats;

import io.persist.codec.Bytes;

import java.util.List;

/** What JSON values have in common. */
public sealed interface JsonStats extends ValueStats {
    @Override
    default JsonStats shortened() {
        return this;
    }

    /** Without bounds. */
    enum Simple implements JsonStats {
        /** There are no values. */
        NONE,
        /** Nothing, or nothing that could be said. */
        MIXED,
        /** All are the JSON value null. */
        NULLS,
        LISTS
    }

    record Bools(boolean lower, boolean upper) implements JsonStats {}

    record Texts(String lower, String upper) implements JsonStats {
        @Override
        public Texts shortened() {
            ValueStats.Texts shorter = Shortening.of(new ValueStats.Texts(lower, upper));
            return new Texts(shorter.lower(), shorter.upper());
        }
    }

    /** Both bounds as row bytes of a numeric. */
    record Numbers(Bytes lower, Bytes upper) implements JsonStats {}

    /**
     * All are objects.
     *
     * @param members nothing is known of a key that is missing
     */
    record Maps(List<Member> members) implements JsonStats {
        public Maps {
            members = List.copyOf(members);
        }

        @Override
        public Maps shortened() {
            return new Maps(members.stream().map(Member::shortened).toList());
        }
    }

    /**
     * @param len in how many of the objects the key occurs
     * @param values what its values have in common
     */
    record Member(String key, long len, JsonStats values) {
        Member shortened() {
            return new Member(key, len, values.shortened());
        }
    }
}
