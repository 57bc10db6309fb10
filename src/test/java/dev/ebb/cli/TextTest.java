package dev.ebb.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ebb.console.Samples;
import dev.ebb.console.View;
import dev.ebb.control.JournalEntry;
import dev.ebb.control.ServiceStatus;
import dev.ebb.control.Status;
import dev.ebb.core.Command;
import dev.ebb.core.Explanation;
import dev.ebb.core.Health;
import dev.ebb.core.Lifecycle;
import dev.ebb.core.Planned;
import dev.ebb.core.Policy;
import dev.ebb.core.Reason;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** What people read, line by line. */
class TextTest {
    private static final Ink PLAIN = new Ink(false);
    private static final String RECOMMENDED =
            "  recommended for hello, 2 instead of 3: park hello-3; approve it with: ebb approve"
                    + " hello --id 0badcafe";

    @Test
    void theStateAtAGlance() {
        List<String> lines = new StatusText(Samples.view(), PLAIN).text().lines().toList();
        assertThat(lines.get(0))
                .isEqualTo("ebb 0.1.0  up 1h02m  gateway 127.0.0.1:8080  /etc/ebb.yaml");
        assertThat(lines.get(1)).isEqualTo("alarm: the disk is full");
        assertThat(lines.subList(3, 7))
                .containsExactly(
                        "hello  1 serving, 2 wanted (2 to 5)  route */",
                        "  1,234 requests, 2 failed (no_instance 2), 5 retried, 1 truncated; by"
                                + " scaling: 3 retried, 0 cut, 0 lost",
                        "  next: park hello-3",
                        "  hold: hello-3 is on trial, until the trial ends in 12 s");
        assertThat(lines.get(7)).isEqualTo(RECOMMENDED);
        assertThat(lines.get(8))
                .startsWith("  hello-9 failed at ")
                .endsWith(": exited with code 1; see: ebb logs hello-9");
        assertThat(lines.subList(9, lines.size()))
                .containsExactly(
                        "    | no such file",
                        "  INSTANCE  STATE     HEALTH     FOR  CPU  MEM  CONC  FLIGHT  REQ/S "
                                + " FAILED  MEAN  ADDRESS",
                        "  hello-1   SERVING   healthy  1m05s  31%  50%     -       4    123   "
                                + " 1.0%  12ms  127.0.0.1:20001",
                        "  hello-2   SERVING   ejected  1m05s  31%  50%     -       4    123   "
                                + " 1.0%  12ms  127.0.0.1:20002  protected",
                        "  hello-3   STARTING  -        500ms    -    -     -       0      -      "
                                + " -     -  127.0.0.1:20003");
    }

    @Test
    void aDecisionExplained() {
        var text = new ExplainText(PLAIN, 1_790_000_000_000L);
        text.present(Samples.view().status().services().getFirst());
        text.history(List.of(), true);
        assertThat(text.lines())
                .containsExactly(
                        "hello: 2 instances serve, which is what is wanted",
                        RECOMMENDED,
                        "",
                        "What asks for how many",
                        "           TO ADD  TO KEEP  WHY",
                        "  cpu           1        2  cpu asks for 2 of 3",
                        "  latency       1        2  p99 is 150 ms, 200 ms wanted",
                        "",
                        "What is done",
                        "  park hello-3: cpu asks for 2 of 3",
                        "",
                        "What holds the next step",
                        "  hello-3 is on trial",
                        "    until the trial ends in 12 s",
                        "",
                        "Who would go first",
                        "  hello-3  12%  12% used, 0 in flight",
                        "",
                        "What was done lately",
                        "  nothing yet");
    }

    @Test
    void aRecommendationIsNotCalledTheNextStep() {
        Reason low = Reason.of("excess", "3 instances serve");
        Reason need = Reason.of("need_cpu", "cpu asks for 4");
        var park = new Planned(new Command.Park(Samples.hello(3)), List.of(low));
        var start = new Command.Start(Samples.hello(4), Optional.empty());
        var more = new Planned(start, List.of(need));
        var instead =
                new Planned(
                        new Command.Start(Samples.hello(5), Optional.of(Samples.hello(2))),
                        List.of(Reason.of("replace", "hello-2 failed")));
        assertThat(planned(Policy.Mode.RECOMMEND, false, park, more, instead))
                .containsExactly(
                        "  waits for approval: park hello-3",
                        "  waits for approval: start hello-4",
                        "  next: start hello-5 in place of hello-2");
        assertThat(planned(Policy.Mode.OBSERVE, false, park))
                .containsExactly("  would, if it did not only observe: park hello-3");
        assertThat(planned(Policy.Mode.AUTOMATIC, true, more, instead))
                .containsExactly(
                        "  would, if it were not frozen: start hello-4",
                        "  next: start hello-5 in place of hello-2");
    }

