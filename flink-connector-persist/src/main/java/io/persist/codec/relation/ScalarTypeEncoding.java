package io.persist.codec.relation;

import io.persist.codec.CorruptDataException;
import io.persist.codec.proto.ProtoCatalogItemId;
import io.persist.codec.proto.ProtoEmpty;
import io.persist.codec.proto.ProtoLimit;
import io.persist.codec.proto.ProtoLimitedType;
import io.persist.codec.proto.ProtoListType;
import io.persist.codec.proto.ProtoNumericType;
import io.persist.codec.proto.ProtoRangeType;
import io.persist.codec.proto.ProtoRecordField;
import io.persist.codec.proto.ProtoRecordType;
import io.persist.codec.proto.ProtoScalarType;
import io.persist.codec.proto.ProtoScalarType.KindCase;
import io.persist.codec.relation.ScalarType.CatalogItemId;
import io.persist.codec.relation.ScalarType.CatalogItemId.Kind;

import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.BiConsumer;
import java.util.function.Function;
import java.util.stream.Collectors;

/** Types of columns within a relation description. */
final class ScalarTypeEncoding {
    /** A type without modifiers. */
    private record Simple(
            ScalarType type,
            KindCase kind,
            BiConsumer<ProtoScalarType.Builder, ProtoEmpty> setter) {}

    private static final List<Simple> SIMPLE =
            List.of(
                    simple(new ScalarType.Bool(), KindCase.BOOL, ProtoScalarType.Builder::setBool),
                    simple(
                            new ScalarType.Int16(),
                            KindCase.INT16,
                            ProtoScalarType.Builder::setInt16),
                    simple(
                            new ScalarType.Int32(),
                            KindCase.INT32,
                            ProtoScalarType.Builder::setInt32),
                    simple(
                            new ScalarType.Int64(),
                            KindCase.INT64,
                            ProtoScalarType.Builder::setInt64),
                    simple(
                            new ScalarType.Float32(),
                            KindCase.FLOAT32,
                            ProtoScalarType.Builder::setFloat32),
                    simple(
                            new ScalarType.Float64(),
                            KindCase.FLOAT64,
                            ProtoScalarType.Builder::setFloat64),
                    simple(new ScalarType.Date(), KindCase.DATE, ProtoScalarType.Builder::setDate),
                    simple(new ScalarType.Time(), KindCase.TIME, ProtoScalarType.Builder::setTime),
                    simple(
                            new ScalarType.Interval(),
                            KindCase.INTERVAL,
                            ProtoScalarType.Builder::setInterval),
                    simple(
                            new ScalarType.PgLegacyChar(),
                            KindCase.PG_LEGACY_CHAR,
                            ProtoScalarType.Builder::setPgLegacyChar),
                    simple(
                            new ScalarType.Bytea(),
                            KindCase.BYTEA,
                            ProtoScalarType.Builder::setBytea),
                    simple(new ScalarType.Text(), KindCase.TEXT, ProtoScalarType.Builder::setText),
                    simple(
                            new ScalarType.Jsonb(),
                            KindCase.JSONB,
                            ProtoScalarType.Builder::setJsonb),
                    simple(new ScalarType.Uuid(), KindCase.UUID, ProtoScalarType.Builder::setUuid),
                    simple(new ScalarType.Oid(), KindCase.OID, ProtoScalarType.Builder::setOid),
                    simple(
                            new ScalarType.RegProc(),
                            KindCase.REG_PROC,
                            ProtoScalarType.Builder::setRegProc),
                    simple(
                            new ScalarType.RegType(),
                            KindCase.REG_TYPE,
                            ProtoScalarType.Builder::setRegType),
                    simple(
                            new ScalarType.RegClass(),
                            KindCase.REG_CLASS,
                            ProtoScalarType.Builder::setRegClass),
                    simple(
                            new ScalarType.Int2Vector(),
                            KindCase.INT2_VECTOR,
                            ProtoScalarType.Builder::setInt2Vector),
                    simple(
                            new ScalarType.UInt16(),
                            KindCase.UINT16,
                            ProtoScalarType.Builder::setUint16),
                    simple(
                            new ScalarType.UInt32(),
                            KindCase.UINT32,
                            ProtoScalarType.Builder::setUint32),
                    simple(
                            new ScalarType.UInt64(),
                            KindCase.UINT64,
                            ProtoScalarType.Builder::setUint64),
                    simple(
                            new ScalarType.MzTimestamp(),
                            KindCase.MZ_TIMESTAMP,
                            ProtoScalarType.Builder::setMzTimestamp),
                    simple(
                            new ScalarType.MzAclItem(),
                            KindCase.MZ_ACL_ITEM,
                            ProtoScalarType.Builder::setMzAclItem),
                    simple(
                            new ScalarType.PgLegacyName(),
                            KindCase.PG_LEGACY_NAME,
                            ProtoScalarType.Builder::setPgLegacyName),
                    simple(
                            new ScalarType.AclItem(),
                            KindCase.ACL_ITEM,
                            ProtoScalarType.Builder::setAclItem));

