package io.persist.docs;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/** The tables of features and settings name what there is, and all of it. */
class FeatureTableTest {
    private static final Path FORMAT = Path.of("..", "docs", "format.md");
    private static final Path SETTINGS = Path.of("..", "docs", "settings.md");
    private static final Pattern METHOD = Pattern.compile("\\bvoid (\\w+)\\(");
    private static final Pattern IDS = Pattern.compile("_(BT?\\d+a?)(?=_|$)");
    private static final Pattern ROW =
            Pattern.compile("(?m)^\\| (BT?\\d+a?) \\|.*\\| (.*) \\| (.*) \\|$");
    private static final Pattern CODE = Pattern.compile("`([^`]+)`");

    /** Names of the test methods by class. */
    private static final Map<String, Set<String>> TESTS = new HashMap<>();

    private static final Set<String> CLASSES = new TreeSet<>();

    @BeforeAll
    static void readSources() throws IOException {
        for (Path file : sources("src/test/java")) {
            Set<String> methods =
                    METHOD.matcher(Files.readString(file))
                            .results()
                            .map(match -> match.group(1))
                            .collect(Collectors.toSet());
            TESTS.put(className(file), methods);
        }
        for (Path file : sources("src/main/java")) {
            CLASSES.add(className(file));
        }
    }

    private static List<Path> sources(String root) throws IOException {
        try (Stream<Path> files = Files.walk(Path.of(root))) {
            return files.filter(file -> file.toString().endsWith(".java")).toList();
        }
    }

    private static String className(Path file) {
        return file.getFileName().toString().replace(".java", "");
    }

    private static List<String> code(String text) {
        return CODE.matcher(text).results().map(match -> match.group(1)).toList();
    }

    @Test
    void everyFeatureOfTheBatchLayerIsListedWithAllTestsThatNameIt() throws IOException {
        Map<String, Set<String>> named = new TreeMap<>();
        TESTS.forEach(
                (test, methods) ->
                        methods.forEach(
                                method ->
                                        IDS.matcher(method)
                                                .results()
                                                .forEach(id -> add(named, id.group(1), test))));
        Map<String, Set<String>> listed = new TreeMap<>();
        for (MatchResult row : ROW.matcher(Files.readString(FORMAT)).results().toList()) {
            code(row.group(3)).forEach(test -> add(listed, row.group(1), test));
        }

        assertThat(listed).isEqualTo(named);
        assertThat(listed.keySet()).containsExactlyInAnyOrderElementsOf(ids());
    }

    private static void add(Map<String, Set<String>> map, String key, String value) {
        map.computeIfAbsent(key, k -> new TreeSet<>()).add(value);
    }

    private static List<String> ids() {
        List<String> ids = new ArrayList<>(List.of("B5a", "B34a"));
        IntStream.rangeClosed(1, 43).forEach(i -> ids.add("B" + i));
        IntStream.rangeClosed(1, 9).forEach(i -> ids.add("BT" + i));
        return ids;
    }

    @Test
    void everyFeatureIsWhereTheTableSays() throws IOException {
        for (MatchResult row : ROW.matcher(Files.readString(FORMAT)).results().toList()) {
            for (String place : code(row.group(2))) {
                Matcher name =
                        Pattern.compile("(?:[a-z]+\\.)*([A-Z]\\w*)(?:\\..*)?").matcher(place);
                assertThat(name).matches();
                assertThat(CLASSES).as(row.group(1)).contains(name.group(1));
            }
        }
    }

    /** Written {@code XTest}, {@code XTest.method}, or with an ellipsis for a part of the name. */
    @Test
    void everySettingNamesTestsThatExist() throws IOException {
        int found = 0;
        for (String line : Files.readAllLines(SETTINGS)) {
            String test = "";
            for (String name : line.startsWith("|") ? code(line) : List.<String>of()) {
                boolean sameClass = name.startsWith(".") && !test.isEmpty();
                if (!sameClass && !name.matches("\\w+(Test|ITCase)(\\..*)?")) {
                    continue;
                }
                int dot = name.indexOf('.');
                test = dot == 0 ? test : dot < 0 ? name : name.substring(0, dot);
                assertThat(TESTS).containsKey(test);
                if (dot >= 0) {
                    String method = name.substring(dot + 1).replace("…", ".*");
                    assertThat(TESTS.get(test)).as(name).anyMatch(m -> m.matches(method));
                }
                found++;
            }
        }
        assertThat(found).isGreaterThan(60);
    }
}
