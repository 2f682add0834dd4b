package io.persist.cli;

import io.persist.client.PersistLocation;
import io.persist.codec.ShardId;

import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** How the arguments that name a location and a shard are understood. */
final class Target {
    private Target() {}

    static final class Location implements ITypeConverter<PersistLocation> {
        @Override
        public PersistLocation convert(String text) {
            try {
                return PersistLocation.parse(text);
            } catch (IllegalArgumentException e) {
                throw new TypeConversionException(e.getMessage());
            }
        }
    }

    static final class Shard implements ITypeConverter<ShardId> {
        @Override
        public ShardId convert(String text) {
            try {
                return ShardId.parse(text);
            } catch (IllegalArgumentException e) {
                throw new TypeConversionException(e.getMessage());
            }
        }
    }
}
