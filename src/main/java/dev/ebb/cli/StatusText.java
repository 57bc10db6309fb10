package dev.ebb.cli;

import dev.ebb.cli.Table.Cell;
import dev.ebb.console.View;
import dev.ebb.control.EndpointSink.Ledger;
import dev.ebb.control.InstanceStatus;
import dev.ebb.control.ServiceStatus;
import dev.ebb.core.Command;
import dev.ebb.core.Health;
import dev.ebb.core.Hold;
import dev.ebb.core.Lifecycle;
import dev.ebb.core.Mark;
import dev.ebb.core.Planned;
import dev.ebb.core.Policy;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;

/** The present state as text. Pure, but for the time zone. */
final class StatusText {
    private static final int INSTANCES_MAX = 200;

    /** Sources of needs that bound the number beside the load. */
    private static final Set<String> BOUNDS = Set.of("schedule", "callers");

    private final View view;
    private final Ink ink;
    private final long nowMillis;

    StatusText(View view, Ink ink) {
        this.view = view;
        this.ink = ink;
        this.nowMillis = view.status().at().wallMillis();
    }

    String text() {
        var lines = new ArrayList<String>();
        View.About ebb = view.ebb();
        Duration up = Duration.ofMillis(Math.max(0, nowMillis - ebb.startedWallMillis()));
        lines.add(
                "%s  up %s  gateway %s  %s"
                        .formatted(
                                ink.bold("ebb " + ebb.version()),
                                Texts.span(up),
                                ebb.listen(),
                                ink.dim(ebb.file())));
        view.status().alarm().ifPresent(alarm -> lines.add(ink.red("alarm: " + alarm)));
        if (view.status().frozen()) {
            lines.add(ink.yellow("frozen: nothing is scaled until: ebb thaw"));
        }
        for (ServiceStatus service : view.status().services()) {
            lines.add("");
            lines.addAll(service(service));
        }
        return String.join("\n", lines) + "\n";
    }

    private List<String> service(ServiceStatus service) {
        var lines = new ArrayList<String>();
        lines.add(ink.bold(service.name().value()) + "  " + summary(service));
        Optional.ofNullable(view.traffic().get(service.name().value()))
                .ifPresent(t -> lines.add("  " + traffic(t, service.ledger())));
        if (service.frozen() && !view.status().frozen()) {
            lines.add(ink.yellow("  frozen: not scaled until: ebb thaw " + service.name().value()));
        }
        service.explanation().needs().stream()
                .filter(need -> BOUNDS.contains(need.source()))
                .forEach(need -> lines.add("  " + need.reason().text()));
        service.explanation()
                .planned()
                .forEach(p -> lines.add("  " + when(service, p) + Story.command(p.command())));
        for (Hold hold : service.explanation().holds()) {
            lines.add(
                    "  "
                            + ink.yellow("hold: " + hold.why().text())
                            + (hold.release().isEmpty() ? "" : ", until " + hold.release()));
        }
        service.recommendation()
                .ifPresent(r -> lines.add("  " + ink.yellow(ApproveCommand.told(service, r))));
        failure(service).ifPresent(lines::addAll);
        lines.addAll(instances(service));
        return lines;
    }

    /** Whether it is done next, or only would be. */
    private static String when(ServiceStatus service, Planned planned) {
        boolean scales =
                switch (planned.command()) {
                    case Command.Park _ -> true;
                    // What stands in for another, or brings back what is owed, is always started.
                    case Command.Start start ->
                            start.replaces().isEmpty()
                                    && planned.reasons().stream()
                                            .anyMatch(r -> r.code().startsWith("need"));
                    case Command.Rescue _, Command.Drain _, Command.Stop _ -> false;
                };
        if (!scales) {
            return "next: ";
        }
        if (service.frozen()) {
            return "would, if it were not frozen: ";
        }
        return switch (service.policy().mode()) {
            case AUTOMATIC -> "next: ";
            case OBSERVE -> "would, if it did not only observe: ";
            case RECOMMEND -> "waits for approval: ";
        };
    }

    private String summary(ServiceStatus service) {
        Policy.Range range = service.policy().range();
        long serving =
                service.instances().stream()
                        .filter(i -> i.lifecycle().inRotation() && i.health() == Health.HEALTHY)
                        .count();
        String wanted =
                service.orderedReplicas().isPresent()
                        ? service.orderedReplicas().getAsInt() + " ordered"
                        : service.explanation().wanted() + " wanted";
        String limits =
                range.min() == range.max()
                        ? "always " + range.min()
                        : range.min() + " to " + range.max();
        String text = "%d serving, %s (%s)".formatted(serving, wanted, limits);
        String mode =
                switch (service.policy().mode()) {
                    case OBSERVE -> "  " + ink.yellow("observes only");
                    case RECOMMEND -> "  " + ink.yellow("recommends only");
                    case AUTOMATIC -> "";
                };
        String counted = serving < range.min() ? ink.red(text) : text;
        return counted + mode + "  " + ink.dim("route " + route(service));
    }

    private String route(ServiceStatus service) {
        return view.ebb().routes().stream()
                .filter(r -> r.service().equals(service.name().value()))
                .map(View.Routed::route)
                .findFirst()
                .orElse("?");
    }

