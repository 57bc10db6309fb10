package dev.ebb.platform.kubernetes;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ebb.control.JournalEntry;
import dev.ebb.core.Bounds;
import dev.ebb.core.InstanceId;
import dev.ebb.core.Lifecycle;
import dev.ebb.core.NotBelow;
import dev.ebb.core.PerHour;
import dev.ebb.core.Schedule;
import dev.ebb.core.ServiceName;
import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.client.utils.Serialization;
import java.time.Instant;
import java.util.List;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class BoundsFieldsTest {
    private static ScaleSpec spec(String more) {
        return ObjectiveFieldsTest.spec(more);
    }

    private static Schedule schedule(String fields) {
        Bounds bounds = spec("  schedules: [" + fields + "]").policy().bounds().orElseThrow();
        return bounds.schedules().getFirst();
    }

    private static long at(String time) {
        return Instant.parse(time).toEpochMilli();
    }

    @Test
    void aTimeOfTheDayIsOfItsZone() {
        Schedule opening =
                schedule(
                        "{name: opening, at: ['08:00'], days: [mon, fri], forSeconds: 7200,"
                                + " timeZone: Europe/Berlin, minReplicas: 8}");
        assertThat(opening.min()).isEqualTo(OptionalInt.of(8));
        assertThat(opening.max()).isEmpty();
        // The 27th of November of 2026 is a Friday.
        assertThat(opening.open(at("2026-11-27T07:00:00Z"))).isPresent();
        assertThat(opening.open(at("2026-11-27T09:00:00Z"))).isEmpty();
        assertThat(opening.open(at("2026-11-26T07:00:00Z"))).isEmpty();
    }

    @Test
    void datesAndCrontabsAreUnderstood() {
        Schedule sale =
                schedule(
                        "{name: sale, at: ['18:00'], dates: ['2027-11-26'], forSeconds: 60,"
                                + " minReplicas: 2, maxReplicas: 4}");
        assertThat(sale.open(at("2027-11-26T18:00:30Z"))).isPresent();
        assertThat(sale.open(at("2027-11-27T18:00:30Z"))).isEmpty();
        Schedule monthEnd =
                schedule("{name: month end, cron: '0 6 1 * *', forSeconds: 60, maxReplicas: 3}");
        assertThat(monthEnd.open(at("2026-12-01T06:00:00Z"))).isPresent();
        assertThat(monthEnd.max()).isEqualTo(OptionalInt.of(3));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            textBlock =
                    """
                    cron: '0 6 1 * L' | day of the week
                    cron: '0 6 30 2 *' | no such day
                    at: ['08:00'], timeZone: X/Y | X/Y
                    at: ['08:00'], dates: ['2027-02-30'] | 2027-02-30
                    """)
    void whatNoSchemaCanRefuseIsNotHeededAndSaid(String fields, String why) {
        String good = "{name: b, cron: '0 * * * *', forSeconds: 60, minReplicas: 3}";
        String bad = "{name: a, forSeconds: 60, minReplicas: 2, %s}".formatted(fields);
        ScaleSpec spec = spec("  schedules: [%s, %s]".formatted(bad, good));
        assertThat(spec.wrong().orElseThrow().why().code()).isEqualTo("bad_schedule");
        assertThat(spec.wrong().orElseThrow().why().text()).contains("'a'", why);
        assertThat(spec.policy().bounds().orElseThrow().schedules())
                .extracting(Schedule::name)
                .containsExactly("b");
    }

    @Test
    void soManyAnHourIsANumberOrAShare() {
        assertThat(spec("  scaleIn: {perHour: 3}").policy().in().perHour())
                .contains(new PerHour(3, 0));
        assertThat(spec("  scaleIn: {perHour: '10%'}").policy().in().perHour())
                .contains(new PerHour(0, 0.1));
        assertThat(spec("").policy().in().perHour()).isEmpty();
        assertThat(spec("").policy().bounds()).isEmpty();
    }

    // ---- Callers

    private static ScaleSpec named(String name, String... callers) {
        StringBuilder bounds = new StringBuilder();
        for (String caller : callers) {
            bounds.append("{serviceScale: ").append(caller).append(", ratio: 0.5},");
        }
        String text =
                """
                apiVersion: ebb.dev/v1alpha1
                kind: ServiceScale
                metadata: {name: %s, namespace: web, uid: u-%s}
                spec:
                  targetRef: {kind: Deployment, name: %s}
                  maxReplicas: 8
                  notBelow: [%s]
                """
                        .formatted(name, name, name, bounds);
        return ScaleSpec.of(Serialization.unmarshal(text, GenericKubernetesResource.class));
    }

    private static List<NotBelow> callers(ScaleSpec spec) {
        return spec.policy().bounds().map(Bounds::notBelow).orElse(List.of());
    }

    @Test
    void callersAreOtherServiceScales() {
        assertThat(callers(named("orders", "shop")))
                .containsExactly(new NotBelow(new ServiceName("shop"), 0.5));
    }

    @Test
    void whoWaitsForItselfHeedsNobody() {
        List<ScaleSpec> all =
                CallerCircles.broken(
                        List.of(
                                named("a", "b"),
                                named("b", "c", "d"),
                                named("c", "a"),
                                named("d"),
                                named("e", "a")));
        for (ScaleSpec one : all.subList(0, 3)) {
            assertThat(callers(one)).isEmpty();
            assertThat(one.wrong().orElseThrow().why().code()).isEqualTo("callers_circle");
        }
        assertThat(all.get(3).wrong()).isEmpty();
        assertThat(callers(all.get(4))).as("it is in no circle itself").hasSize(1);
        assertThat(all.get(4).wrong()).isEmpty();
        List<ScaleSpec> none = List.of(named("a", "b"), named("b"));
        assertThat(CallerCircles.broken(none)).isEqualTo(none);
    }

    // ---- The hour

    private static JournalEntry parked(long wallMillis, boolean byOperator) {
        return new JournalEntry.Moved(
                wallMillis,
                new InstanceId(new ServiceName("shop"), 1),
                Lifecycle.SERVING,
                Lifecycle.PARKING,
                List.of(),
                0,
                byOperator);
    }

    @Test
    void theHourIsKeptInTheStatusForWhoComesNext() {
        long now = at("2026-11-27T12:00:00Z");
        var hour = new HourOfParks(true, List.of(now - 3_700_000, now - 1_000));
        hour.hear(parked(now, false));
        hour.hear(parked(now, true));
        assertThat(hour.words(now)).containsExactly("2026-11-27T11:59:59Z", "2026-11-27T12:00:00Z");
        assertThat(HourOfParks.read(hour.words(now))).containsExactly(now - 1_000, now);
        assertThat(HourOfParks.read(List.of("yesterday"))).isEmpty();
        assertThat(hour.words(now + 3_599_500)).hasSize(1);
        var unlimited = new HourOfParks(false, List.of(now));
        unlimited.hear(parked(now, false));
        assertThat(unlimited.words(now)).isEmpty();
    }
}
