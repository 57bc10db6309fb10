package dev.ebb.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ebb.balance.BalancePolicy;
import dev.ebb.balance.CheckPolicy;
import dev.ebb.balance.LimitPolicy;
import dev.ebb.balance.Priority;
import dev.ebb.balance.QueuePolicy;
import dev.ebb.balance.RetryPolicy;
import java.time.Duration;
import java.util.Optional;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RequestRulesTest {
    private static RequestRules checking(String path) {
        var check =
                new CheckPolicy(
                        Optional.of(path), Duration.ofSeconds(30), Duration.ofSeconds(1), 0, 1, 9);
        BalancePolicy policy =
                TestGateway.policy(RetryPolicy.DEFAULT, TestGateway.NO_EJECTION, check)
                        .withLimit(new LimitPolicy.Fixed(1), QueuePolicy.DEFAULT);
        return new RequestRules(policy);
    }

    private static RequestHead get(String target) {
        var request = new RequestHead(new Head(10), 100);
        var head = "GET " + target + " HTTP/1.1\r\nHost: a\r\n\r\n";
        request.head.load(Bytes.ascii(head), head.length());
        assertThat(Optional.ofNullable(request.read())).isEmpty();
        return request;
    }

    @ParameterizedTest
    @CsvSource({
        "/health, /health, HIGH",
        "/health, /health?full, HIGH",
        "/health, http://a/health, HIGH",
        "/health, http://a/health?full, HIGH",
        "/health, http://a, NORMAL",
        "/health, http://a/other, NORMAL",
        "/health, /healthy, NORMAL",
        "/health, /other?/health, NORMAL",
        "/, http://a, HIGH",
        "/, http://a?full, HIGH",
        "/, http://a/x, NORMAL"
    })
    void healthChecksGoFirstInEveryForm(String check, String target, Priority expected) {
        assertThat(checking(check).priorityOf(get(target))).isEqualTo(expected);
    }
}
