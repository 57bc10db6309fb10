package dev.ebb.config;

import dev.ebb.core.ServiceName;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The services by name, each with a route of its own. */
final class ServicesKind implements Kind<List<ServiceConfig>> {
    private static final int MOST = 1000;

    @Override
    public Optional<List<ServiceConfig>> read(Yaml node, Problems problems) {
        if (!(node instanceof Yaml.Mapping mapping) || mapping.entries().isEmpty()) {
            problems.error(node.place(), node.what() + " is here; it is " + form());
            return Optional.empty();
        }
        if (mapping.entries().size() > MOST) {
            problems.error(node.place(), "more than " + MOST + " services; use several Ebbs");
            return Optional.empty();
        }
        int before = problems.errors();
        var services = new ArrayList<ServiceConfig>();
        Map<ServiceConfig.Route, String> routes = new HashMap<>();
        for (Yaml.Entry entry : mapping.entries()) {
            Yaml.Scalar key = entry.key();
            if (!ServiceName.isValid(key.text())) {
                problems.error(
                        key.place(),
                        Problems.quote(key.text())
                                + " is no service's name; it is 1 to 40 of a-z, 0-9 and '-', with a"
                                + " letter first");
            }
            Place place = placeOfRoute(entry);
            Optional<ServiceConfig> read = read(entry, problems);
            route(entry).ifPresent(route -> checkRoute(route, key, place, routes, problems));
            if (ServiceName.isValid(key.text())) {
                read.ifPresent(s -> services.add(named(s, new ServiceName(key.text()))));
            }
        }
        return problems.errors() == before ? Optional.of(services) : Optional.empty();
    }

    private static Optional<ServiceConfig> read(Yaml.Entry entry, Problems problems) {
        if (entry.value() instanceof Yaml.Scalar scalar && scalar.isNothing()) {
            problems.error(
                    entry.key().place(),
                    "the service "
                            + Problems.quote(entry.key().text())
                            + " says nothing; give at least 'run' with a 'command', and"
                            + " 'instances'");
            return Optional.empty();
        }
        return ServiceSchema.SERVICE.read(entry.value(), problems);
    }

    /** The route even of a service that has errors elsewhere, so that all is told at once. */
    private static Optional<ServiceConfig.Route> route(Yaml.Entry service) {
        Optional<Yaml> node = routeNode(service);
        if (node.isEmpty()) {
            return service.value() instanceof Yaml.Mapping
                    ? Optional.of(RouteSchema.ROUTE.defaults())
                    : Optional.empty();
        }
        // Its problems are told already, by the service's own reading.
        return RouteSchema.ROUTE.read(node.get(), new Problems());
    }

    private static Optional<Yaml> routeNode(Yaml.Entry service) {
        if (service.value() instanceof Yaml.Mapping mapping) {
            for (Yaml.Entry entry : mapping.entries()) {
                if (entry.key().text().equals(ServiceSchema.ROUTE.name())) {
                    return Optional.of(entry.value());
                }
            }
        }
        return Optional.empty();
    }

    private static Place placeOfRoute(Yaml.Entry service) {
        return routeNode(service).map(Yaml::place).orElse(service.key().place());
    }

    private static void checkRoute(
            ServiceConfig.Route route,
            Yaml.Scalar key,
            Place place,
            Map<ServiceConfig.Route, String> routes,
            Problems problems) {
        String other = routes.putIfAbsent(route, key.text());
        if (other != null) {
            problems.error(
                    place,
                    "'%s' has the route of '%s' (%s); give one of them another 'host' or 'path'"
                            .formatted(key.text(), other, describe(route)));
        }
    }

    private static String describe(ServiceConfig.Route route) {
        return route.host().map("host "::concat).orElse("any host") + ", path " + route.path();
    }

    private static ServiceConfig named(ServiceConfig s, ServiceName name) {
        return new ServiceConfig(name, s.run(), s.route(), s.resources(), s.policy(), s.balance());
    }

    @Override
    public String form() {
        return "a mapping of services by name, at least one";
    }

    @Override
    public String show(List<ServiceConfig> value) {
        return "";
    }
}
