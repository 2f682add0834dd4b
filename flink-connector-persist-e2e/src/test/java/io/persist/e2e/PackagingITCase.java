package io.persist.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.Dependency;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;

import org.junit.jupiter.api.Test;

import java.io.IOException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.jar.JarFile;

/** The SQL jar holds everything the connector needs, under names of its own, and nothing else. */
class PackagingITCase {
    private static final Path JAR = Path.of("target/sql-jar/flink-sql-connector-persist.jar");

    /** Provided by Flink or the JDK, or native code that cannot be relocated. */
    private static final List<String> OWN =
            List.of(
                    "io/persist/",
                    "com/github/luben/zstd/",
                    "META-INF/",
                    "linux/",
                    "darwin/",
                    "win/",
                    "aix/",
                    "freebsd/");

    /**
     * Annotations that libraries were compiled with, which a JVM does without; and the library that
     * writes brotli, which is left to those who set that compression (without it they are told so).
     */
    private static final List<String> DISPENSABLE =
            List.of(
                    "com.aayushatharva.brotli4j.",
                    "com.google.errorprone.annotations.",
                    "org.checkerframework.",
                    "org.immutables.value.");

    @Test
    void everythingIsOursOrRelocated() throws IOException {
        try (JarFile jar = new JarFile(JAR.toFile())) {
            List<String> foreign =
                    jar.stream()
                            .filter(e -> !e.isDirectory())
                            .map(e -> e.getName())
                            .filter(name -> OWN.stream().noneMatch(name::startsWith))
                            .filter(name -> !name.startsWith("libzstd-jni"))
                            .toList();
            assertThat(foreign).as("unrelocated entries").isEmpty();
        }
    }

    @Test
    void noSignaturesAndNoProvidedClasses() throws IOException {
        try (JarFile jar = new JarFile(JAR.toFile())) {
            List<String> bad =
                    jar.stream()
                            .map(e -> e.getName())
                            .filter(
                                    name ->
                                            name.matches("META-INF/[^/]*\\.(SF|DSA|RSA|EC)")
                                                    || name.contains("org/slf4j/")
                                                    || name.contains("org/apache/flink/")
                                                    || name.contains("org/apache/hadoop/"))
                            .toList();
            assertThat(bad).isEmpty();
        }
    }

    @Test
    void licenceNoticeAndFactoryAreThere() throws IOException {
        try (JarFile jar = new JarFile(JAR.toFile())) {
            assertThat(jar.getEntry("META-INF/LICENSE")).isNotNull();
            assertThat(jar.getEntry("META-INF/NOTICE")).isNotNull();
            var service =
                    jar.getEntry("META-INF/services/org.apache.flink.table.factories.Factory");
            assertThat(service).isNotNull();
            String text =
                    new String(jar.getInputStream(service).readAllBytes(), StandardCharsets.UTF_8);
            assertThat(
                            text.lines()
                                    .map(String::strip)
                                    .filter(l -> !l.startsWith("#") && !l.isEmpty()))
                    .isNotEmpty()
                    .allMatch(name -> jar.getEntry(name.replace('.', '/') + ".class") != null);
        }
    }

    @Test
    void nothingReachableIsMissing() throws IOException {
        JavaClasses classes = new ClassFileImporter().importJar(new JarFile(JAR.toFile()));
        Deque<JavaClass> open = new ArrayDeque<>();
        Set<String> seen = new HashSet<>();
        for (JavaClass c : classes) {
            if (c.getName().startsWith("io.persist.")
                    && !c.getName().startsWith("io.persist.shaded.")) {
                open.add(c);
                seen.add(c.getName());
            }
        }
        Set<String> missing = new TreeSet<>();
        // The jar itself is on the test class path, so what is provided is asked of a loader
        // without it.
        try (URLClassLoader provided = new URLClassLoader(providedClassPath(), null)) {
            while (!open.isEmpty()) {
                for (Dependency dependency : open.remove().getDirectDependenciesFromSelf()) {
                    JavaClass target = dependency.getTargetClass().getBaseComponentType();
                    String name = target.getName();
                    if (target.isPrimitive()
                            || DISPENSABLE.stream().anyMatch(name::startsWith)
                            || !seen.add(name)) {
                        continue;
                    }
                    if (classes.contain(name)) {
                        open.add(classes.get(name));
                    } else if (provided.getResource(name.replace('.', '/') + ".class") == null
                            && ClassLoader.getPlatformClassLoader()
                                            .getResource(name.replace('.', '/') + ".class")
                                    == null) {
                        missing.add(name + " used by " + dependency.getOriginClass().getName());
                    }
                }
            }
        }
        assertThat(missing).isEmpty();
    }

    private static URL[] providedClassPath() throws IOException {
        List<URL> urls = new ArrayList<>();
        for (String entry :
                System.getProperty("java.class.path").split(java.io.File.pathSeparator)) {
            if (!entry.contains("flink-connector-persist")) {
                urls.add(Path.of(entry).toUri().toURL());
            }
        }
        return urls.toArray(new URL[0]);
    }
}
