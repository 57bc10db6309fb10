package dev.ebb.sim.lab.rival;

import dev.ebb.core.forecast.Terms;
import dev.ebb.sim.lab.Contender;
import dev.ebb.sim.lab.EbbScaler;
import dev.ebb.sim.lab.EbbScaler.Sight;
import dev.ebb.sim.lab.Family;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** Every policy that has a name of its own in the lab, and those among them that have a knob. */
public final class Lineup {
    /** Ebb's own. */
    public static final String EBB = "ebb";

    private static final List<Double> CAUTIONS =
            List.of(
                    0.003, 0.01, 0.02, 0.04, 0.1, 0.2, 0.35, 0.6, 1.0, 1.7, 3.0, 6.0, 12.0, 25.0,
                    50.0, 100.0);

    private static final List<Double> PERCENTS = List.of(40.0, 50.0, 60.0, 70.0, 80.0, 90.0);

    private Lineup() {}

    /** In the order in which reports show them. */
    public static List<String> names() {
        return Stream.concat(Stream.of(EBB), Rivals.NAMES.stream()).toList();
    }

    /**
     * Those with a knob, Ebb's own first.
     *
     * @param sight what Ebb sees of the load
     */
    public static List<Family> families(Sight sight) {
        return List.of(
                new Family(
                        EbbScaler.contender(EBB, Terms.DEFAULT_CAUTION, sight),
                        CAUTIONS,
                        caution -> EbbScaler.contender(EBB, caution, sight)),
                new Family(
                        Rivals.named("hpa").orElseThrow(),
                        PERCENTS,
                        percent -> Hpa.at((int) percent).contender("hpa")),
                new Family(
                        Rivals.named("kpa").orElseThrow(),
                        PERCENTS,
                        percent -> Kpa.at(percent / 100).contender("kpa")));
    }

    /**
     * By name; none when nobody has it.
     *
     * @param sight what Ebb sees of the load
     */
    public static Optional<Contender> named(String name, Sight sight) {
        return families(sight).stream()
                .filter(family -> family.name().equals(name))
                .map(Family::standard)
                .findFirst()
                .or(() -> Rivals.named(name));
    }
}
