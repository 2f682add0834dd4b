package io.persist.batch;

import static io.persist.batch.HollowBatchEncoding.fromByteString;
import static io.persist.batch.HollowBatchEncoding.merge;
import static io.persist.batch.HollowBatchEncoding.toByteString;

import com.google.protobuf.InvalidProtocolBufferException;

import io.persist.batch.proto.ProtoBatch;
import io.persist.codec.Bytes;
import io.persist.codec.CorruptDataException;
import io.persist.codec.ShardId;
import io.persist.frontier.TimeDomain;
import io.persist.part.proto.ProtoU64Description;

import java.util.stream.Stream;

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

    /** {@link #decode(Bytes, TimeDomain)} of {@code u64} times. */
    public static TransmittableBatch decode(Bytes message) throws CorruptDataException {
        return decode(message, TimeDomain.U64);
    }

    /**
     * The message does not say what its times are.
     *
     * @param times what the receiver takes them for
     * @throws CorruptDataException also if the batch cannot have such times
     */
    public static TransmittableBatch decode(Bytes message, TimeDomain times)
            throws CorruptDataException {
        try {
            ProtoBatch proto = ProtoBatch.parseFrom(message.asByteBuffer());
            if (!proto.hasBatch()) {
                throw new CorruptDataException("transmitted batch without a hollow batch");
            }
            HollowBatch batch = HollowBatchEncoding.fromProto(proto.getBatch(), times);
            requireTimes(proto.getBatch().getDesc(), batch, times);
            return new TransmittableBatch(
                    ShardId.parse(proto.getShardId()),
                    proto.getVersion(),
                    batch,
                    fromByteString(proto.getKeySchema()),
                    fromByteString(proto.getValSchema()),
                    fromByteString(proto.getUnknownFields().toByteString()));
        } catch (InvalidProtocolBufferException | IllegalArgumentException e) {
            throw new CorruptDataException("expected a transmitted batch: " + e.getMessage(), e);
        }
    }

    private static void requireTimes(ProtoU64Description desc, HollowBatch batch, TimeDomain times)
            throws CorruptDataException {
        boolean several =
                Stream.of(desc.getLower(), desc.getUpper(), desc.getSince())
                        .anyMatch(frontier -> frontier.getElementsCount() > 1);
        if (several && times == TimeDomain.U64) {
            throw new CorruptDataException(
                    "transmitted batch with frontiers of several elements, as only times of "
                            + TimeDomain.PAIR_OF_U32.codecName()
                            + " have, where times of "
                            + times.codecName()
                            + " are expected");
        }
        boolean rewritten =
                batch.parts()
                        .anyMatch(
                                part ->
                                        part instanceof RunPart.Single single
                                                && single.tsRewrite() != null);
        if (rewritten && times != TimeDomain.U64) {
            throw new CorruptDataException(
                    "transmitted batch with rewritten times, which those of "
                            + times.codecName()
                            + " cannot be");
        }
    }
}
