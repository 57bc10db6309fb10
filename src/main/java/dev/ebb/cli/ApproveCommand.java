package dev.ebb.cli;

import dev.ebb.console.AdminClient;
import dev.ebb.console.Wire;
import dev.ebb.control.Order;
import dev.ebb.control.Recommendation;
import dev.ebb.control.ServiceStatus;
import dev.ebb.core.Planned;
import dev.ebb.core.ServiceName;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Approves what Ebb recommends, or shows what waits for it. */
@Command(
        name = "approve",
        header = "Carry out what Ebb recommends, or show what waits for approval.",
        description = {
            "For services with `mode: recommend`. Without a service it shows what is recommended"
                    + " and approves nothing. What was approved is checked against a decision made"
                    + " just then, and refused if that has changed; then it is rehearsed as"
                    + " always.",
            ""
        })
final class ApproveCommand implements Callable<Integer> {
    @Spec private CommandSpec spec;
    @Mixin private StateOption state = StateOption.standard();

    @Parameters(paramLabel = "SERVICE", arity = "0..1", description = "A service's name.")
    private Optional<String> name = Optional.empty();

    @Option(names = "--all", description = "Whatever is recommended, for every service.")
    private boolean all;

    @Option(
            names = "--id",
            paramLabel = "ID",
            description = "Only this recommendation, as `ebb status` showed it.")
    private Optional<String> id = Optional.empty();

    @Option(names = "--json", description = "Print JSON.")
    private boolean json;

    @Override
    public Integer call() {
        if ((name.isPresent() && all) || (id.isPresent() && name.isEmpty())) {
            throw new Failure(Exit.USAGE, "give a service's name, with --id or without, or --all");
        }
        Optional<ServiceName> one = name.map(OrderCommands::service);
        List<ServiceStatus> services = state.talk(AdminClient::view).status().services();
        PrintWriter out = spec.commandLine().getOut();
        if (one.isEmpty() && !all) {
            show(services, out);
            return Exit.OK;
        }
        List<Order.Approve> orders = new ArrayList<>();
        for (ServiceStatus service : services) {
            if (all || one.filter(service.name()::equals).isPresent()) {
                id.or(() -> service.recommendation().map(Recommendation::id))
                        .ifPresent(it -> orders.add(new Order.Approve(service.name(), it)));
            }
        }
        if (orders.isEmpty() && one.isPresent()) {
            // Ebb says whether there is such a service, and what its mode is.
            orders.add(new Order.Approve(one.get(), ""));
        }
        return approve(orders, out);
    }

    private void show(List<ServiceStatus> services, PrintWriter out) {
        if (json) {
            Map<String, Recommendation> waiting = new LinkedHashMap<>();
            services.forEach(
                    s -> s.recommendation().ifPresent(r -> waiting.put(s.name().value(), r)));
            out.println(Wire.pretty(Map.of("waiting", waiting)));
            return;
        }
        if (services.stream().allMatch(s -> s.recommendation().isEmpty())) {
            out.println("nothing waits for an approval");
        }
        for (ServiceStatus service : services) {
            service.recommendation()
                    .ifPresent(r -> {
                        out.println(told(service, r));
                        r.planned().forEach(p -> out.println("  " + why(p)));
                    });
        }
    }

    private static String why(Planned planned) {
        return Story.command(planned.command()) + ": " + Story.because(planned.reasons());
    }

    private int approve(List<Order.Approve> orders, PrintWriter out) {
        List<Map<String, String>> answers = new ArrayList<>();
        List<String> refusals = new ArrayList<>();
        for (Order.Approve order : orders) {
            String service = order.service().value();
            switch (state.talk(client -> client.order(order))) {
                case Order.Answer.Done(String text) -> {
                    answers.add(Map.of("service", service, "done", text));
                    say(out, service + ": " + text);
                }
                case Order.Answer.Refused(String text) -> {
                    answers.add(Map.of("service", service, "refused", text));
                    refusals.add(text);
                }
            }
        }
        if (json) {
            out.println(Wire.pretty(Map.of("answers", answers)));
        } else if (orders.isEmpty()) {
            out.println("nothing waits for an approval");
        }
        if (!refusals.isEmpty()) {
            throw new Failure(Exit.FAILED, "refused: " + String.join("; ", refusals));
        }
        return Exit.OK;
    }

    private void say(PrintWriter out, String text) {
        if (!json) {
            out.println(text);
        }
    }

    /** A recommendation in a line, with how to approve it. */
    static String told(ServiceStatus service, Recommendation recommendation) {
        String steps =
                recommendation.planned().stream()
                        .map(p -> Story.command(p.command()))
                        .collect(Collectors.joining(", "));
        return "recommended for %s, %d instead of %d: %s; approve it with: ebb approve %s --id %s"
                .formatted(
                        service.name(),
                        recommendation.afterwards(),
                        recommendation.standing(),
                        steps,
                        service.name(),
                        recommendation.id());
    }
}
