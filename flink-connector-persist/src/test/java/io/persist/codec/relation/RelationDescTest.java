package io.persist.codec.relation;

import static org.assertj.core.api.Assertions.assertThat;

import io.persist.codec.Bytes;

import org.junit.jupiter.api.Test;

import java.util.List;

class RelationDescTest {
    private static final RelationColumn A = column("a", new ScalarType.Int32(), true);
    private static final RelationColumn B = column("b", new ScalarType.Text(), true);

    private static RelationColumn column(String name, ScalarType type, boolean nullable) {
        return new RelationColumn(name, type, nullable);
    }

    private static RelationDesc of(RelationColumn... columns) {
        return RelationDesc.of(List.of(columns));
    }

    @Test
    void relationIsExtendedByNullableColumnsAtItsEnd() {
        assertThat(of(A).isExtendedBy(of(A))).isTrue();
        assertThat(of(A).isExtendedBy(of(A, B))).isTrue();
        assertThat(of().isExtendedBy(of(A, B))).isTrue();
        assertThat(of(A).isExtendedBy(of(A, column("b", new ScalarType.Text(), false)))).isFalse();
        assertThat(of(A).isExtendedBy(of(B, A))).isFalse();
        assertThat(of(A, B).isExtendedBy(of(A))).isFalse();
    }

    @Test
    void columnsKeepNameAndTypeAndMayBecomeNullable() {
        RelationColumn required = column("a", new ScalarType.Int32(), false);

        assertThat(of(required).isExtendedBy(of(A))).isTrue();
        assertThat(of(A).isExtendedBy(of(required))).isFalse();
        assertThat(of(A).isExtendedBy(of(column("c", new ScalarType.Int32(), true)))).isFalse();
        assertThat(of(A).isExtendedBy(of(column("a", new ScalarType.Int64(), true)))).isFalse();
    }

    @Test
    void keysAndVersionsAreNotForgotten() {
        RelationDesc keyed =
                new RelationDesc(List.of(A), List.of(List.of(0L)), List.of(), Bytes.EMPTY);
        RelationDesc versioned =
                new RelationDesc(
                        List.of(A),
                        List.of(),
                        List.of(new RelationDesc.ColumnVersions(0, null)),
                        Bytes.EMPTY);

        assertThat(keyed.isExtendedBy(of(A, B))).isFalse();
        assertThat(of(A).isExtendedBy(keyed)).isFalse();
        assertThat(versioned.isExtendedBy(of(A, B))).isFalse();
    }
}
