package io.persist.part.stats;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class UntrimmableColumnsTest {
    @Test
    void namesAreMatchedWithoutCase_B14_BT4() {
        UntrimmableColumns columns = UntrimmableColumns.parse("abc,def", "123,234", "xyz");

        assertThat(
                        new String[] {
                            "abc", "ABC", "aBc", "deF", "123", "123-4", "1234", "234", "ijk_xyZ",
                            "ww-XYZ"
                        })
                .allMatch(columns::contains);
        assertThat(new String[] {"abcd", "defg", "345", "xya"}).noneMatch(columns::contains);
    }

    @Test
    void emptyEntriesDoNotCount_B14() {
        UntrimmableColumns columns = UntrimmableColumns.parse("", ",", "a,,b,");

        assertThat(columns)
                .isEqualTo(
                        new UntrimmableColumns(
                                java.util.List.of(),
                                java.util.List.of(),
                                java.util.List.of("a", "b")));
        assertThat(columns.contains("")).isFalse();
        assertThat(columns.contains("zB")).isTrue();
    }

    @Test
    void defaultsKeepErrorsAndTimes_B14() {
        assertThat(new String[] {"err", "TS", "last_seen", "created_at", "event_Timestamp"})
                .allMatch(UntrimmableColumns.DEFAULT::contains);
        assertThat(new String[] {"ok", "error", "seen_last_", "at"})
                .noneMatch(UntrimmableColumns.DEFAULT::contains);
    }
}
