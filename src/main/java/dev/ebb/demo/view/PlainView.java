package dev.ebb.demo.view;

import dev.ebb.core.Lifecycle;
import java.io.PrintStream;
import java.time.Duration;
import java.util.Map;
import java.util.TreeMap;

/** Plain lines for files and pipes: one for each thing that happens, and a heartbeat. */
public final class PlainView implements View {
    private static final Duration HEARTBEAT = Duration.ofSeconds(5);

    private final PrintStream out;
    private int told;
    private Duration lastBeat = Duration.ofSeconds(-5);

    public PlainView(PrintStream out) {
        this.out = out;
    }

    @Override
    public void show(Scene scene) {
        var all = scene.happenings();
        for (; told < all.size(); told++) {
            out.println(Layout.clock(all.get(told).at()) + "  " + all.get(told).text());
        }
        if (scene.at().minus(lastBeat).compareTo(HEARTBEAT) >= 0) {
            lastBeat = scene.at();
            out.println(heartbeat(scene));
        }
        out.flush();
    }

    private static String heartbeat(Scene scene) {
        var counts = scene.load().counts();
        var states = new TreeMap<Lifecycle, Integer>();
        for (var row : scene.rows()) {
            if (row.lifecycle() != Lifecycle.GONE) {
                states.merge(row.lifecycle(), 1, Integer::sum);
            }
        }
        var instances = new StringBuilder();
        for (Map.Entry<Lifecycle, Integer> state : states.entrySet()) {
            instances
                    .append(instances.isEmpty() ? "" : ", ")
                    .append(state.getValue())
                    .append(' ')
                    .append(state.getKey().name().toLowerCase(java.util.Locale.ROOT));
        }
        return "%s  . %d/s, %d sent, %d answered, %d failed, %d truncated, p99 %d ms; %s; %s saved"
                .formatted(
                        Layout.clock(scene.at()),
                        Math.round(scene.load().perSecond()),
                        counts.sent(),
                        counts.answered(),
                        counts.failed(),
                        counts.truncated(),
                        Math.round(scene.load().p99Millis()),
                        instances.isEmpty() ? "no instances" : instances,
                        Layout.percent(scene.ledger().savedPercent()));
    }

    @Override
    public void close() {
        out.flush();
    }
}