    private static final Map<KindCase, Simple> BY_KIND =
            SIMPLE.stream().collect(Collectors.toMap(Simple::kind, Function.identity()));
    private static final Map<ScalarType, Simple> BY_TYPE =
            SIMPLE.stream().collect(Collectors.toMap(Simple::type, Function.identity()));

    private ScalarTypeEncoding() {}

    private static Simple simple(
            ScalarType type,
            KindCase kind,
            BiConsumer<ProtoScalarType.Builder, ProtoEmpty> setter) {
        return new Simple(type, kind, setter);
    }

    static ProtoScalarType encode(ScalarType type) {
        ProtoScalarType.Builder proto = ProtoScalarType.newBuilder();
        Simple simple = BY_TYPE.get(type);
        if (simple != null) {
            simple.setter().accept(proto, ProtoEmpty.getDefaultInstance());
        } else if (type instanceof ScalarType.Numeric numeric) {
            ProtoNumericType.Builder modifier = proto.getNumericBuilder();
            Integer maxScale = numeric.maxScale();
            if (maxScale != null) {
                modifier.setMaxScale(limit(maxScale));
            }
        } else if (type instanceof ScalarType.Char limited) {
            proto.setChar(limited(limited.length()));
        } else if (type instanceof ScalarType.VarChar limited) {
            proto.setVarChar(limited(limited.maxLength()));
        } else if (type instanceof ScalarType.Timestamp limited) {
            proto.setTimestamp(limited(limited.precision()));
        } else if (type instanceof ScalarType.TimestampTz limited) {
            proto.setTimestampTz(limited(limited.precision()));
        } else {
            encodeNested(type, proto);
        }
        return proto.build();
    }

    private static void encodeNested(ScalarType type, ProtoScalarType.Builder proto) {
        if (type instanceof ScalarType.Array array) {
            proto.setArray(encode(array.element()));
        } else if (type instanceof ScalarType.List list) {
            proto.setList(list(list.element(), list.customId()));
        } else if (type instanceof ScalarType.Map map) {
            proto.setMap(list(map.value(), map.customId()));
        } else if (type instanceof ScalarType.Range range) {
            proto.setRange(ProtoRangeType.newBuilder().setElementType(encode(range.element())));
        } else if (type instanceof ScalarType.Record row) {
            ProtoRecordType.Builder fields = proto.getRecordBuilder();
            for (RelationColumn field : row.fields()) {
                fields.addFieldsBuilder()
                        .setName(RelationDescEncoding.name(field))
                        .setType(RelationDescEncoding.type(field));
            }
            CatalogItemId id = row.customId();
            if (id != null) {
                fields.setCustomId(itemId(id));
            }
        } else {
            throw new AssertionError(type);
        }
    }

