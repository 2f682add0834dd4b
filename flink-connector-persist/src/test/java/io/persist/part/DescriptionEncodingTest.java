package io.persist.part;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.persist.codec.Bytes;
import io.persist.codec.CorruptDataException;
import io.persist.frontier.Antichain;
import io.persist.frontier.Description;
import io.persist.frontier.TimeDomain;
import io.persist.part.proto.ProtoU64Antichain;
import io.persist.part.proto.ProtoU64Description;

import org.junit.jupiter.api.Test;

class DescriptionEncodingTest {
    private static final Description USER =
            new Description(Antichain.minimum(), Antichain.empty(), Antichain.minimum());

    @Test
    void emptyUpperIsWrittenAsAPresentEmptyMessage() throws CorruptDataException {
        Bytes bytes = Bytes.takeArray(DescriptionEncoding.toProto(USER).toByteArray());
        assertThat(bytes.hex()).isEqualTo("0a030a010012001a030a0100");
    }

    @Test
    void descriptionsRoundTripUnderBothRules() throws Exception {
        Description wide =
                new Description(Antichain.of(5), Antichain.of(-1L), Antichain.of(Long.MIN_VALUE));
        for (Description desc : new Description[] {USER, wide}) {
            ProtoU64Description proto =
                    ProtoU64Description.parseFrom(DescriptionEncoding.toProto(desc).toByteArray());
            assertThat(DescriptionEncoding.description(proto)).isEqualTo(desc);
            assertThat(DescriptionEncoding.footerDescription(proto, TimeDomain.U64))
                    .isEqualTo(desc);
        }
    }

    @Test
    void absentFrontierIsZeroInAFooterAndAnErrorInState() throws CorruptDataException {
        ProtoU64Description proto =
                DescriptionEncoding.toProto(USER).toBuilder().clearUpper().build();
        assertThat(DescriptionEncoding.footerDescription(proto, TimeDomain.U64).upper())
                .isEqualTo(Antichain.minimum());
        assertThatThrownBy(() -> DescriptionEncoding.description(proto))
                .isInstanceOf(CorruptDataException.class)
                .hasMessageContaining("without upper");
    }

    @Test
    void severalElementsReduceToTheLeastUnsigned() throws CorruptDataException {
        ProtoU64Antichain proto =
                ProtoU64Antichain.newBuilder()
                        .addElements(-1)
                        .addElements(9)
                        .addElements(7)
                        .build();
        assertThat(DescriptionEncoding.antichain(proto)).isEqualTo(Antichain.of(7));
        assertThat(
                        DescriptionEncoding.antichain(
                                ProtoU64Antichain.newBuilder().addElements(-1).build()))
                .isEqualTo(Antichain.of(-1));
    }
}
