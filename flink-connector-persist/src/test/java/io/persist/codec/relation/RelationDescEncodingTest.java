package io.persist.codec.relation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.persist.codec.Bytes;
import io.persist.codec.CorruptDataException;
import io.persist.codec.DataTypeEncoding;
import io.persist.codec.relation.RelationDesc.ColumnVersions;
import io.persist.codec.relation.ScalarType.CatalogItemId;

import net.jqwik.api.ForAll;
import net.jqwik.api.Property;

import org.junit.jupiter.api.Test;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;

class RelationDescEncodingTest {
    private static final RelationDesc EXAMPLE =
            RelationDesc.of(
                    List.of(
                            new RelationColumn("id", new ScalarType.Int64(), false),
                            new RelationColumn("name", new ScalarType.Text(), true),
                            new RelationColumn("price", new ScalarType.Numeric(null), true)));
    private static final String EXAMPLE_HEX =
            "0a16 0a040a022200 0a060a027a001001 0a060a023a001001"
                    + " 12040a026964 12060a046e616d65 12070a057072696365";

    private static Bytes hex(String spaced) {
        return Bytes.fromHex(spaced.replace(" ", ""));
    }

    private static void roundTrips(RelationDesc desc, String hex) throws CorruptDataException {
        assertThat(RelationDescEncoding.encode(desc)).isEqualTo(hex(hex));
        assertThat(RelationDescEncoding.decode(hex(hex))).isEqualTo(desc);
        assertThat(RelationDescEncoding.decode(hex(hex)).original()).isEqualTo(Bytes.EMPTY);
    }

    @Test
    void workedExample() throws CorruptDataException {
        roundTrips(EXAMPLE, EXAMPLE_HEX);
        roundTrips(RelationDesc.of(List.of()), "0a00");
    }

    @Test
    void workedExampleOfAKey() throws CorruptDataException {
        roundTrips(
                new RelationDesc(EXAMPLE.columns(), List.of(List.of(0L)), List.of(), Bytes.EMPTY),
                "0a1b 0a040a022200 0a060a027a001001 0a060a023a001001 12030a0100"
                        + " 12040a026964 12060a046e616d65 12070a057072696365");
    }

    @Test
    void workedExampleOfAnAddedColumn() throws CorruptDataException {
        List<RelationColumn> columns = new ArrayList<>(EXAMPLE.columns());
        columns.add(new RelationColumn("note", new ScalarType.Text(), true));
        ColumnVersions first = new ColumnVersions(0, null);
        roundTrips(
                new RelationDesc(
                        columns,
                        List.of(),
                        List.of(first, first, first, new ColumnVersions(1, null)),
                        Bytes.EMPTY),
                "0a1e 0a040a022200 0a060a027a001001 0a060a023a001001 0a060a027a001001"
                        + " 12040a026964 12060a046e616d65 12070a057072696365 12060a046e6f7465"
                        + " 1a020a00 1a020a00 1a020a00 1a040a020801");
    }

    @Test
    void workedExampleOfTheDataType() {
        assertThat(
                        Bytes.takeArray(
                                DataTypeEncoding.toProto(RelationFields.of(EXAMPLE, "k"))
                                        .toByteArray()))
                .isEqualTo(
                        hex(
                                "525a 0a4b 0a026f6b 1001 1a43 5241 0a090a013010011a022a00"
                                        + " 0a090a013110011a020a00 0a290a013210011a225220"
                                        + " 0a0e0a06617070726f7810011a024a00"
                                        + " 0a0e0a0662696e61727910011a021200"
                                        + " 0a0b0a0365727210011a021200"));
    }

    @Test
    void workedExamplesOfTypes() throws CorruptDataException {
        typed(new ScalarType.Numeric(0), "3a020a00");
        typed(new ScalarType.Numeric(2), "3a040a020802");
        typed(new ScalarType.Timestamp(null), "aa0200");
        typed(new ScalarType.Timestamp(3), "aa02040a020803");
        typed(new ScalarType.TimestampTz(6), "b202040a020806");
        typed(new ScalarType.Char(10), "8201040a02080a");
        typed(new ScalarType.VarChar(null), "8a0100");
        typed(new ScalarType.VarChar(255), "8a01050a0308ff01");
        typed(new ScalarType.Array(new ScalarType.Int32()), "a201021a00");
        typed(new ScalarType.List(new ScalarType.Text(), null), "aa01040a027a00");
        typed(new ScalarType.Map(new ScalarType.Int64(), null), "c201040a022200");
        typed(new ScalarType.Range(new ScalarType.Date()), "8a02040a024200");
        typed(new ScalarType.Jsonb(), "920100");
        RelationColumn field = new RelationColumn("a", new ScalarType.Int32(), true);
        typed(new ScalarType.Record(List.of(field), null), "b2010f0a0d0a030a01611206 0a021a001001");
    }

