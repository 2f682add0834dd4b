package io.persist.batch;

import io.persist.codec.Bytes;
import io.persist.codec.SchemaId;
import io.persist.frontier.Antichain;
import io.persist.store.PartKey;

import org.jspecify.annotations.Nullable;

/**
 * One element of a run: a part, or a pointer to a blob that lists more elements. In every case
 * {@code unknown} holds the fields of a newer peer, serialized, and byte fields are kept as they
 * were read.
 */
public sealed interface RunPart {
    /**
     * Encoded bytes of the updates below this element in blobs; 0 for inline parts, pointer blobs
     * not counted.
     */
    long encodedBytes();

    /** A part, in blob or inline. */
    sealed interface Single extends RunPart permits Hollow, Inline {
        /** Frontier that the part's times are moved up to when read; null if they are not. */
        @Nullable Antichain tsRewrite();

        @Nullable SchemaId schema();

        @Nullable SchemaId deprecatedSchema();

        Single withTsRewrite(@Nullable Antichain frontier);

        Single withSchema(@Nullable SchemaId schema);

        Single withDeprecatedSchema(@Nullable SchemaId schema);

        /** With {@code schema} recorded in {@code field}, and nothing in the other. */
        default Single withSchema(@Nullable SchemaId schema, BatchConfig.SchemaField field) {
            boolean current = field == BatchConfig.SchemaField.CURRENT;
            return withSchema(current ? schema : null)
                    .withDeprecatedSchema(current ? null : schema);
        }
    }

    /**
     * A part in blob.
     *
     * @param encodedBytes exact length of the blob; 0 in very old data
     * @param keyLower lower bound of the keys' row bytes, at most 100 bytes; empty is always valid
     * @param structuredKeyLower encoded one-row array, a lower bound of the structured keys
     * @param diffsSum sum of all diffs in the blob
     * @param format what the writer claims; the blob's footer decides
     * @param stats encoded statistics of the key
     */
    record Hollow(
            PartKey key,
            long encodedBytes,
            Bytes keyLower,
            @Nullable Bytes structuredKeyLower,
            @Nullable Antichain tsRewrite,
            @Nullable Long diffsSum,
            FormatHint format,
            @Nullable SchemaId schema,
            @Nullable SchemaId deprecatedSchema,
            @Nullable Bytes stats,
            Bytes unknown)
            implements Single {
        @Override
        public Hollow withTsRewrite(@Nullable Antichain frontier) {
            return new Hollow(
                    key,
                    encodedBytes,
                    keyLower,
                    structuredKeyLower,
                    frontier,
                    diffsSum,
                    format,
                    schema,
                    deprecatedSchema,
                    stats,
                    unknown);
        }

        @Override
        public Hollow withSchema(@Nullable SchemaId id) {
            return new Hollow(
                    key,
                    encodedBytes,
                    keyLower,
                    structuredKeyLower,
                    tsRewrite,
                    diffsSum,
                    format,
                    id,
                    deprecatedSchema,
                    stats,
                    unknown);
        }

        @Override
        public Hollow withDeprecatedSchema(@Nullable SchemaId id) {
            return new Hollow(
                    key,
                    encodedBytes,
                    keyLower,
                    structuredKeyLower,
                    tsRewrite,
                    diffsSum,
                    format,
                    schema,
                    id,
                    stats,
                    unknown);
        }
    }

    /**
     * A part whose updates travel in the metadata.
     *
     * @param updates encoded inline part, kept as it was read
     */
    record Inline(
            Bytes updates,
            @Nullable Antichain tsRewrite,
            @Nullable SchemaId schema,
            @Nullable SchemaId deprecatedSchema,
            Bytes unknown)
            implements Single {
        @Override
        public long encodedBytes() {
            return 0;
        }

        @Override
        public Inline withTsRewrite(@Nullable Antichain frontier) {
            return new Inline(updates, frontier, schema, deprecatedSchema, unknown);
        }

        @Override
        public Inline withSchema(@Nullable SchemaId id) {
            return new Inline(updates, tsRewrite, id, deprecatedSchema, unknown);
        }

        @Override
        public Inline withDeprecatedSchema(@Nullable SchemaId id) {
            return new Inline(updates, tsRewrite, schema, id, unknown);
        }
    }

    /**
     * Pointer to a blob that lists the elements of a long run.
     *
     * @param encodedBytes sum over the listed elements
     * @param maxPartBytes largest part below
     */
    record Many(
            PartKey key,
            long encodedBytes,
            long maxPartBytes,
            Bytes keyLower,
            @Nullable Bytes structuredKeyLower,
            @Nullable Long diffsSum,
            Bytes unknown)
            implements RunPart {}

    /** The format field of a blob part: absent, row, both with a layout version, or structured. */
    sealed interface FormatHint {
        record None() implements FormatHint {}

        record Row() implements FormatHint {}

        record Both(long version) implements FormatHint {}

        record Structured() implements FormatHint {}
    }
}
