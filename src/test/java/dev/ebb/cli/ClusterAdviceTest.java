package dev.ebb.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ebb.platform.kubernetes.Surveyed;
import dev.ebb.platform.kubernetes.Surveyed.Autoscaler;
import dev.ebb.platform.kubernetes.Surveyed.Obstacle;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.json.JsonMapper;

class ClusterAdviceTest {
    private static Surveyed workload(
            int replicas, double request, double used, Optional<Autoscaler> autoscaler, int least) {
        return new Surveyed(
                "web",
                "Deployment",
                "shop",
                replicas,
                OptionalDouble.of(request),
                OptionalDouble.of(used),
                replicas,
                autoscaler,
                Optional.empty(),
                least,
                List.of(new Obstacle("no_gate", "its template has no readiness gate")),
                "shop-[a-z0-9]+-[a-z0-9]{5}");
    }

    /** Pods that request half a core each. */
    @ParameterizedTest
    @CsvSource({
        // 60 % of half a core each: 3 pods are 0.9 cores.
        "10, 0.9, 3",
        "10, 0.91, 4",
        // With one failure the rest must stay below 95 %: 2 pods for 0.5 would not do.
        "10, 0.5, 3",
        "10, 0.4, 2",
        // One of several may always fail.
        "10, 0.001, 2",
        "1, 0.001, 1",
        // All are needed, and more.
        "4, 1.9, 4",
    })
    void asManyStayAsTheUseAsksFor(int replicas, double used, int could) {
        ClusterAdvice advice =
                ClusterAdvice.now(workload(replicas, 0.5, used, Optional.empty(), 0));
        assertThat(advice.could()).hasValue(could);
        assertThat(advice.pods()).isEqualTo(replicas - could);
        assertThat(advice.cores()).isEqualTo(0.5 * (replicas - could));
    }

    @Test
    void theRangeAndTargetOfAnAutoscalerCountAndSoDoesADisruptionBudget() {
        var hpa = new Autoscaler("HorizontalPodAutoscaler", "shop", 4, 20, OptionalInt.of(80));
        assertThat(ClusterAdvice.now(workload(10, 0.5, 0.1, Optional.of(hpa), 0)).could())
                .hasValue(4);
        assertThat(ClusterAdvice.now(workload(10, 0.5, 2.0, Optional.of(hpa), 0)).could())
                .as("2 cores at 80 % of half a core")
                .hasValue(6);
        assertThat(ClusterAdvice.now(workload(10, 0.5, 0.1, Optional.empty(), 7)).could())
                .hasValue(7);
    }

    private static Surveyed without(OptionalDouble request, OptionalDouble used) {
        return new Surveyed(
                "web",
                "StatefulSet",
                "db",
                3,
                request,
                used,
                1,
                Optional.empty(),
                Optional.of("db"),
                0,
                List.of(),
                "db-[0-9]+");
    }

    @Test
    void whatIsNotKnownIsNotGuessed() {
        ClusterAdvice unrequested =
                ClusterAdvice.now(without(OptionalDouble.empty(), OptionalDouble.of(0.1)));
        assertThat(unrequested.could()).isEmpty();
        assertThat(unrequested.pods()).isZero();
        ClusterAdvice unmeasured =
                ClusterAdvice.now(without(OptionalDouble.of(0.5), OptionalDouble.empty()));
        assertThat(unmeasured.could()).isEmpty();
        assertThat(unmeasured.blind()).contains("the metrics API has figures for 1 of 3 pods");
    }

    @Test
    void peopleGetATableAndTheReasons() {
        var text = new StringWriter();
        var out = new PrintWriter(text);
        var all =
                List.of(
                        ClusterAdvice.now(workload(10, 0.5, 0.9, Optional.empty(), 0)),
                        ClusterAdvice.now(without(OptionalDouble.of(0.5), OptionalDouble.empty())));
        new ClusterAdviceText(out, Optional.of(0.1), false).tell(all, Optional.empty());
        out.flush();
        assertThat(text.toString())
                .contains("COULD RUN WITH")
                .containsPattern("web/shop +Deployment +10 +18% +3 +7 +3.5 +511.35")
                .containsPattern("web/db +StatefulSet +3 +- +- +- +- +-")
                .contains("7 of 13 pods could go, and with them 3.5 of 6.5 CPU")
                .contains("web/shop: its template has no readiness gate")
                .contains("web/db: the ServiceScale db looks after it")
                .contains("web/db: the metrics API has figures for 1 of 3 pods");
    }

    @Test
    void programsGetTheSame() {
        var all = List.of(ClusterAdvice.now(workload(10, 0.5, 0.9, Optional.empty(), 0)));
        var json = JsonMapper.shared().readTree(ClusterAdviceJson.of(all, Optional.empty()));
        assertThat(json.at("/workloads/0/could_run_with").asInt()).isEqualTo(3);
        assertThat(json.at("/workloads/0/obstacles/0/code").asString()).isEqualTo("no_gate");
        assertThat(json.at("/saves_cores").asDouble()).isEqualTo(3.5);
        assertThat(json.has("saves_money_a_month")).isFalse();
    }

    @Test
    void aClusterThatDoesNotAnswerIsSaidWithWhatToDo(@TempDir Path folder) throws Exception {
        Path config =
                Files.writeString(
                        folder.resolve("config"),
                        """
                        apiVersion: v1
                        kind: Config
                        current-context: c
                        contexts: [{name: c, context: {cluster: c, user: u}}]
                        clusters: [{name: c, cluster: {server: "http://127.0.0.1:1"}}]
                        users: [{name: u, user: {}}]
                        """);
        Cli cli = Cli.run("advise", "--kubernetes", "--kubeconfig", config.toString());
        assertThat(cli.code()).isEqualTo(Exit.FAILED);
        assertThat(cli.err())
                .contains("http://127.0.0.1:1")
                .contains("does not answer")
                .contains("kubectl get pods")
                .doesNotContain("Exception");
        assertThat(cli.out()).isEmpty();
    }

    @Test
    void optionsThatDoNotGoTogetherAreRefused() {
        assertThat(Cli.run("advise", "--kubernetes", "--query", "up").code()).isEqualTo(Exit.USAGE);
        assertThat(Cli.run("advise", "--namespace", "web").code()).isEqualTo(Exit.USAGE);
        assertThat(Cli.run("advise", "--kubernetes", "--kubeconfig", "/nowhere").code())
                .isEqualTo(Exit.FAILED);
    }
}
