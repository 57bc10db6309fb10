package dev.ebb.cli;

import dev.ebb.cli.Table.Cell;
import dev.ebb.platform.kubernetes.Surveyed.Obstacle;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** A cluster's advice for people. */
final class ClusterAdviceText {
    /** Hours of a month: 365.25 / 12 days. */
    static final double MONTH = 730.5;

    private final PrintWriter out;
    private final Optional<Double> price;
    private final boolean past;

    /**
     * @param price of a pod, per hour
     * @param past whether the past was asked for
     */
    ClusterAdviceText(PrintWriter out, Optional<Double> price, boolean past) {
        this.out = out;
        this.price = price;
        this.past = past;
    }

    void tell(List<ClusterAdvice> all, Optional<String> namespace) {
        if (all.isEmpty()) {
            out.println(
                    "no workload with a pod in "
                            + namespace.map(n -> "namespace " + n).orElse("any namespace"));
            return;
        }
        table(all).lines("").forEach(out::println);
        out.println();
        sum(all);
        reasons(all);
    }

    private Table table(List<ClusterAdvice> all) {
        Table table = new Table();
        List<Cell> head = new ArrayList<>();
        head.add(Cell.of("WORKLOAD"));
        head.add(Cell.of("KIND"));
        head.add(Cell.number("PODS"));
        head.add(Cell.number("USED"));
        head.add(Cell.number("COULD RUN WITH"));
        head.add(Cell.number("SAVES PODS"));
        head.add(Cell.number("CPU"));
        price.ifPresent(_ -> head.add(Cell.number("A MONTH")));
        if (past) {
            head.add(Cell.number("PAST: PODS"));
            head.add(Cell.number("WITH EBB"));
            head.add(Cell.number("SAVES"));
            head.add(Cell.number("MISSED"));
        }
        table.add(head);
        all.forEach(one -> table.add(row(one)));
        return table;
    }

    private List<Cell> row(ClusterAdvice one) {
        List<Cell> row = new ArrayList<>();
        row.add(Cell.of(one.of().words()));
        row.add(Cell.of(one.of().kind()));
        row.add(Cell.number(Integer.toString(one.of().replicas())));
        row.add(Cell.number(Texts.percent(one.used())));
        boolean known = one.could().isPresent();
        row.add(Cell.number(known ? Integer.toString(one.could().getAsInt()) : Texts.NONE));
        row.add(Cell.number(known ? Integer.toString(one.pods()) : Texts.NONE));
        row.add(Cell.number(known ? number(one.cores()) : Texts.NONE));
        price.ifPresent(
                p -> row.add(Cell.number(known ? money(one.pods() * p * MONTH) : Texts.NONE)));
        if (past) {
            past(row, one);
        }
        return row;
    }

    private static void past(List<Cell> row, ClusterAdvice one) {
        if (one.past().isEmpty()) {
            for (int i = 0; i < 4; i++) {
                row.add(Cell.number(Texts.NONE));
            }
            return;
        }
        ClusterAdvice.Past past = one.past().get();
        row.add(Cell.number(number(past.were() / past.hours())));
        row.add(Cell.number(number(past.would() / past.hours())));
        row.add(
                Cell.number(
                        past.were() > 0 ? Texts.percent(past.saved() / past.were()) : Texts.NONE));
        row.add(Cell.number(String.format(Locale.ROOT, "%.3f%%", past.missedPercent())));
    }

    private void sum(List<ClusterAdvice> all) {
        ClusterAdvice.Sum sum = ClusterAdvice.Sum.of(all);
        out.printf(
                Locale.ROOT,
                "Now: %d of %d pods could go, and with them %s of %s CPU that are requested%s.%n",
                sum.pods(),
                sum.replicas(),
                number(sum.cores()),
                number(sum.requested()),
                price.map(p -> ", " + money(sum.pods() * p * MONTH) + " a month").orElse(""));
        if (!past) {
            out.println("That is the use of one moment; --prometheus URL looks at the past, too.");
            return;
        }
        double were = all.stream().flatMap(a -> a.past().stream()).mapToDouble(p -> p.were()).sum();
        double saved =
                all.stream()
                        .flatMap(a -> a.past().stream())
                        .mapToDouble(ClusterAdvice.Past::saved)
                        .sum();
        out.printf(
                Locale.ROOT,
                "In the past: %,.0f of %,.0f pod-hours were not needed%s.%n",
                saved,
                were,
                price.map(p -> ", " + money(saved * p)).orElse(""));
    }

    /** What would have to be done first, and what cannot be told. */
    private void reasons(List<ClusterAdvice> all) {
        List<String> lines = new ArrayList<>();
        for (ClusterAdvice one : all) {
            List<String> why = new ArrayList<>();
            one.of()
                    .ebb()
                    .ifPresent(name -> why.add("the ServiceScale " + name + " looks after it"));
            one.blind().ifPresent(why::add);
            if (one.needed().isPresent() && one.needed().getAsInt() > one.of().replicas()) {
                why.add("it needs " + one.needed().getAsInt() + " pods now");
            }
            one.of().obstacles().stream()
                    .filter(o -> one.blind().isEmpty() || !o.code().equals("no_request"))
                    .map(Obstacle::text)
                    .forEach(why::add);
            why.forEach(w -> lines.add("  " + one.of().words() + ": " + w));
        }
        if (!lines.isEmpty()) {
            out.println();
            out.println("What stands in the way, or is to be known:");
            lines.forEach(out::println);
        }
    }

    private static String number(double value) {
        return String.format(Locale.ROOT, "%,.1f", value);
    }

    private static String money(double value) {
        return String.format(Locale.ROOT, "%,.2f", value);
    }
}
