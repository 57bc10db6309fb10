package dev.ebb.config;

import dev.ebb.core.Bounds;
import dev.ebb.core.NotBelow;
import dev.ebb.core.ServiceName;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** The keys below {@code policy.not-below}: services whose instances another one keeps up with. */
final class CallersSchema {
    private CallersSchema() {}

    private static final int MOST = 100;

    private static final Key<ServiceName> SERVICE =
            Key.required("service", name(), "A service of this file, which calls this one.");
    private static final Key<Double> RATIO =
            Key.required(
                    "ratio",
                    Kinds.decimal(0.001, 1000),
                    "Instances of this service for each of that one's, starting ones included.");
    private static final Section<NotBelow> NOT_BELOW =
            new Section<>(
                    List.of(SERVICE, RATIO),
                    (v, problems) -> new NotBelow(v.of(SERVICE), v.of(RATIO)));

    static final Key<List<Placed<NotBelow>>> NOT_BELOW_KEY =
            Key.optional(
                    "not-below",
                    new OneOrMany<>(NOT_BELOW, MOST),
                    "Callers to keep up with: never fewer than so many instances for each of"
                            + " theirs. See bounds.md.");

    private static Kind<ServiceName> name() {
        return Kinds.scalar(
                "a service's name",
                text ->
                        ServiceName.isValid(text)
                                ? Kinds.good(new ServiceName(text))
                                : Kinds.bad("is no service's name"),
                ServiceName::value);
    }

    static List<NotBelow> read(Values v, Problems problems) {
        var all = new ArrayList<NotBelow>();
        var names = new HashSet<ServiceName>();
        for (Placed<NotBelow> one : v.given(NOT_BELOW_KEY).orElse(List.of())) {
            if (!names.add(one.value().service())) {
                problems.error(
                        one.place(),
                        "'%s' is named twice; remove one".formatted(one.value().service()));
            }
            all.add(one.value());
        }
        return all;
    }

    /** What can only be seen with all services at hand. */
    static void check(List<Placed<ServiceConfig>> services, Problems problems) {
        Map<ServiceName, ServiceConfig> known = new HashMap<>();
        services.forEach(s -> known.put(s.value().name(), s.value()));
        boolean allKnown = true;
        for (Placed<ServiceConfig> service : services) {
            for (NotBelow bound : callers(service.value())) {
                ServiceConfig caller = known.get(bound.service());
                if (caller == null) {
                    allKnown = false;
                    problems.error(service.place(), unknown(service.value(), bound, known));
                } else {
                    narrow(service, bound, caller, problems);
                }
            }
        }
        if (allKnown) {
            circle(services, known, problems);
        }
    }

    private static List<NotBelow> callers(ServiceConfig service) {
        return service.policy().bounds().map(Bounds::notBelow).orElse(List.of());
    }

    private static String unknown(
            ServiceConfig service, NotBelow bound, Map<ServiceName, ServiceConfig> known) {
        List<String> names = known.keySet().stream().map(ServiceName::value).sorted().toList();
        return "'%s' is not to be below '%s', and there is no such service; %s"
                .formatted(
                        service.name(),
                        bound.service(),
                        Nearest.to(bound.service().value(), names)
                                .map(near -> "did you mean '" + near + "'?")
                                .orElse("known here: " + String.join(", ", names)));
    }

    private static void narrow(
            Placed<ServiceConfig> service,
            NotBelow bound,
            ServiceConfig caller,
            Problems problems) {
        int callers = caller.policy().range().max();
        int wanted = (int) Math.min(1_000_000, Math.ceil(bound.ratio() * callers - 1e-9));
        int most = service.value().policy().range().max();
        if (wanted > most) {
            problems.warning(
                    service.place(),
                    "'%s' is to have %d when '%s' has its %d, and 'instances' allows %d"
                            .formatted(
                                    service.value().name(), wanted, caller.name(), callers, most));
        }
    }

    /** One error for each circle, at its first service in the file. */
    private static void circle(
            List<Placed<ServiceConfig>> services,
            Map<ServiceName, ServiceConfig> known,
            Problems problems) {
        Set<ServiceName> done = new HashSet<>();
        for (Placed<ServiceConfig> service : services) {
            List<ServiceName> path = new ArrayList<>();
            if (!done.contains(service.value().name())
                    && isCircle(service.value(), known, path, done)) {
                ServiceName again = path.getLast();
                String way =
                        String.join(
                                " -> ",
                                path.subList(path.indexOf(again), path.size()).stream()
                                        .map(ServiceName::value)
                                        .toList());
                problems.error(
                        service.place(),
                        "'not-below' goes round in a circle, %s; remove one".formatted(way));
            }
        }
    }

    /** Depth first; the path ends with the service that closes the circle. */
    private static boolean isCircle(
            ServiceConfig from,
            Map<ServiceName, ServiceConfig> known,
            List<ServiceName> path,
            Set<ServiceName> done) {
        boolean closes = path.contains(from.name());
        path.add(from.name());
        if (closes) {
            done.addAll(path);
            return true;
        }
        for (NotBelow bound : callers(from)) {
            ServiceConfig caller = known.get(bound.service());
            if (caller != null
                    && !done.contains(bound.service())
                    && isCircle(caller, known, path, done)) {
                return true;
            }
        }
        path.removeLast();
        done.add(from.name());
        return false;
    }
}
