package io.persist.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.persist.codec.Bytes;
import io.persist.codec.CorruptDataException;
import io.persist.codec.relation.Datum;
import io.persist.codec.relation.RelationCodec;
import io.persist.codec.relation.RelationDescEncoding;
import io.persist.codec.relation.SourceData;
import io.persist.testing.GoldenShards;

import org.apache.flink.shaded.jackson2.com.fasterxml.jackson.databind.JsonNode;
import org.junit.jupiter.api.Test;

import java.util.ArrayList;
import java.util.List;

/** Values are shown as the original shows them. */
class DatumTextTest {
    @Test
    void valuesOfEveryTypeReadAsInTheOriginal() throws CorruptDataException {
        List<String> differences = new ArrayList<>();
        int compared = 0;
        for (JsonNode type : GoldenShards.vectors()) {
            RelationCodec<SourceData> codec =
                    RelationCodec.of(
                            RelationDescEncoding.decode(
                                    Bytes.fromHex(type.get("schema").textValue())));
            for (JsonNode value : type.get("values")) {
                SourceData row = codec.decode(Bytes.fromHex(value.get("proto").textValue()));
                Datum datum = ((SourceData.Row) row).datums().get(0);
                String expected = value.get("datum").textValue();
                String shown = DatumText.of(datum);
                assertThat(ValueRendering.readable(codec).json(row).get("c")).isNotNull();
                if (datum instanceof Datum.Jsonb) {
                    continue; // shown as JSON, not as the datums it is made of
                }
                compared++;
                if (!shown.equals(expected)) {
                    differences.add(
                            type.get("type").textValue() + ": " + shown + " for " + expected);
                }
            }
        }
        assertThat(differences).isEmpty();
        assertThat(compared).isPositive();
    }
}
