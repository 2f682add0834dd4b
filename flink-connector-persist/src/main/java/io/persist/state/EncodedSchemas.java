package io.persist.state;

import io.persist.codec.Bytes;

/** One entry of the schema registry; all four are kept exactly as registered. */
public record EncodedSchemas(
        Bytes key, Bytes val, Bytes keyDataType, Bytes valDataType, Bytes unknown) {}
