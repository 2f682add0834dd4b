package io.persist.e2e.chaos;

import java.time.Duration;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;

/**
 * What came of a run.
 *
 * @param parallelisms of the submissions, in order
 * @param leaks blobs in the store that no live state leads to
 */
record Report(
        Duration duration,
        List<Integer> parallelisms,
        EnumMap<Fault, Integer> faults,
        Account.Result account,
        Leaks leaks) {
    private static final int MAX_LEAKS_SHOWN = 20;

    Report {
        parallelisms = List.copyOf(parallelisms);
    }

    boolean isClean() {
        return account.lost() == 0 && account.doubled() == 0 && leaks.count() == 0;
    }

    String text() {
        StringBuilder text = new StringBuilder(400);
        line(text, "seconds", duration.toSeconds());
        line(text, "parallelism", parallelisms);
        line(text, "numbers", account.numbers());
        line(text, "rows", account.rows());
        faults.forEach((fault, count) -> line(text, "fault", count + " x " + fault.label()));
        line(text, "lost", account.lost());
        line(text, "doubled", account.doubled());
        line(text, "leaked", leaks.count() == 0 ? "0" : leaks.count() + ": " + leaks.summary());
        account.examples().forEach(example -> line(text, "", example));
        leaks.all().stream().limit(MAX_LEAKS_SHOWN).forEach(key -> line(text, "", "leaked " + key));
        return text.toString();
    }

    private static void line(StringBuilder text, String name, Object value) {
        text.append(String.format(Locale.ROOT, "%-12s %s%n", name, value));
    }
}
