package dev.ebb.cli;

import dev.ebb.console.View;
import dev.ebb.control.Order;
import dev.ebb.control.Status;
import dev.ebb.core.ServiceName;
import dev.ebb.platform.kubernetes.Operator;
import dev.ebb.platform.kubernetes.OperatorFigures;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** What the admin API shows of an operator, and what may be ordered there. Thread-safe. */
final class OperatorView {
    private final Operator operator;
    private final String namespaces;
    private final long startedWallMillis = System.currentTimeMillis();

    OperatorView(Operator operator, String namespaces) {
        this.operator = operator;
        this.namespaces = namespaces;
    }

    View view() {
        Status status = operator.status();
        OperatorFigures figures = operator.figures();
        var about =
                new View.About(
                        BuildInfo.load().version(),
                        ProcessHandle.current().pid(),
                        startedWallMillis,
                        operator.leads() ? "leads" : "stands by",
                        namespaces.isEmpty() ? "all namespaces" : namespaces,
                        List.of());
        return new View(
                about,
                status,
                Map.of(),
                List.of(),
                new View.Loop(
                        figures.ticks(),
                        figures.skipped(),
                        figures.lastTickNanos(),
                        figures.longestTickNanos(),
                        figures.sinceLastNanos(),
                        new View.Waiting(
                                figures.waiting(),
                                figures.longestWaitNanos(),
                                figures.shortTicks())),
                Optional.empty(),
                Optional.empty(),
                Optional.of(new View.Reports(operator.malformedReports())));
    }

    /** Only what is kept where the next replica finds it, or needs not to be kept. */
    Order.Answer order(Order order) {
        Optional<ServiceName> service =
                switch (order) {
                    case Order.Rescue rescue -> Optional.of(rescue.id().service());
                    case Order.Approve approve -> Optional.of(approve.service());
                    default -> Optional.empty();
                };
        return service.map(name -> operator.order(name, order))
                .orElse(
                        new Order.Answer.Refused(
                                "an operator takes 'rescue' and 'approve' only; for the rest change"
                                        + " the ServiceScale or a pod's annotations with kubectl"));
    }
}
