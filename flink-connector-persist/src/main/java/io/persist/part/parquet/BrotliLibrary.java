package io.persist.part.parquet;

import com.aayushatharva.brotli4j.Brotli4jLoader;
import com.aayushatharva.brotli4j.encoder.Encoder;

import java.io.IOException;
import java.util.Arrays;

/** The optional native library for writing brotli. Reading it needs no native code. */
final class BrotliLibrary {
    private BrotliLibrary() {}

    static boolean isPresent() {
        try {
            return Brotli4jLoader.isAvailable();
        } catch (NoClassDefFoundError absent) {
            return false;
        }
    }

    static byte[] compress(byte[] source, int offset, int length, int level) {
        Encoder.Parameters parameters = new Encoder.Parameters().setQuality(level);
        try {
            byte[] page = Arrays.copyOfRange(source, offset, offset + length);
            return Encoder.compress(page, parameters);
        } catch (IOException e) {
            throw new IllegalStateException("brotli cannot compress " + length + " bytes", e);
        }
    }
}
