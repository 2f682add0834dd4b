package io.persist.codec.relation;

import io.persist.codec.Bytes;
import io.persist.codec.Codec;
import io.persist.codec.ColumnAppender;
import io.persist.codec.ColumnReader;
import io.persist.codec.CorruptDataException;

import org.apache.arrow.vector.FieldVector;
import org.apache.arrow.vector.types.pojo.Field;

/** Rows of a relation. (Skeleton: owner fills it in.) */
public final class RelationCodec<R> implements Codec<R> {
    public static final String NAME = "protobuf[SourceData]";

    private final RelationDesc desc;

    private RelationCodec(RelationDesc desc) {
        this.desc = desc;
    }

    /**
     * @throws IllegalArgumentException if a column is of a type that is not supported yet; the
     *     message names column and type
     */
    public static RelationCodec<SourceData> of(RelationDesc desc) {
        return new RelationCodec<>(desc);
    }

    /**
     * @throws IllegalArgumentException if a column is of a type that is not supported yet; the
     *     message names column and type
     */
    public static <R> RelationCodec<R> of(RelationDesc desc, RowMapping<R> mapping) {
        return new RelationCodec<>(desc);
    }

    public RelationDesc desc() {
        return desc;
    }

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public Bytes schema() {
        return RelationDescEncoding.encode(desc);
    }

    @Override
    public Field structuredField(String name) {
        throw new AssertionError("skeleton");
    }

    @Override
    public Bytes encode(R value) {
        throw new AssertionError("skeleton");
    }

    @Override
    public R decode(Bytes row) throws CorruptDataException {
        throw new AssertionError("skeleton");
    }

    @Override
    public ColumnAppender<R> appender(FieldVector vector) {
        throw new AssertionError("skeleton");
    }

    @Override
    public ColumnReader<R> reader(FieldVector vector) throws CorruptDataException {
        throw new AssertionError("skeleton");
    }
}
