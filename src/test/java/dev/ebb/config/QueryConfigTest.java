package dev.ebb.config;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ebb.core.QueryTarget;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Queries that size a service: as they may be written, and the lines that answer what is wrong. */
class QueryConfigTest {
    private static final String SERVICE =
            """
            services:
              web:
                run: {command: serve}
                instances: 2..4
            """;

    private static String with(String query) {
        return SERVICE + "    policy: {target: {queries: {" + query + "}}}\n";
    }

    private static Arguments wrong(String keys, String... lines) {
        return Arguments.of(with(keys), List.of(lines));
    }

    static Stream<Arguments> mistakes() {
        String here = "name: jobs, url: 'http://127.0.0.1:9090', ";
        return Stream.of(
                wrong(here + "each: 5", "f.yaml:5:32: 'query' is missing; it is a query in PromQL"),
                wrong(
                        here + "query: jobs",
                        "f.yaml:5:32: 'each' is missing; it is a number from 0.000001 to"
                                + " 999999999"),
                wrong(
                        "name: Jobs, query: jobs, each: 5, url: 'http://h'",
                        "f.yaml:5:39: 'Jobs' is no name; write letters in lower case, digits and"
                                + " dashes, at most 40"),
                wrong(
                        "name: jobs, query: jobs, each: 5, url: 'ftp://h'",
                        "f.yaml:5:72: 'ftp://h' is no URL of http or https; write for example"
                                + " http://127.0.0.1:9090"),
                wrong(
                        "name: jobs, query: jobs, each: 5, url: 'http://me:secret@h'",
                        "f.yaml:5:72: credentials are in this URL; use 'prometheus: {token-file:"
                                + " ...}'"),
                wrong(
                        "name: jobs, query: jobs, each: 5, url: 'http://h/?query=x'",
                        "f.yaml:5:72: 'http://h/?query=x' has more than a path; end it before the"
                                + " '?' or '#'"),
                wrong(
                        here + "query: jobs, each: 5, max-age: 10s",
                        "f.yaml:5:106: an answer may be older than 'max-age' (10s) before the next"
                                + " one comes: 'every' and 'timeout' are 20s together; make it"
                                + " longer, or these shorter"),
                wrong(
                        "name: jobs, query: jobs, each: 5",
                        "f.yaml:2:3: the query 'jobs' of 'web' has no 'url', and the file no"
                                + " 'prometheus: {url: ...}'; give one of them"),
                Arguments.of(
                        SERVICE
                                + ("    policy: {target: {queries: [{%squery: a, each: 1},"
                                                + " {%squery: b, each: 1}]}}\n")
                                        .formatted(here, here),
                        List.of("there are two queries 'jobs'; rename one")),
                Arguments.of(
                        "prometheus: {url: 'https://h', token-file: t, token-variable: T}\n"
                                + SERVICE,
                        List.of("'token-file' and 'token-variable' are both here; remove one")),
                Arguments.of(
                        "prometheus: {url: 'http://monitor:9090', token-file: t}\n" + SERVICE,
                        List.of("the token goes over the network in the clear; use https")));
    }

    @ParameterizedTest
    @MethodSource("mistakes")
    void aMistakeIsAnsweredByItsLine(String yaml, List<String> lines) {
        Loaded loaded = ConfigFile.read("f.yaml", yaml);
        List<String> said = loaded.problems().stream().map(p -> p.line("f.yaml")).toList();
        assertThat(said).hasSameSizeAs(lines);
        for (int i = 0; i < lines.size(); i++) {
            assertThat(said.get(i)).endsWith(lines.get(i));
        }
    }

    @Test
    void aQueryHasItsDefaults() {
        String yaml =
                "prometheus: {url: 'http://127.0.0.1:9090/prefix/', token-file: /run/token}\n"
                        + with("name: jobs, query: 'sum(jobs{a=\"b\"})', each: 12.5");
        EbbConfig config = ConfigFile.read("f.yaml", yaml).config().orElseThrow();
        assertThat(config.prometheus().orElseThrow().url())
                .isEqualTo(URI.create("http://127.0.0.1:9090/prefix"));
        QueryTarget query = config.services().getFirst().policy().targets().queries().getFirst();
        assertThat(query.query()).isEqualTo("sum(jobs{a=\"b\"})");
        assertThat(query.each()).isEqualTo(12.5);
        assertThat(query.url()).isEmpty();
        assertThat(query.pace().maxAge()).isEqualTo(Duration.ofMinutes(1));
    }

    @Test
    void anObjectiveKeepsThem() {
        String yaml =
                SERVICE
                        + """
                            policy:
                              objective: {caution: 2}
                              target: {queries: {name: a, query: b, each: 1, url: 'http://h'}}
                        """;
        EbbConfig config = ConfigFile.read("f.yaml", yaml).config().orElseThrow();
        assertThat(config.services().getFirst().policy().targets().queries()).hasSize(1);
    }
}
