package io.persist.e2e.cluster;

import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.jar.JarOutputStream;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;

/** The classes that a job brings along, as a jar. */
public final class JobJar {
    private JobJar() {}

    /**
     * The jar that a class is in; if it is in a directory, that is packed.
     *
     * @param target where to write the jar if there is none
     */
    public static Path with(Class<?> member, Path target) throws IOException {
        Path place;
        try {
            place = Path.of(member.getProtectionDomain().getCodeSource().getLocation().toURI());
        } catch (URISyntaxException e) {
            throw new IOException(member + " was loaded from no path", e);
        }
        return Files.isDirectory(place) ? pack(place, target) : place;
    }

    private static Path pack(Path directory, Path target) throws IOException {
        List<Path> classes;
        try (Stream<Path> files = Files.walk(directory)) {
            classes = files.filter(file -> file.toString().endsWith(".class")).sorted().toList();
        }
        try (JarOutputStream jar = new JarOutputStream(Files.newOutputStream(target))) {
            for (Path file : classes) {
                jar.putNextEntry(
                        new ZipEntry(directory.relativize(file).toString().replace('\\', '/')));
                Files.copy(file, jar);
                jar.closeEntry();
            }
        }
        return target;
    }
}
