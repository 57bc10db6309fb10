package dev.ebb.config;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ebb.balance.Affinity;
import dev.ebb.balance.BalancePolicy;
import dev.ebb.balance.HashKey;
import dev.ebb.balance.HashPolicy;
import dev.ebb.balance.SessionPolicy;
import dev.ebb.balance.StrategyKind;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What ties requests to instances, as a file says it. */
class AffinityConfigTest {

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
    void keysReachTheBalancer() {
        BalancePolicy by =
                balance(
                        "strategy: hash, hash: {key: [header X-User, cookie cart, query user, path,"
                                + " client-address], bound: 125%}");
        assertThat(by.strategy()).isEqualTo(StrategyKind.HASH);
        assertThat(by.affinity().hash())
                .contains(
                        new HashPolicy(
                                List.of(
                                        new HashKey.Header("X-User"),
                                        new HashKey.Cookie("cart"),
                                        new HashKey.Query("user"),
                                        new HashKey.Path(),
                                        new HashKey.ClientAddress()),
                                1.25));
        assertThat(balance("strategy: hash, hash: {key: path}").affinity().hash())
                .contains(new HashPolicy(List.of(new HashKey.Path()), HashPolicy.BOUND));
        assertThat(balance("strategy: hash, hash: {key: path, bound: 0%}").affinity().hash())
                .contains(new HashPolicy(List.of(new HashKey.Path()), HashPolicy.UNBOUNDED));
    }

    @Test
    void sessionsReachTheBalancer() {
        assertThat(balance("sessions: {cookie: ebb}").affinity().sessions())
                .contains(new SessionPolicy("ebb"));
        BalancePolicy all =
                balance(
                        "sessions: {cookie: ebb, ttl: 2h, window: 1m, path: /shop, same-site:"
                                + " strict}, strategy: hash, hash: {key: path}");
        assertThat(all.affinity().sessions())
                .contains(
                        new SessionPolicy(
                                "ebb",
                                Optional.of(Duration.ofHours(2)),
                                Duration.ofMinutes(1),
                                "/shop",
                                SessionPolicy.SameSite.STRICT));
        assertThat(all.affinity().hash()).isPresent();
        assertThat(balance("").affinity()).isEqualTo(Affinity.NONE);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '"',
            textBlock =
                    """
                    strategy: hash | requests are placed by a key: give it
                    strategy: hash, hash: {bound: 120%} | requests are placed by a key: give it
                    hash: {key: path} | 'hash' means something with 'strategy: hash' only
                    strategy: hash, hash: {key: header} | names no header field
                    strategy: hash, hash: {key: cookie a b} | is no key; it is one of
                    strategy: hash, hash: {key: path x} | has a name, which path does not take
                    strategy: hash, hash: {key: query a=b} | names no parameter
                    strategy: hash, hash: {key: user} | is no key; it is one of
                    strategy: hash, hash: {key: [path, path]} | path is listed twice
                    strategy: hash, hash: {key: path, bound: 50%} | all cannot be less busy
                    sessions: {ttl: 1h} | sessions need a cookie
                    sessions: {cookie: a b} | is no name of a cookie
                    sessions: {cookie: a, ttl: 1s} | is out of range
                    sessions: {cookie: a, same-site: any} | is not known
                    """)
    void whatIsWrongIsSaidOnceWithItsLine(String text, String message) {
        List<Problem> problems = load(text).problems();
        assertThat(problems).hasSize(1);
        assertThat(problems.getFirst().text()).contains(message);
        assertThat(problems.getFirst().place().line()).isEqualTo(1);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            textBlock =
                    """
                    cookie: s            | route: {path: /b}                | 1
                    cookie: s            | route: {path: /b, host: b.test}  | 0
                    cookie: s, path: /b  | route: {path: /b}                | 0
                    cookie: t            | route: {path: /b}                | 0
                    """)
    void twoServicesDoNotShareACookie(String sessions, String route, int errors) {
        List<Problem> problems =
                ConfigFile.read(
                                "f.yaml",
                                """
                                services:
                                  a:
                                    run: {command: s}
                                    instances: 1
                                    route: {path: /a, host: a.test}
                                    balance: {sessions: {cookie: s}}
                                  b:
                                    run: {command: s}
                                    instances: 1
                                    %s
                                    balance: {sessions: {%s}}
                                """
                                        .formatted(route, sessions))
                        .problems();
        assertThat(problems).hasSize(errors);
        assertThat(problems)
                .allSatisfy(p -> {
                    assertThat(p.text()).contains("'b' has the sessions' cookie of 'a'");
                    assertThat(p.place().line()).isEqualTo(7);
                });
    }
}