    static ScalarType decode(ProtoScalarType proto, String column) throws CorruptDataException {
        Simple simple = BY_KIND.get(proto.getKindCase());
        if (simple != null) {
            return simple.type();
        }
        return switch (proto.getKindCase()) {
            case NUMERIC ->
                    new ScalarType.Numeric(
                            proto.getNumeric().hasMaxScale()
                                    ? (Integer) proto.getNumeric().getMaxScale().getValue()
                                    : null);
            case CHAR -> new ScalarType.Char(limit(proto.getChar()));
            case VAR_CHAR -> new ScalarType.VarChar(limit(proto.getVarChar()));
            case TIMESTAMP -> new ScalarType.Timestamp(limit(proto.getTimestamp()));
            case TIMESTAMP_TZ -> new ScalarType.TimestampTz(limit(proto.getTimestampTz()));
            case ARRAY -> new ScalarType.Array(decode(proto.getArray(), column));
            case LIST ->
                    new ScalarType.List(
                            decode(proto.getList().getElementType(), column),
                            itemId(proto.getList().hasCustomId(), proto.getList().getCustomId()));
            case MAP ->
                    new ScalarType.Map(
                            decode(proto.getMap().getElementType(), column),
                            itemId(proto.getMap().hasCustomId(), proto.getMap().getCustomId()));
            case RANGE -> new ScalarType.Range(decode(proto.getRange().getElementType(), column));
            case RECORD -> row(proto.getRecord());
            default ->
                    throw new CorruptDataException(
                            "relation description: column '" + column + "' is of an unknown type");
        };
    }

    private static ScalarType row(ProtoRecordType proto) throws CorruptDataException {
        List<RelationColumn> fields = new ArrayList<>(proto.getFieldsCount());
        for (ProtoRecordField field : proto.getFieldsList()) {
            fields.add(RelationDescEncoding.column(field.getName(), field.getType()));
        }
        return new ScalarType.Record(fields, itemId(proto.hasCustomId(), proto.getCustomId()));
    }

    private static ProtoLimit limit(int value) {
        return ProtoLimit.newBuilder().setValue(value).build();
    }

    private static ProtoLimitedType limited(@Nullable Integer limit) {
        ProtoLimitedType.Builder proto = ProtoLimitedType.newBuilder();
        if (limit != null) {
            proto.setLimit(limit(limit));
        }
        return proto.build();
    }

    private static @Nullable Integer limit(ProtoLimitedType proto) {
        return proto.hasLimit() ? proto.getLimit().getValue() : null;
    }

    private static ProtoListType list(ScalarType element, @Nullable CatalogItemId id) {
        ProtoListType.Builder proto = ProtoListType.newBuilder().setElementType(encode(element));
        if (id != null) {
            proto.setCustomId(itemId(id));
        }
        return proto.build();
    }

    private static ProtoCatalogItemId itemId(CatalogItemId id) {
        ProtoCatalogItemId.Builder proto = ProtoCatalogItemId.newBuilder();
        return switch (id.kind()) {
            case SYSTEM -> proto.setSystem(id.id()).build();
            case USER -> proto.setUser(id.id()).build();
            case TRANSIENT -> proto.setTransientId(id.id()).build();
            case INTROSPECTION_SOURCE_INDEX -> proto.setIntrospectionSourceIndex(id.id()).build();
        };
    }

    private static @Nullable CatalogItemId itemId(boolean present, ProtoCatalogItemId proto)
            throws CorruptDataException {
        if (!present) {
            return null;
        }
        return switch (proto.getKindCase()) {
            case SYSTEM -> new CatalogItemId(Kind.SYSTEM, proto.getSystem());
            case USER -> new CatalogItemId(Kind.USER, proto.getUser());
            case TRANSIENT_ID -> new CatalogItemId(Kind.TRANSIENT, proto.getTransientId());
            case INTROSPECTION_SOURCE_INDEX ->
                    new CatalogItemId(
                            Kind.INTROSPECTION_SOURCE_INDEX, proto.getIntrospectionSourceIndex());
            case KIND_NOT_SET ->
                    throw new CorruptDataException(
                            "relation description: catalog item id of an unknown kind");
        };
    }
}
