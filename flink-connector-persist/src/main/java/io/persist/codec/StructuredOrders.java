package io.persist.codec;

import org.apache.arrow.memory.ArrowBuf;
import org.apache.arrow.memory.util.ByteFunctionHelpers;
import org.apache.arrow.vector.BaseFixedWidthVector;
import org.apache.arrow.vector.BaseVariableWidthVector;
import org.apache.arrow.vector.BitVector;
import org.apache.arrow.vector.FieldVector;
import org.apache.arrow.vector.NullVector;
import org.apache.arrow.vector.complex.ListVector;
import org.apache.arrow.vector.complex.MapVector;
import org.apache.arrow.vector.complex.StructVector;
import org.apache.arrow.vector.types.FloatingPointPrecision;
import org.apache.arrow.vector.types.pojo.ArrowType;

import java.util.List;

/** Comparators of {@link StructuredOrder}, one shape for each Arrow type. */
final class StructuredOrders {
    private StructuredOrders() {}

    static StructuredOrder of(FieldVector left, FieldVector right) {
        return nullsLast(left, right, values(left, right));
    }

    private static StructuredOrder nullsLast(
            FieldVector left, FieldVector right, StructuredOrder values) {
        if (left instanceof NullVector) {
            return values;
        }
        return (l, r) -> {
            boolean leftNull = left.isNull(l);
            if (leftNull || right.isNull(r)) {
                return Boolean.compare(leftNull, right.isNull(r));
            }
            return values.compare(l, r);
        };
    }

    /** Compares rows that are not null. */
    private static StructuredOrder values(FieldVector left, FieldVector right) {
        if (left instanceof StructVector l && right instanceof StructVector r) {
            return fields(l, r);
        }
        ArrowType type = left.getField().getType();
        if (!type.equals(right.getField().getType())) {
            throw new IllegalArgumentException(
                    "cannot compare " + left.getField() + " with " + right.getField());
        }
        if (left instanceof NullVector) {
            return (l, r) -> 0;
        }
        if (left instanceof ListVector l && !(left instanceof MapVector)) {
            return elements(l, (ListVector) right);
        }
        if (left instanceof BaseVariableWidthVector l) {
            return variableWidth(l, (BaseVariableWidthVector) right);
        }
        if (left instanceof BitVector l) {
            BitVector r = (BitVector) right;
            return (i, j) -> Integer.compare(l.get(i), r.get(j));
        }
        if (left instanceof BaseFixedWidthVector l) {
            return fixedWidth(type, l, (BaseFixedWidthVector) right);
        }
        throw new IllegalArgumentException("no order of " + left.getField());
    }

    private static StructuredOrder fields(StructVector left, StructVector right) {
        List<FieldVector> ls = left.getChildrenFromFields();
        List<FieldVector> rs = right.getChildrenFromFields();
        int common = Math.min(ls.size(), rs.size());
        StructuredOrder[] orders = new StructuredOrder[common];
        for (int i = 0; i < common; i++) {
            if (!ls.get(i).getName().equals(rs.get(i).getName())) {
                throw new IllegalArgumentException(
                        "cannot compare " + left.getField() + " with " + right.getField());
            }
            orders[i] = of(ls.get(i), rs.get(i));
        }
        int onTie = Integer.compare(ls.size(), rs.size());
        return (l, r) -> {
            for (StructuredOrder order : orders) {
                int compared = order.compare(l, r);
                if (compared != 0) {
                    return compared;
                }
            }
            return onTie;
        };
    }

    private static StructuredOrder elements(ListVector left, ListVector right) {
        StructuredOrder elements = of(left.getDataVector(), right.getDataVector());
        return (l, r) -> {
            int leftAt = left.getElementStartIndex(l);
            int rightAt = right.getElementStartIndex(r);
            int leftCount = left.getElementEndIndex(l) - leftAt;
            int rightCount = right.getElementEndIndex(r) - rightAt;
            for (int i = 0; i < Math.min(leftCount, rightCount); i++) {
                int compared = elements.compare(leftAt + i, rightAt + i);
                if (compared != 0) {
                    return compared;
                }
            }
            return Integer.compare(leftCount, rightCount);
        };
    }

