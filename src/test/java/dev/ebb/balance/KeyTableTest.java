package dev.ebb.balance;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Who owns the keys, and which of them move when instances come and go. */
class KeyTableTest {
    private static final List<EndpointRole> ROLES =
            List.of(EndpointRole.ACTIVE, EndpointRole.PARKED, EndpointRole.DRAINING);

    private static EndpointSnapshot snapshot(List<Endpoint> endpoints) {
        return new EndpointSnapshot(Pool.SERVICE, 1, endpoints);
    }

    private static List<Endpoint> instances(int count) {
        List<Endpoint> endpoints = new ArrayList<>();
        for (int i = 1; i <= count; i++) {
            endpoints.add(Pool.endpoint(i, EndpointRole.ACTIVE, 1, Endpoint.NO_RAMP));
        }
        return endpoints;
    }

    private static List<Endpoint> set(List<Endpoint> of, int ordinal, EndpointRole role, double w) {
        List<Endpoint> endpoints = new ArrayList<>(of);
        endpoints.set(ordinal - 1, Pool.endpoint(ordinal, role, w, Endpoint.NO_RAMP));
        return endpoints;
    }

    /** Five standard deviations of a share that chance decides. */
    private static double slack(double share) {
        return 5 * Math.sqrt(share * (1 - share) / KeyTable.SLOTS);
    }

    @ParameterizedTest
    @ValueSource(ints = {2, 3, 10, 100})
    void eachHasItsPartAndOnlyThatMovesWhenItGoes(int count) {
        KeyTable all = KeyTable.of(snapshot(instances(count)), null);
        double fair = 1.0 / count;
        for (int i = 1; i <= Math.min(count, 10); i++) {
            double own = all.share(Pool.id(i));
            assertThat(own).isBetween(fair - slack(fair), fair + slack(fair));
            List<Endpoint> parked = set(instances(count), i, EndpointRole.PARKED, 1);
            KeyTable without = KeyTable.of(snapshot(parked), all);
            assertThat(all.moved(without)).as("not a key more").isEqualTo(own);
            assertThat(without.share(Pool.id(i))).isZero();
            KeyTable again = KeyTable.of(snapshot(instances(count)), without);
            assertThat(all.moved(again)).as("a rescue brings all of them back").isZero();
        }
    }

    @Test
    void oneThatComesTakesItsPartAndNothingElseMoves() {
        KeyTable nine = KeyTable.of(snapshot(instances(9)), null);
        KeyTable ten = KeyTable.of(snapshot(instances(10)), nine);
        assertThat(nine.moved(ten)).isEqualTo(ten.share(Pool.id(10)));
        assertThat(ten.share(Pool.id(10))).isBetween(0.1 - slack(0.1), 0.1 + slack(0.1));
    }

    /** Gateways that have seen other snapshots must agree. */
    @Test
    void itDoesNotMatterHowItCameAbout() {
        SplittableRandom random = new SplittableRandom(1);
        List<Endpoint> now = instances(8);
        KeyTable grown = KeyTable.of(snapshot(now), null);
        for (int step = 0; step < 60; step++) {
            int ordinal = 1 + random.nextInt(8);
            EndpointRole role = ROLES.get(random.nextInt(ROLES.size()));
            now = set(now, ordinal, role, random.nextInt(4) == 0 ? 2.5 : 1);
            grown = KeyTable.of(snapshot(now), grown);
            KeyTable fresh = KeyTable.of(snapshot(now), null);
            assertThat(grown.moved(fresh)).as("step %d", step).isZero();
        }
    }

    @Test
    void weightsAreSharesAndANewWeightMovesOnlyWhatItMust() {
        KeyTable equal = KeyTable.of(snapshot(instances(10)), null);
        List<Endpoint> strong = set(instances(10), 1, EndpointRole.ACTIVE, 3);
        KeyTable weighted = KeyTable.of(snapshot(strong), equal);
        assertThat(weighted.share(Pool.id(1))).isBetween(0.25 - slack(0.25), 0.25 + slack(0.25));
        double gained = weighted.share(Pool.id(1)) - equal.share(Pool.id(1));
        assertThat(equal.moved(weighted)).isEqualTo(gained);
    }

    @Test
    void aSnapshotThatChangesNobodysPlaceCostsNothing() {
        KeyTable table = KeyTable.of(snapshot(instances(5)), null);
        List<Endpoint> ramping = instances(5);
        ramping.set(0, Pool.endpoint(1, EndpointRole.ACTIVE, 1, 77));
        assertThat(KeyTable.of(snapshot(ramping), table)).isSameAs(table);
    }

    @Test
    void nobodyIsNoError() {
        KeyTable none = KeyTable.of(snapshot(List.of()), null);
        assertThat(none.owner(12345)).isEqualTo(none.size());
        KeyTable one = KeyTable.of(snapshot(instances(1)), none);
        assertThat(one.share(Pool.id(1))).isEqualTo(1);
        assertThat(KeyTable.of(snapshot(List.of()), one).share(Pool.id(1))).isZero();
    }
}