    private static void typed(ScalarType type, String hex) throws CorruptDataException {
        Bytes encoded = Bytes.takeArray(ScalarTypeEncoding.encode(type).toByteArray());
        assertThat(encoded).isEqualTo(hex(hex));
        RelationDesc desc = RelationDesc.of(List.of(new RelationColumn("c", type, false)));
        assertThat(RelationDescEncoding.decode(RelationDescEncoding.encode(desc))).isEqualTo(desc);
    }

    @Property(seed = "20261124", tries = 200)
    void anyDescriptionRoundTrips(@ForAll long seed) throws CorruptDataException {
        Random random = new Random(seed);
        List<RelationColumn> columns = new ArrayList<>();
        List<ColumnVersions> versions = new ArrayList<>();
        for (int i = random.nextInt(5); i >= 0; i--) {
            columns.add(new RelationColumn("c" + i, type(random, 3), random.nextBoolean()));
            versions.add(new ColumnVersions(i + 1, random.nextBoolean() ? 9L : null));
        }
        RelationDesc desc =
                new RelationDesc(
                        columns,
                        random.nextBoolean() ? List.of() : List.of(List.of(), List.of(0L, 3L)),
                        random.nextBoolean() ? List.of() : versions,
                        Bytes.EMPTY);
        Bytes bytes = RelationDescEncoding.encode(desc);
        RelationDesc decoded = RelationDescEncoding.decode(bytes);
        assertThat(decoded).isEqualTo(desc);
        assertThat(decoded.original()).isEqualTo(Bytes.EMPTY);
        assertThat(RelationDescEncoding.encode(decoded)).isEqualTo(bytes);
    }

    private static ScalarType type(Random random, int depth) {
        CatalogItemId.Kind[] kinds = CatalogItemId.Kind.values();
        CatalogItemId id =
                random.nextBoolean()
                        ? null
                        : new CatalogItemId(kinds[random.nextInt(kinds.length)], random.nextInt(3));
        return switch (random.nextInt(depth == 0 ? 4 : 8)) {
            case 0 -> new ScalarType.Text();
            case 1 -> new ScalarType.Char(random.nextInt(5));
            case 2 -> new ScalarType.Numeric(null);
            case 3 -> new ScalarType.MzAclItem();
            case 4 -> new ScalarType.List(type(random, depth - 1), id);
            case 5 -> new ScalarType.Map(type(random, depth - 1), id);
            case 6 -> new ScalarType.Array(type(random, depth - 1));
            default ->
                    new ScalarType.Record(
                            List.of(new RelationColumn("f", type(random, depth - 1), true)), id);
        };
    }

    @Test
    void whatThisBuildDoesNotKnowSurvives() throws CorruptDataException {
        // Unknown fields in the description and in a column's type, and needless metadata.
        Bytes bytes = hex("0a0b 0a070a052200c20c00 4801 12040a026964 1a020a00 4a03010203");
        RelationDesc desc = RelationDescEncoding.decode(bytes);
        assertThat(desc)
                .isEqualTo(
                        RelationDesc.of(
                                List.of(new RelationColumn("id", new ScalarType.Int64(), false))));
        assertThat(RelationDescEncoding.encode(desc)).isEqualTo(bytes);
    }

    @Test
    void brokenDescriptionsAreRefused() {
        refused("0a", "relation description");
        refused("0a060a040a022200", "1 types, 0 names, metadata of 0");
        refused("0a060a040a022200 1200", "column without a name");
        refused("0a060a040a02d205 12040a026964", "relation description");
        refused("0a060a040a024a00 12040a026964 1a00 1a00", "metadata of 2");
        refused("0a0a0a080a06d2050300000a 12040a026964", "column 'id' is of an unknown type");
        refused("0a060a040a022200 12040a02ff64", "relation description");
    }

    private static void refused(String hex, String message) {
        assertThatThrownBy(() -> RelationDescEncoding.decode(hex(hex)))
                .isInstanceOf(CorruptDataException.class)
                .hasMessageContaining(message);
    }

    @Test
    void newRelationsNeedGoodNames() {
        RelationColumn id = new RelationColumn("id", new ScalarType.Int64(), false);
        assertThatThrownBy(() -> RelationDesc.of(List.of(id, id)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("two columns named 'id'");
        RelationColumn tooLong = new RelationColumn("é".repeat(128), id.type(), true);
        assertThatThrownBy(() -> RelationDesc.of(List.of(tooLong)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("longer than 255 bytes");
    }
}
