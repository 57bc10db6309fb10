package dev.ebb.config;

import dev.ebb.core.ServiceName;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** The services by name, each with routes of its own. */
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
        var services = new ArrayList<Placed<ServiceConfig>>();
        var owners = new RouteOwners();
        for (Yaml.Entry entry : mapping.entries()) {
            Yaml.Scalar key = entry.key();
            if (!ServiceName.isValid(key.text())) {
                problems.error(
                        key.place(),
                        Problems.quote(key.text())
                                + " is no service's name; it is 1 to 40 of a-z, 0-9 and '-', with a"
                                + " letter first");
            }
            Optional<ServiceConfig> read = read(entry, problems);
            for (Placed<RouteConfig> route : routes(entry)) {
                owners.claim(key.text(), route.value().match(), route.place(), problems);
            }
            if (ServiceName.isValid(key.text())) {
                read.map(s -> named(s, new ServiceName(key.text())))
                        .ifPresent(s -> services.add(new Placed<>(key.place(), s)));
            }
        }
        if (services.size() == mapping.entries().size()) {
            CallersSchema.check(services, problems);
            SessionOwners.check(services, problems);
        }
        return problems.errors() == before
                ? Optional.of(services.stream().map(Placed::value).toList())
                : Optional.empty();
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

    /** The routes even of a service that has errors elsewhere, so that all is told at once. */
    private static List<Placed<RouteConfig>> routes(Yaml.Entry service) {
        Optional<Yaml> node = routeNode(service);
        Section<RouteConfig> section = RouteSchema.ROUTES.section();
        if (node.isEmpty()) {
            return service.value() instanceof Yaml.Mapping
                    ? List.of(new Placed<>(service.key().place(), section.defaults()))
                    : List.of();
        }
        var found = new ArrayList<Placed<RouteConfig>>();
        for (Yaml item : OneOrMany.items(node.get())) {
            // Its problems are told already, by the service's own reading.
            section.read(item, new Problems())
                    .ifPresent(route -> found.add(new Placed<>(item.place(), route)));
        }
        return found;
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

    private static ServiceConfig named(ServiceConfig s, ServiceName name) {
        return new ServiceConfig(
                name,
                s.run(),
                s.routes(),
                s.resources(),
                s.policy(),
                s.balance(),
                s.protocol(),
                s.tls());
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
