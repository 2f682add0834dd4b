package io.persist.codec;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.management.ThreadMXBean;

import net.jqwik.api.ForAll;
import net.jqwik.api.Property;

import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.RootAllocator;
import org.apache.arrow.vector.FieldVector;
import org.junit.jupiter.api.Test;

import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;

class Utf8BufferTest {
    private final Utf8Buffer buffer = new Utf8Buffer();

    @Property
    void textsBecomeTheSameBytesAsInJavaOrAreRefused(@ForAll String text) {
        byte[] expected = null;
        try {
            expected = Utf8.encode(text);
        } catch (IllegalArgumentException e) {
            assertThatThrownBy(() -> buffer.encode(text)).hasMessage(e.getMessage());
        }
        if (expected != null) {
            assertThat(encoded(text)).isEqualTo(expected);
        }
    }

    @Test
    void charactersOfEveryLengthAreEncoded() {
        for (String text :
                List.of("", "a", "\u007f\u0080", "\u07ff\u0800", "\uffff", "\ud83d\ude00z", "Ł")) {
            assertThat(encoded(text)).isEqualTo(text.getBytes(StandardCharsets.UTF_8));
            String longer = text.repeat(500);
            assertThat(encoded(longer)).isEqualTo(longer.getBytes(StandardCharsets.UTF_8));
        }
    }

    private byte[] encoded(String text) {
        int length = buffer.encode(text);
        return Arrays.copyOf(buffer.bytes(), length);
    }

    @Test
    void appendingTextAllocatesNothing() {
        int rows = 20_000;
        String text = "somewhere över the rainbow";
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        try (BufferAllocator allocator = new RootAllocator();
                FieldVector vector =
                        Vectors.create(Codecs.STRING.structuredField("k_s"), allocator)) {
            appendAll(Codecs.STRING.appender(vector), text, rows); // grows the vector
            vector.setValueCount(0);
            ColumnAppender<String> appender = Codecs.STRING.appender(vector);
            long before = threads.getCurrentThreadAllocatedBytes();
            appendAll(appender, text, rows);
            long allocated = threads.getCurrentThreadAllocatedBytes() - before;
            assertThat(allocated).isLessThan(rows);
        }
    }

    private static void appendAll(ColumnAppender<String> appender, String text, int rows) {
        for (int row = 0; row < rows; row++) {
            appender.append(row, text);
        }
    }

    @Test
    void aRowMayBeWrittenAgainAndValuesOfAnyLengthFollow() throws Exception {
        try (BufferAllocator allocator = new RootAllocator();
                FieldVector vector =
                        Vectors.create(Codecs.STRING.structuredField("k_s"), allocator)) {
            ColumnAppender<String> appender = Codecs.STRING.appender(vector);
            for (int row = 0; row < 10_000; row++) {
                appender.append(row, "to be replaced by something shorter or longer");
                appender.append(row, "x".repeat(row % 100));
            }
            appender.finish(10_000);
            ColumnReader<String> reader = Codecs.STRING.reader(vector);
            for (int row = 0; row < 10_000; row++) {
                assertThat(reader.value(row)).isEqualTo("x".repeat(row % 100));
            }
        }
    }
}
