package io.persist.frontier;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

import org.junit.jupiter.api.Test;

import java.util.ArrayList;
import java.util.List;

/** The laws of frontiers, in both domains of times; few times, so that all meet all. */
final class AntichainTest {
    private static final long[] SAMPLES = {0, 1, 2, 3};

    @Provide
    Arbitrary<Antichain> frontiers() {
        return Combinators.combine(Arbitraries.of(TimeDomain.values()), times().list().ofMaxSize(4))
                .as(AntichainTest::frontier);
    }

    @Provide
    Arbitrary<List<Antichain>> alike() {
        Arbitrary<TimeDomain> domains = Arbitraries.of(TimeDomain.values());
        return domains.flatMap(
                domain ->
                        times().list()
                                .ofMaxSize(4)
                                .map(times -> frontier(domain, times))
                                .list()
                                .ofSize(3));
    }

    @Provide
    Arbitrary<Long> times() {
        return Combinators.combine(Arbitraries.of(0L, 1L, 2L, 3L), Arbitraries.of(0L, 1L, 2L, 3L))
                .as(TimeDomain::pair);
    }

    private static Antichain frontier(TimeDomain domain, List<Long> times) {
        return Antichain.of(domain, times.stream().mapToLong(Long::longValue).toArray());
    }

    private static List<Long> allTimes() {
        List<Long> all = new ArrayList<>();
        for (long outer : SAMPLES) {
            for (long inner : SAMPLES) {
                all.add(TimeDomain.pair(outer, inner));
            }
        }
        return all;
    }

    @Property
    void orderIsInclusionOfWhatLiesBeyond(@ForAll("alike") List<Antichain> two) {
        Antichain left = two.get(0);
        Antichain right = two.get(1);
        boolean included =
                allTimes().stream()
                        .allMatch(time -> !right.lessEqual(time) || left.lessEqual(time));
        assertThat(left.lessEqual(right)).isEqualTo(included);
        assertThat(left.lessThan(right)).isEqualTo(included && !left.equals(right));
        assertThat(left.equals(right)).isEqualTo(left.lessEqual(right) && right.lessEqual(left));
    }

    @Property
    void meetAndJoinAreTheNearestBounds(@ForAll("alike") List<Antichain> three) {
        Antichain a = three.get(0);
        Antichain b = three.get(1);
        Antichain c = three.get(2);
        for (long time : allTimes()) {
            assertThat(a.meet(b).lessEqual(time)).isEqualTo(a.lessEqual(time) || b.lessEqual(time));
            assertThat(a.join(b).lessEqual(time)).isEqualTo(a.lessEqual(time) && b.lessEqual(time));
        }
        assertThat(a.meet(b)).isEqualTo(b.meet(a));
        assertThat(a.join(b)).isEqualTo(b.join(a));
        assertThat(a.meet(b).meet(c)).isEqualTo(a.meet(b.meet(c)));
        assertThat(a.join(b).join(c)).isEqualTo(a.join(b.join(c)));
        if (a.lessEqual(b)) {
            assertThat(a.meet(b)).isEqualTo(a);
            assertThat(a.join(b)).isEqualTo(b);
        }
    }

    @Property
    void whoLooksFromAFrontierCannotTellAnAdvancedTime(
            @ForAll("frontiers") Antichain frontier, @ForAll("times") long time) {
        long advanced = frontier.advance(time);
        if (frontier.isEmpty()) {
            assertThat(advanced).isEqualTo(time);
            return;
        }
        TimeDomain domain = frontier.domain();
        for (long later : allTimes()) {
            if (frontier.lessEqual(later)) {
                assertThat(domain.lessEqual(advanced, later))
                        .isEqualTo(domain.lessEqual(time, later));
            }
        }
        assertThat(frontier.advance(advanced)).isEqualTo(advanced);
        assertThat(domain.lessEqual(time, advanced)).isTrue();
        if (frontier.lessEqual(time)) {
            assertThat(advanced).isEqualTo(time);
        }
    }

    @Property
    void noElementIsBeyondAnother(@ForAll("frontiers") Antichain frontier) {
        long[] elements = frontier.elements();
        for (long element : elements) {
            assertThat(frontier.lessEqual(element)).isTrue();
            assertThat(frontier.lessThan(element)).isFalse();
            assertThat(frontier.reaches(element)).isTrue();
        }
        assertThat(Antichain.of(frontier.domain(), elements)).isEqualTo(frontier);
        assertThat(Antichain.of(frontier.domain(), elements)).hasSameHashCodeAs(frontier);
    }

    @Test
    void u64TimesAreUnsignedAndOfSeveralTheLeastCounts() {
        assertThat(Antichain.of(TimeDomain.U64, -1, 5, 7)).isEqualTo(Antichain.of(5));
        assertThat(Antichain.of(5).lessEqual(-1)).isTrue();
        assertThat(Antichain.of(-1)).hasToString("[18446744073709551615]");
    }

    @Test
    void aFrontierReachesWhatIsNotAfterIt() {
        for (long time = 0; time < 5; time++) {
            assertThat(Antichain.of(3).reaches(time)).isEqualTo(!Antichain.of(3).lessThan(time));
        }
        assertThat(Antichain.empty().reaches(-1)).isTrue();
        Antichain pair = Antichain.of(TimeDomain.PAIR_OF_U32, TimeDomain.pair(3, 10));
        assertThat(pair.reaches(TimeDomain.pair(3, 10))).isTrue();
        assertThat(pair.reaches(TimeDomain.pair(0, 10))).isTrue();
        assertThat(pair.reaches(TimeDomain.pair(10, 0))).as("neither before nor after").isFalse();
    }

    @Test
    void emptyAndMinimumAreTheSameInAllDomains() {
        assertThat(Antichain.of(TimeDomain.PAIR_OF_U32)).isEqualTo(Antichain.empty());
        assertThat(Antichain.of(TimeDomain.PAIR_OF_U32, 0)).isEqualTo(Antichain.minimum());
        assertThat(Antichain.of(TimeDomain.PAIR_OF_U32, 5)).isNotEqualTo(Antichain.of(5));
    }

    @Test
    void aPairIsOuterThenInnerInLittleEndian() {
        assertThat(TimeDomain.pair(1, 2)).isEqualTo(0x2_0000_0001L);
        Antichain frontier =
                Antichain.of(
                        TimeDomain.PAIR_OF_U32, TimeDomain.pair(10, 1), TimeDomain.pair(0, 11));
        assertThat(frontier).hasToString("[(10, 1), (0, 11)]");
        assertThat(frontier.lessEqual(TimeDomain.pair(10, 0))).isFalse();
        assertThat(frontier.lessEqual(TimeDomain.pair(0, 10))).isFalse();
        assertThatThrownBy(frontier::element).hasMessageContaining("more than one element");
        assertThatThrownBy(() -> TimeDomain.pair(1L << 32, 0)).hasMessageContaining("no pair");
    }
}
