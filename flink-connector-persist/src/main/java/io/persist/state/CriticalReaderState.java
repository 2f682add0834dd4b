package io.persist.state;

import io.persist.codec.Bytes;
import io.persist.frontier.Antichain;

/**
 * @param opaque fencing token, the bits of its 8 bytes read little endian
 * @param unknown fields of a newer peer, serialized
 */
public record CriticalReaderState(
        Antichain since, long opaque, String opaqueCodec, HandleDebug debug, Bytes unknown) {}
