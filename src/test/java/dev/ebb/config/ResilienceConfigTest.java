package dev.ebb.config;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ebb.balance.BalancePolicy;
import dev.ebb.balance.HedgePolicy;
import dev.ebb.balance.LimitPolicy;
import dev.ebb.balance.QueuePolicy;
import dev.ebb.balance.RetryOn;
import dev.ebb.balance.RetryPause;
import dev.ebb.balance.RetryPolicy;
import dev.ebb.config.Problem.Severity;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ResilienceConfigTest {

    private static Loaded load(String balance) {
        return ConfigFile.read(
                "f.yaml",
                "services: {a: {run: {command: s}, instances: 1, balance: {" + balance + "}}}");
    }

    private static BalancePolicy balance(String text) {
        Loaded loaded = load(text);
        assertThat(loaded.problems()).isEmpty();
        return loaded.config().orElseThrow().services().getFirst().balance();
    }

    @Test
    void nothingWrittenIsTheDefault() {
        assertThat(balance("")).isEqualTo(BalancePolicy.DEFAULT);
        assertThat(balance("").retry()).isEqualTo(RetryPolicy.DEFAULT);
        assertThat(balance("").hedge().enabled()).isFalse();
        assertThat(balance("").limit()).isEqualTo(new LimitPolicy.Unlimited());
    }

    @Test
    void everyKeyReachesItsPlace() {
        BalancePolicy all =
                balance(
                        "retry: {statuses: [502, 503], methods: [GET, POST], per-try-timeout: 2s,"
                                + " backoff: 5ms, backoff-max: 50ms, retry-after-max: 3s},"
                                + " hedge: {enabled: true, percentile: 99%, earliest: 7ms,"
                                + " budget: 3%}, limit: {kind: adaptive, initial: 30, min: 5,"
                                + " max: 50}, queue: {size: 10, timeout: 2s, overload-timeout:"
                                + " 20ms}");
        RetryPolicy retry = all.retry();
        assertThat(retry.statuses()).containsExactlyInAnyOrder(502, 503);
        assertThat(retry.on()).as("comes by itself").contains(RetryOn.STATUS, RetryOn.RESET);
        assertThat(retry.methods()).containsExactlyInAnyOrder("GET", "POST");
        assertThat(retry.perTry()).isEqualTo(Duration.ofSeconds(2));
        assertThat(retry.pause())
                .isEqualTo(
                        new RetryPause(
                                Duration.ofMillis(5),
                                Duration.ofMillis(50),
                                Duration.ofSeconds(3)));
        assertThat(all.hedge()).isEqualTo(new HedgePolicy(true, 0.99, Duration.ofMillis(7), 0.03));
        assertThat(all.limit()).isEqualTo(new LimitPolicy.Adaptive(30, 5, 50));
        assertThat(all.queue())
                .isEqualTo(new QueuePolicy(10, Duration.ofSeconds(2), Duration.ofMillis(20)));
        assertThat(balance("limit: {kind: fixed, requests: 7}").limit())
                .isEqualTo(new LimitPolicy.Fixed(7));
        assertThat(balance("retry: {on: reset}").retry().on()).containsExactly(RetryOn.RESET);
    }

    @Test
    void aShortTimeoutShortensTheOtherThatWasNotGiven() {
        assertThat(balance("queue: {timeout: 20ms}").queue().overloaded())
                .isEqualTo(Duration.ofMillis(20));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "retry: {statuses: [200]}|'200' is out of range; it is from 400 to 599",
                "retry: {statuses: [503, 503]}|503 is listed twice",
                "retry: {on: [reset, resett]}|'resett' is not known; did you mean 'reset'?",
                "retry: {on: [status]}|'status' needs to know which: list them in 'statuses'",
                "retry: {on: [reset], statuses: [503]}"
                        + "|'statuses' has no effect without 'status' here; add it",
                "retry: {methods: [get]}|'get' is no method; write it in capital letters",
                "retry: {methods: [CONNECT]}|'CONNECT' is never forwarded; leave it out",
                "retry: {backoff: 1s}|'backoff' (1s) is longer than 'backoff-max'",
                "hedge: {percentile: 10%}|is out of range; it is from 50% to 99.99%",
                "limit: {kind: adaptiv}|did you mean 'adaptive'?",
                "limit: {initial: 5}|'initial' (5) is not between 'min' (10) and 'max' (1000)",
                "queue: {timeout: 20ms, overload-timeout: 30ms}"
                        + "|'overload-timeout' (30ms) is longer than 'timeout' (20ms)"
            })
    void whatIsWrongIsSaid(String text, String expected) {
        List<String> errors = load(text).lines(Severity.ERROR);
        assertThat(errors).hasSize(1);
        assertThat(errors.getFirst()).contains(expected);
    }
}
