package dev.ebb.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ebb.balance.BalancePolicy;
import dev.ebb.balance.CheckPolicy;
import dev.ebb.balance.LimitPolicy;
import dev.ebb.balance.Priority;
import dev.ebb.balance.QueuePolicy;
import dev.ebb.balance.RetryPolicy;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.time.Duration;
import java.util.Optional;
import org.junit.jupiter.api.Test;
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

    /** As it goes to an instance. */
    private static ByteBuf get(String target) {
        return get(target, Route.ALL);
    }

    private static ByteBuf get(String target, Route route) {
        var request = new RequestHead(new Head(10), 100);
        var head = "GET " + target + " HTTP/1.1\r\nHost: a\r\n\r\n";
        request.head.load(Bytes.ascii(head), head.length());
        assertThat(Optional.ofNullable(request.read())).isEmpty();
        var out = new HeadWriter().add(Bytes.ascii("GET "));
        new RouteEntry(route, 0, Timeouts.DEFAULT).addTarget(request, out);
        out.add(Bytes.ascii(" HTTP/1.1\r\nHost: a\r\n\r\n"));
        return Unpooled.wrappedBuffer(out.toBytes());
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

    @ParameterizedTest
    @CsvSource({
        "/shop/health, HIGH",
        "/shop/health?full, HIGH",
        "/shop/other, NORMAL",
        "/health, NORMAL"
    })
    void thePathIsWhatTheInstanceSees(String target, Priority expected) {
        Route shop = Route.path("/shop").withRewrite("/");
        Route other = Route.path("/").withRewrite("/elsewhere");
        ByteBuf head = get(target, target.startsWith("/shop") ? shop : other);
        assertThat(checking("/health").priorityOf(head)).isEqualTo(expected);
    }

    @Test
    void gRpcsOwnCheckGoesFirstWhereThatIsTheCheck() {
        var check =
                new CheckPolicy(
                        Optional.of("/health"),
                        Optional.of("shop.Cart"),
                        Duration.ofSeconds(30),
                        Duration.ofSeconds(1),
                        0,
                        1,
                        9);
        BalancePolicy policy =
                TestGateway.policy(RetryPolicy.DEFAULT, TestGateway.NO_EJECTION, check)
                        .withLimit(new LimitPolicy.Fixed(1), QueuePolicy.DEFAULT);
        var rules = new RequestRules(policy);
        assertThat(rules.priorityOf(get("/grpc.health.v1.Health/Check"))).isEqualTo(Priority.HIGH);
        assertThat(rules.priorityOf(get("/grpc.health.v1.Health/Watch")))
                .isEqualTo(Priority.NORMAL);
        assertThat(rules.priorityOf(get("/health"))).isEqualTo(Priority.NORMAL);
        assertThat(checking("/health").priorityOf(get("/grpc.health.v1.Health/Check")))
                .isEqualTo(Priority.NORMAL);
    }
}
