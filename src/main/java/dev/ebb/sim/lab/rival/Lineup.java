package dev.ebb.sim.lab.rival;

import dev.ebb.sim.lab.Contender;
import dev.ebb.sim.lab.Family;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** Every policy that has a name of its own in the lab, and those among them that have a knob. */
public final class Lineup {
    private static final List<Double> PERCENTS = List.of(40.0, 50.0, 60.0, 70.0, 80.0, 90.0);

    private Lineup() {}

    /** In the order in which reports show them. */
    public static List<String> names() {
        return Stream.concat(families().stream().map(Family::name), Rivals.NAMES.stream())
                .distinct()
                .toList();
    }

    /** Those with a knob, Ebb's own first. */
    public static List<Family> families() {
        return List.of(
                new Family(
                        Rivals.named("hpa").orElseThrow(),
                        PERCENTS,
                        percent -> Hpa.at((int) percent).contender("hpa")),
                new Family(
                        Rivals.named("kpa").orElseThrow(),
                        PERCENTS,
                        percent -> Kpa.at(percent / 100).contender("kpa")));
    }

    /** By name; none when nobody has it. */
    public static Optional<Contender> named(String name) {
        return families().stream()
                .filter(family -> family.name().equals(name))
                .map(Family::standard)
                .findFirst()
                .or(() -> Rivals.named(name));
    }
}
