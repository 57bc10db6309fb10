package dev.ebb.config;

import dev.ebb.core.PerHour;
import java.util.Optional;

/** A number of instances, or a share of them: {@code 3} or {@code 10%}. */
final class PerHourKind implements Kind<PerHour> {
    private static final Kind<Integer> COUNT = Kinds.whole(1, PerHour.MOST);
    private static final Kind<Double> SHARE = Kinds.share(0.001, 1);

    @Override
    public Optional<PerHour> read(Yaml node, Problems problems) {
        boolean share = node instanceof Yaml.Scalar scalar && scalar.text().strip().endsWith("%");
        return share
                ? SHARE.read(node, problems).map(s -> new PerHour(0, s))
                : COUNT.read(node, problems).map(n -> new PerHour(n, 0));
    }

    @Override
    public String form() {
        return "a number of instances from 1 to " + PerHour.MOST + ", or a share such as 10%";
    }

    @Override
    public String show(PerHour value) {
        return value.count() > 0 ? String.valueOf(value.count()) : Kinds.showShare(value.share());
    }
}
