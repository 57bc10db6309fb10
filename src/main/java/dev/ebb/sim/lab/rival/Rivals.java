package dev.ebb.sim.lab.rival;

import dev.ebb.sim.lab.Contender;
import java.util.List;
import java.util.Optional;

/** Who can be named after {@code --against}, with the settings that the name stands for. */
public final class Rivals {

    /** In the order in which reports show them. */
    public static final List<String> NAMES =
            List.of("hpa", "kpa", "target-tracking", "static", "oracle", "foresight", "lcp");

    /** The target, in percent, of those that have one. */
    public static final int TARGET = 70;

    private Rivals() {}

    /** By name; none when nobody has it. */
    public static Optional<Contender> named(String name) {
        return Optional.ofNullable(
                switch (name) {
                    case "hpa" -> Hpa.at(TARGET).contender(name);
                    case "kpa" -> Kpa.at(TARGET / 100.0).contender(name);
                    case "target-tracking" -> new TargetTracking(TARGET / 100.0).contender(name);
                    case "static" -> Clairvoyant.peak();
                    case "oracle" -> Clairvoyant.oracle();
                    case "foresight" -> Clairvoyant.foresight();
                    case "lcp" -> Lcp.contender();
                    default -> null;
                });
    }
}