    private String traffic(View.Traffic t, Ledger ledger) {
        long failed = t.failedTotal();
        String failures =
                failed == 0
                        ? "0 failed"
                        : ink.red(
                                Texts.count(failed)
                                        + " failed ("
                                        + t.failed().entrySet().stream()
                                                .filter(e -> e.getValue() > 0)
                                                .sorted(Map.Entry.comparingByKey())
                                                .map(e -> e.getKey() + " " + e.getValue())
                                                .collect(Collectors.joining(", "))
                                        + ")");
        boolean clean = ledger.cut() == 0 && ledger.lost() == 0;
        String scaling =
                "by scaling: %d retried, %d cut, %d lost"
                        .formatted(ledger.retried(), ledger.cut(), ledger.lost());
        return "%s, %s, %d retried, %d truncated; %s"
                .formatted(
                        Texts.count(t.requests(), "request"),
                        failures,
                        t.retried(),
                        t.truncated(),
                        clean ? ink.green(scaling) : ink.red(scaling));
    }

    /** The newest failure, as long as something may still be wrong. */
    private Optional<List<String>> failure(ServiceStatus service) {
        boolean calm =
                service.instances().stream().noneMatch(i -> i.lifecycle() == Lifecycle.FAILED);
        return view.failures().stream()
                .filter(f -> f.service().equals(service.name().value()))
                .filter(f -> !calm || nowMillis - f.wallMillis() < 300_000)
                .findFirst()
                .map(f -> {
                    var lines = new ArrayList<String>();
                    lines.add(
                            "  "
                                    + ink.red(
                                            "%s failed at %s: %s"
                                                    .formatted(
                                                            f.instance(),
                                                            Texts.moment(f.wallMillis(), nowMillis),
                                                            f.reason()))
                                    + "; see: ebb logs "
                                    + f.instance());
                    f.output().forEach(l -> lines.add("    " + ink.dim("| " + l)));
                    return lines;
                });
    }

    private List<String> instances(ServiceStatus service) {
        if (service.instances().isEmpty()) {
            return List.of();
        }
        var table = new Table();
        table.add(
                List.of(
                        Cell.of("INSTANCE", ink::dim),
                        Cell.of("STATE", ink::dim),
                        Cell.of("HEALTH", ink::dim),
                        Cell.number("FOR").inked(ink::dim),
                        Cell.number("CPU").inked(ink::dim),
                        Cell.number("MEM").inked(ink::dim),
                        Cell.number("CONC").inked(ink::dim),
                        Cell.number("FLIGHT").inked(ink::dim),
                        Cell.number("REQ/S").inked(ink::dim),
                        Cell.number("FAILED").inked(ink::dim),
                        Cell.number("MEAN").inked(ink::dim),
                        Cell.of("ADDRESS", ink::dim)));
        service.instances().stream().limit(INSTANCES_MAX).forEach(i -> table.add(row(i)));
        var lines = new ArrayList<>(table.lines("  "));
        int more = service.instances().size() - INSTANCES_MAX;
        if (more > 0) {
            lines.add("  ... and " + more + " more; all of them with --json");
        }
        return lines;
    }

    private List<Cell> row(InstanceStatus i) {
        boolean known = i.dataAgeNanos() != Long.MAX_VALUE;
        String marks =
                i.marks().stream().map(StatusText::mark).sorted().collect(Collectors.joining(" "));
        return List.of(
                Cell.of(i.id().toString()),
                Cell.of(i.lifecycle().name(), ink(i.lifecycle())),
                Cell.of(
                        i.health() == Health.UNKNOWN
                                ? Texts.NONE
                                : i.health().name().toLowerCase(Locale.ROOT),
                        i.health() == Health.EJECTED ? ink::red : t -> t),
                Cell.number(Texts.span(Duration.ofNanos(i.sinceNanos()))),
                Cell.number(Texts.percent(i.cpu())),
                Cell.number(Texts.percent(i.memory())),
                Cell.number(Texts.percent(i.concurrency())),
                Cell.number(Integer.toString(i.inFlight())),
                Cell.number(known ? Texts.rate(i.requestsPerSecond()) : Texts.NONE),
                Cell.number(known ? Texts.percent(i.failureShare()) : Texts.NONE)
                        .inked(i.failureShare() > 0 ? ink::red : t -> t),
                Cell.number(Texts.millis(i.latencyMeanMillis())),
                Cell.of(i.address() + (marks.isEmpty() ? "" : "  " + marks), ink::dim));
    }

    private static String mark(Mark mark) {
        return switch (mark) {
            case PROTECTED -> "protected";
            case HELD_OUT -> "held out";
            case RETIRING -> "restarting";
            case APPROVED -> "approved";
        };
    }

    private UnaryOperator<String> ink(Lifecycle lifecycle) {
        return switch (lifecycle) {
            case SERVING -> ink::green;
            case STARTING, WARMING -> ink::yellow;
            case PARKING, PARKED, DRAINING, STOPPING -> ink::blue;
            case FAILED -> ink::red;
            case GONE -> ink::dim;
        };
    }
}
