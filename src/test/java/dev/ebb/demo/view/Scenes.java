package dev.ebb.demo.view;

import dev.ebb.core.Health;
import dev.ebb.core.InstanceId;
import dev.ebb.core.Lifecycle;
import dev.ebb.core.ServiceName;
import dev.ebb.demo.load.LoadCounts;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;

/** Scenes with fixed figures. */
final class Scenes {
    private Scenes() {}

    static Scene scene(List<Scene.Row> rows, List<Scene.Happening> happenings) {
        var rates = new ArrayList<>(Collections.nCopies(10, 330.0));
        rates.addAll(Collections.nCopies(10, 90.0));
        return new Scene(
                Duration.ofSeconds(23),
                Duration.ofSeconds(60),
                "load has fallen, Ebb lets instances go",
                new Scene.Load(
                        new LoadCounts(6532, 6530, 0, 0, Map.of(), 18, 31, 95),
                        90.4,
                        24.4,
                        rates,
                        Collections.nCopies(20, 20.0)),
                rows,
                happenings,
                new Scene.Ledger(86.3, 115, 0, 0, 0));
    }

    static Scene usual() {
        return scene(
                List.of(
                        row(1, Lifecycle.SERVING, 0.55, 2, 45.2, 0.5),
                        row(2, Lifecycle.SERVING, 0.91, 1, 45.2, 0.5),
                        row(3, Lifecycle.PARKED, 0.01, 0, 0, 0),
                        row(4, Lifecycle.GONE, 0.0, 0, 0, 0),
                        row(5, Lifecycle.STARTING, -1, 0, 0, 0)),
                List.of(
                        new Scene.Happening(Duration.ofSeconds(10), Scene.Tone.STORY, "load falls"),
                        new Scene.Happening(
                                Duration.ofSeconds(14),
                                Scene.Tone.LESS,
                                "hello-3 parked, 2 in flight: utilization 12 % is low")));
    }

    static Scene.Row row(
            int ordinal,
            Lifecycle lifecycle,
            double used,
            int inFlight,
            double rate,
            double share) {
        return new Scene.Row(
                new InstanceId(new ServiceName("hello"), ordinal),
                lifecycle,
                Health.HEALTHY,
                used < 0 ? OptionalDouble.empty() : OptionalDouble.of(used),
                inFlight,
                rate,
                share);
    }
}
