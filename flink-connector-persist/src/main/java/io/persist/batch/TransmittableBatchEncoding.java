package io.persist.batch;

import static io.persist.batch.HollowBatchEncoding.fromByteString;
import static io.persist.batch.HollowBatchEncoding.merge;
import static io.persist.batch.HollowBatchEncoding.toByteString;

import com.google.protobuf.InvalidProtocolBufferException;

import io.persist.batch.proto.ProtoBatch;
import io.persist.codec.Bytes;
import io.persist.codec.CorruptDataException;
import io.persist.codec.ShardId;

/** The protobuf form of batches on their way to another process; peers exchange the same bytes. */
public final class TransmittableBatchEncoding {
    private TransmittableBatchEncoding() {}

    public static Bytes encode(TransmittableBatch batch) {
        ProtoBatch.Builder proto =
                ProtoBatch.newBuilder()
                        .setShardId(batch.shard().toString())
                        .setVersion(batch.version())
                        .setBatch(HollowBatchEncoding.toProto(batch.batch()))
                        .setKeySchema(toByteString(batch.keySchema()))
                        .setValSchema(toByteString(batch.valSchema()));
        return fromByteString(merge(proto, batch.unknown()).build().toByteString());
    }

    public static TransmittableBatch decode(Bytes message) throws CorruptDataException {
        try {
            ProtoBatch proto = ProtoBatch.parseFrom(message.asByteBuffer());
            if (!proto.hasBatch()) {
                throw new CorruptDataException("transmitted batch without a hollow batch");
            }
            return new TransmittableBatch(
                    ShardId.parse(proto.getShardId()),
                    proto.getVersion(),
                    HollowBatchEncoding.fromProto(proto.getBatch()),
                    fromByteString(proto.getKeySchema()),
                    fromByteString(proto.getValSchema()),
                    fromByteString(proto.getUnknownFields().toByteString()));
        } catch (InvalidProtocolBufferException | IllegalArgumentException e) {
            throw new CorruptDataException("expected a transmitted batch: " + e.getMessage(), e);
        }
    }
}