    private static List<String> planned(Policy.Mode mode, boolean frozen, Planned... all) {
        View view = Samples.view();
        ServiceStatus s = view.status().services().getFirst();
        var service =
                new ServiceStatus(
                        s.name(),
                        s.policy().withMode(mode),
                        frozen,
                        s.orderedReplicas(),
                        new Explanation(3, 3, List.of(), List.of(), List.of(all), List.of()),
                        s.instances(),
                        s.ledger(),
                        Optional.empty());
        var status = new Status(view.status().at(), false, List.of(service), Optional.empty());
        var shown =
                new View(
                        view.ebb(),
                        status,
                        view.traffic(),
                        view.failures(),
                        view.loop(),
                        view.tls(),
                        view.accessLog());
        return new StatusText(shown, PLAIN)
                .text()
                .lines()
                .filter(l -> l.startsWith("  next") || l.startsWith("  wa") || l.startsWith("  wo"))
                .toList();
    }

    @Test
    void whatAFallIsTakenForIsExplained() {
        ServiceStatus s = Samples.view().status().services().getFirst();
        Explanation e = s.explanation();
        var fallen =
                new Explanation(
                        e.serving(),
                        e.wanted(),
                        e.needs(),
                        e.ranking(),
                        e.planned(),
                        e.holds(),
                        Optional.of(Reason.of("fall_real", "real: 60/s requests after 250/s")));
        var text = new ExplainText(PLAIN, 0);
        text.present(
                new ServiceStatus(
                        s.name(),
                        s.policy(),
                        s.frozen(),
                        s.orderedReplicas(),
                        fallen,
                        s.instances(),
                        s.ledger(),
                        s.recommendation()));
        assertThat(text.lines())
                .containsSubsequence(
                        "What the fall in load is taken for", "  real: 60/s requests after 250/s");
    }

    private static String told(JournalEntry entry) {
        return Story.of(entry).map(s -> s.who() + " " + s.what() + ": " + s.why()).orElse("");
    }

    private static String moved(Lifecycle from, Lifecycle to, int inFlight, String... why) {
        List<Reason> reasons = List.of(why).stream().map(w -> Reason.of("x", w)).toList();
        return told(
                new JournalEntry.Moved(
                        0, Samples.hello(3), from, to, reasons, inFlight, why.length == 0));
    }

    @Test
    void theJournalInPlainWords() {
        assertThat(moved(Lifecycle.STARTING, Lifecycle.STARTING, 0, "more load"))
                .isEqualTo("hello-3 starting: more load");
        assertThat(moved(Lifecycle.SERVING, Lifecycle.PARKING, 2, "least used", "low load"))
                .isEqualTo("hello-3 parked: 2 in flight; least used; low load");
        assertThat(moved(Lifecycle.PARKING, Lifecycle.PARKED, 0, "acknowledged")).isEmpty();
        assertThat(moved(Lifecycle.PARKED, Lifecycle.SERVING, 0, "load returned"))
                .isEqualTo("hello-3 rescued: load returned");
        assertThat(moved(Lifecycle.PARKED, Lifecycle.SERVING, 0))
                .isEqualTo("hello-3 rescued: by order");
        assertThat(moved(Lifecycle.DRAINING, Lifecycle.STOPPING, 0, "trial won"))
                .isEqualTo("hello-3 stopping: nothing in flight; trial won");
        assertThat(moved(Lifecycle.SERVING, Lifecycle.FAILED, 4, "exited"))
                .isEqualTo("hello-3 failed: exited");
        assertThat(moved(Lifecycle.FAILED, Lifecycle.GONE, 0, "accounted for")).isEmpty();
        assertThat(told(new JournalEntry.Closed(0, 0))).isEqualTo("ebb ended: no instance is left");
        assertThat(
                        told(
                                new JournalEntry.HealthChanged(
                                        0,
                                        Samples.hello(3),
                                        Health.HEALTHY,
                                        Health.EJECTED,
                                        Reason.of("x", "3 bad checks"))))
                .isEqualTo("hello-3 ejected: 3 bad checks");
        var nothing = new Explanation(0, 0, List.of(), List.of(), List.of(), List.of());
        assertThat(told(new JournalEntry.Decided(0, Samples.HELLO, nothing))).isEmpty();
    }
}
