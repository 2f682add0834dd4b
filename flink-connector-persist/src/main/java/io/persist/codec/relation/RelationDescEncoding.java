package io.persist.codec.relation;

import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.UnsafeByteOperations;

import io.persist.codec.Bytes;
import io.persist.codec.CorruptDataException;
import io.persist.codec.proto.ProtoColumnMetadata;
import io.persist.codec.proto.ProtoColumnName;
import io.persist.codec.proto.ProtoColumnType;
import io.persist.codec.proto.ProtoKey;
import io.persist.codec.proto.ProtoRelationDesc;
import io.persist.codec.proto.ProtoRelationType;
import io.persist.codec.proto.ProtoRelationVersion;
import io.persist.codec.relation.RelationDesc.ColumnVersions;

import java.util.ArrayList;
import java.util.List;

/** Relation descriptions as the key schema of a shard. */
public final class RelationDescEncoding {
    private static final ColumnVersions ALWAYS = new ColumnVersions(0, null);

    private RelationDescEncoding() {}

    /** What was decoded is encoded again to the same bytes, even what this build does not know. */
    public static Bytes encode(RelationDesc desc) {
        return desc.original().isEmpty() ? canonical(desc) : desc.original();
    }

    /**
     * @throws CorruptDataException if the bytes are no description, or use a type that is not known
     */
    public static RelationDesc decode(Bytes bytes) throws CorruptDataException {
        ProtoRelationDesc proto;
        try {
            proto =
                    ProtoRelationDesc.parseFrom(
                            UnsafeByteOperations.unsafeWrap(bytes.asByteBuffer()));
        } catch (InvalidProtocolBufferException e) {
            throw new CorruptDataException("relation description: " + e.getMessage(), e);
        }
        ProtoRelationType type = proto.getTyp();
        int count = type.getColumnTypesCount();
        if (proto.getNamesCount() != count
                || (proto.getMetadataCount() != 0 && proto.getMetadataCount() != count)) {
            throw new CorruptDataException(
                    "relation description: "
                            + count
                            + " types, "
                            + proto.getNamesCount()
                            + " names, metadata of "
                            + proto.getMetadataCount());
        }
        List<RelationColumn> columns = new ArrayList<>(count);
        for (int i = 0; i < count; i++) {
            columns.add(column(proto.getNames(i), type.getColumnTypes(i)));
        }
        List<List<Long>> keys = new ArrayList<>();
        for (ProtoKey key : type.getKeysList()) {
            keys.add(key.getColumnsList());
        }
        RelationDesc desc = new RelationDesc(columns, keys, versions(proto), Bytes.EMPTY);
        return canonical(desc).equals(bytes)
                ? desc
                : new RelationDesc(columns, keys, desc.versions(), bytes);
    }

    static RelationColumn column(ProtoColumnName name, ProtoColumnType type)
            throws CorruptDataException {
        if (!name.hasValue()) {
            throw new CorruptDataException("relation description: column without a name");
        }
        return new RelationColumn(
                name.getValue(),
                ScalarTypeEncoding.decode(type.getScalarType(), name.getValue()),
                type.getNullable());
    }

    static ProtoColumnName name(RelationColumn column) {
        return ProtoColumnName.newBuilder().setValue(column.name()).build();
    }

    static ProtoColumnType type(RelationColumn column) {
        return ProtoColumnType.newBuilder()
                .setScalarType(ScalarTypeEncoding.encode(column.type()))
                .setNullable(column.nullable())
                .build();
    }

    private static List<ColumnVersions> versions(ProtoRelationDesc proto) {
        List<ColumnVersions> versions = new ArrayList<>();
        for (ProtoColumnMetadata metadata : proto.getMetadataList()) {
            versions.add(
                    new ColumnVersions(
                            metadata.getAdded().getValue(),
                            metadata.hasDropped() ? metadata.getDropped().getValue() : null));
        }
        return versions.stream().allMatch(ALWAYS::equals) ? List.of() : versions;
    }

    private static Bytes canonical(RelationDesc desc) {
        ProtoRelationDesc.Builder proto = ProtoRelationDesc.newBuilder();
        ProtoRelationType.Builder type = proto.getTypBuilder();
        for (RelationColumn column : desc.columns()) {
            type.addColumnTypes(type(column));
            proto.addNames(name(column));
        }
        for (List<Long> key : desc.keys()) {
            type.addKeys(ProtoKey.newBuilder().addAllColumns(key));
        }
        if (!desc.versions().stream().allMatch(ALWAYS::equals)) {
            for (ColumnVersions versions : desc.versions()) {
                ProtoColumnMetadata.Builder metadata =
                        proto.addMetadataBuilder().setAdded(version(versions.added()));
                Long dropped = versions.dropped();
                if (dropped != null) {
                    metadata.setDropped(version(dropped));
                }
            }
        }
        return Bytes.takeArray(proto.build().toByteArray());
    }

    private static ProtoRelationVersion version(long value) {
        return ProtoRelationVersion.newBuilder().setValue(value).build();
    }
}
