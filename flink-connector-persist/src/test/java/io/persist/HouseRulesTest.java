package io.persist;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;

import org.junit.jupiter.api.Test;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/** The layout of the house: which package may see which, and which third party lives where. */
class HouseRulesTest {
    private static final String ROOT = "io.persist.";

    /** Packages in data-flow order; imports point only upwards in this list. */
    private static final List<String> ORDER =
            List.of(
                    "frontier",
                    "codec",
                    "store",
                    "part",
                    "batch",
                    "state",
                    "shard",
                    "client",
                    "flink.sink",
                    "flink.source",
                    "flink.table",
                    "cli");

    private static final JavaClasses MAIN =
            new ClassFileImporter()
                    .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
                    .importPackages("io.persist");

    @Test
    void importsPointUp() {
        for (int i = 0; i < ORDER.size(); i++) {
            String[] later =
                    ORDER.stream().skip(i + 1L).map(p -> ROOT + p + "..").toArray(String[]::new);
            if (later.length == 0) {
                continue;
            }
            noClasses()
                    .that()
                    .resideInAPackage(ROOT + ORDER.get(i) + "..")
                    .should()
                    .dependOnClassesThat()
                    .resideInAnyPackage(later)
                    .allowEmptyShould(true)
                    .check(MAIN);
        }
    }

    @Test
    void everyClassLivesInAKnownPackage() {
        String[] known = ORDER.stream().map(p -> ROOT + p + "..").toArray(String[]::new);
        classes().should().resideInAnyPackage(known).check(MAIN);
    }

    @Test
    void packagesHaveNoCycles() {
        slices().matching("io.persist.(**)").should().beFreeOfCycles().check(MAIN);
    }

    @Test
    void stateIsPure() {
        noClasses()
                .that()
                .resideInAPackage("io.persist.state..")
                .and()
                .resideOutsideOfPackage("..proto..")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage(
                        "java.io..", "java.util.concurrent..", "java.time..", "org.slf4j..")
                .check(MAIN);
    }

    @Test
    void thirdPartyStaysAtHome() {
        only("org.apache.flink..", "io.persist.flink..", "io.persist.cli..");
        only("org.apache.arrow..", "io.persist.codec..", "io.persist.part..", "io.persist.batch..");
        only("org.apache.parquet..", "io.persist.part..");
        only("org.apache.hadoop..", "io.persist.store.hadoop..");
        only("java.sql..", "io.persist.store.postgres..");
    }

    @Test
    void protobufStaysInEncodings() {
        noClasses()
                .that()
                .haveNameNotMatching(".*Encoding(\\$.*)?")
                .and()
                .resideOutsideOfPackage("..proto..")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage("com.google.protobuf..")
                .check(MAIN);
    }

    @Test
    void chanceAndClocksComeFromTheWiring() {
        noClasses()
                .that()
                .resideOutsideOfPackages("io.persist.client..", "io.persist.cli..", "..proto..")
                .should()
                .callMethod(System.class, "currentTimeMillis")
                .orShould()
                .callMethod(Thread.class, "sleep", long.class)
                .orShould()
                .callMethod(java.util.UUID.class, "randomUUID")
                .orShould()
                .callConstructor(java.util.Random.class)
                .check(MAIN);
    }

    @Test
    void packagesStaySmall() throws IOException {
        List<String> large = new ArrayList<>();
        for (Path root : List.of(Path.of("src/main/java"), Path.of("src/test/java"))) {
            try (Stream<Path> folders = Files.walk(root).filter(Files::isDirectory)) {
                for (Path folder : folders.toList()) {
                    try (Stream<Path> files = Files.list(folder)) {
                        long count = files.filter(f -> f.toString().endsWith(".java")).count();
                        if (count > 30) {
                            large.add(folder + " has " + count + " files");
                        }
                    }
                }
            }
        }
        assertThat(large).isEmpty();
    }

    @Test
    void everyPackageIsNullMarked() {
        List<String> unmarked =
                MAIN.stream()
                        .map(JavaClass::getPackageName)
                        .filter(p -> !p.endsWith(".proto"))
                        .distinct()
                        .filter(
                                p ->
                                        !Files.exists(
                                                Path.of(
                                                        "src/main/java",
                                                        p.replace('.', '/'),
                                                        "package-info.java")))
                        .sorted()
                        .toList();
        assertThat(unmarked).isEmpty();
    }

    private static void only(String thirdParty, String... homes) {
        noClasses()
                .that()
                .resideOutsideOfPackages(homes)
                .and()
                .resideOutsideOfPackage("..proto..")
                .should()
                .dependOnClassesThat()
                .resideInAPackage(thirdParty)
                .allowEmptyShould(true)
                .check(MAIN);
    }
}