    private static StructuredOrder variableWidth(
            BaseVariableWidthVector left, BaseVariableWidthVector right) {
        return (l, r) -> {
            ArrowBuf leftOffsets = left.getOffsetBuffer();
            ArrowBuf rightOffsets = right.getOffsetBuffer();
            return ByteFunctionHelpers.compare(
                    left.getDataBuffer(),
                    leftOffsets.getInt(4L * l),
                    leftOffsets.getInt(4L * (l + 1)),
                    right.getDataBuffer(),
                    rightOffsets.getInt(4L * r),
                    rightOffsets.getInt(4L * (r + 1)));
        };
    }

    private static StructuredOrder fixedWidth(
            ArrowType type, BaseFixedWidthVector left, BaseFixedWidthVector right) {
        if (type instanceof ArrowType.FixedSizeBinary fixed) {
            long width = fixed.getByteWidth();
            return (l, r) ->
                    ByteFunctionHelpers.compare(
                            left.getDataBuffer(),
                            l * width,
                            (l + 1) * width,
                            right.getDataBuffer(),
                            r * width,
                            (r + 1) * width);
        }
        if (type instanceof ArrowType.Int integer) {
            return integer(integer, left, right);
        }
        if (type instanceof ArrowType.FloatingPoint floating) {
            if (floating.getPrecision() == FloatingPointPrecision.SINGLE) {
                return (l, r) ->
                        Integer.compare(
                                ordered(left.getDataBuffer().getInt(4L * l)),
                                ordered(right.getDataBuffer().getInt(4L * r)));
            }
            if (floating.getPrecision() == FloatingPointPrecision.DOUBLE) {
                return (l, r) ->
                        Long.compare(
                                ordered(left.getDataBuffer().getLong(8L * l)),
                                ordered(right.getDataBuffer().getLong(8L * r)));
            }
        }
        throw new IllegalArgumentException("no order of " + left.getField());
    }

    private static StructuredOrder integer(
            ArrowType.Int type, BaseFixedWidthVector left, BaseFixedWidthVector right) {
        boolean signed = type.getIsSigned();
        return switch (type.getBitWidth()) {
            case 8 -> {
                int mask = signed ? -1 : 0xff;
                yield (l, r) ->
                        Integer.compare(
                                left.getDataBuffer().getByte(l) & mask,
                                right.getDataBuffer().getByte(r) & mask);
            }
            case 16 -> {
                int mask = signed ? -1 : 0xffff;
                yield (l, r) ->
                        Integer.compare(
                                left.getDataBuffer().getShort(2L * l) & mask,
                                right.getDataBuffer().getShort(2L * r) & mask);
            }
            case 32 -> {
                int flip = signed ? 0 : Integer.MIN_VALUE;
                yield (l, r) ->
                        Integer.compare(
                                left.getDataBuffer().getInt(4L * l) ^ flip,
                                right.getDataBuffer().getInt(4L * r) ^ flip);
            }
            case 64 -> {
                long flip = signed ? 0 : Long.MIN_VALUE;
                yield (l, r) ->
                        Long.compare(
                                left.getDataBuffer().getLong(8L * l) ^ flip,
                                right.getDataBuffer().getLong(8L * r) ^ flip);
            }
            default -> throw new IllegalArgumentException("no order of " + left.getField());
        };
    }

    /** IEEE total order of the bits, as an integer order: negative ones count downwards. */
    private static int ordered(int bits) {
        return bits ^ ((bits >> 31) >>> 1);
    }

    private static long ordered(long bits) {
        return bits ^ ((bits >> 63) >>> 1);
    }
}
