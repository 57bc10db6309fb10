package dev.ebb.config;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ebb.config.Problem.Severity;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Wrong files, and the exact lines that they are answered with. */
class ConfigErrorsTest {

    /** A file that is right but for what a test puts into it. */
    private static final String SERVICE =
            """
            services:
              web:
                run: {command: serve}
                instances: 2..4
            """;

    static Stream<Arguments> errors() {
        return Stream.of(
                        keys(),
                        ranges(),
                        numbers(),
                        routes(),
                        conditions(),
                        fixedRoutes(),
                        commands(),
                        addresses(),
                        relations())
                .flatMap(s -> s);
    }

    private static Arguments bad(String yaml, String... lines) {
        return Arguments.of(yaml, List.of(lines));
    }

    private static Arguments inService(String line, String... lines) {
        return bad(SERVICE + "    " + line + "\n", lines);
    }

    private static Stream<Arguments> keys() {
        return Stream.of(
                bad(
                        "",
                        "f.yaml: the file is empty; it needs at least 'services', see ebb run"
                                + " --help"),
                bad(
                        "# nothing\n",
                        "f.yaml: the file is empty; it needs at least 'services', see ebb run"
                                + " --help"),
                bad(
                        "hello",
                        "f.yaml:1:1: 'hello' is no mapping; write keys below it: listen, tls,"
                                + " admin, tick, gateway, journal, logs, access-log, routes, xds,"
                                + " prometheus, services"),
                bad(
                        "listen: 127.0.0.1:80\n",
                        "f.yaml:1:1: 'services' is missing; it is a mapping of services by name, at"
                                + " least one"),
                bad(
                        "services: {}\n",
                        "f.yaml:1:11: a mapping (key: value) is here; it is a mapping of services"
                                + " by name, at least one"),
                bad(
                        "services: [a]\n",
                        "f.yaml:1:11: a list is here; it is a mapping of services by name, at least"
                                + " one"),
                bad(
                        "services:\n  web:\n",
                        "f.yaml:2:3: the service 'web' says nothing; give at least 'run' with a"
                                + " 'command', and 'instances'"),
                bad(
                        "services:\n  web: {instances: 2}\n",
                        "f.yaml:2:8: 'run' is missing; it is a mapping with the keys command,"
                                + " directory, environment, ports"),
                bad(
                        "services:\n  web:\n    intances: 2\n    run: {comand: x}\n",
                        "f.yaml:3:5: unknown key 'intances'; did you mean 'instances'?",
                        "f.yaml:3:5: 'instances' is missing; it is a range such as 2..10 or {min:"
                                + " 2, max: 10, initial: 3}, or one number, from 1 to 10000",
                        "f.yaml:4:10: 'command' is missing; it is a command such as 'java -jar"
                                + " hello.jar --port ${port}', or a list of its words",
                        "f.yaml:4:11: unknown key 'comand'; did you mean 'command'?"),
                inService(
                        "colour: red",
                        "f.yaml:5:5: unknown key 'colour'; known here: run, instances, route,"
                                + " ready, resources, balance, protocol, tls, policy"),
                inService(
                        "instances: 3",
                        "f.yaml:5:5: the key 'instances' is here twice, first in line 4; keep one"),
                inService(
                        "policy:",
                        "f.yaml:5:12: nothing is here; give one of: mode, target, objective,"
                                + " schedules, not-below, out, in, trial, drain, start, or remove"
                                + " the line"),
                bad(
                        "services:\n  Web: {run: {command: a}, instances: 1}\n",
                        "f.yaml:2:3: 'Web' is no service's name; it is 1 to 40 of a-z, 0-9 and '-',"
                                + " with a letter first"));
    }

    private static Stream<Arguments> ranges() {
        String start = "services:\n  web:\n    run: {command: serve}\n    instances: ";
        String form =
                "a range such as 2..10 or {min: 2, max: 10, initial: 3}, or one number, from 1 to"
                        + " 10000";
        return Stream.of(
                bad(start + "5..2\n", "f.yaml:4:16: min 5 is more than max 2; write 2..5"),
                bad(
                        start + "{min: 5, max: 2}\n",
                        "f.yaml:4:30: min 5 is more than max 2; write 2..5"),
                bad(start + "0\n", "f.yaml:4:16: '0' is out of range; it is from 1 to 10000"),
                bad(start + "0..0\n", "f.yaml:4:16: '0' is out of range; it is from 1 to 10000"),
                bad(
                        start + "0..3\n    balance: {queue: {size: 0}}\n",
                        "f.yaml:5:14: with 'instances' from 0 requests must be able to wait; make"
                                + " the queue's 'size' at least 1"),
                bad(start + "-1\n", "f.yaml:4:16: '-1' is out of range; it is from 1 to 10000"),
                bad(
                        start + "99999\n",
                        "f.yaml:4:16: '99999' is out of range; it is from 1 to 10000"),
                bad(
                        start + "many\n",
                        "f.yaml:4:16: 'many' is no number of instances; it is " + form),
                bad(start + "[2, 3]\n", "f.yaml:4:16: a list is here; it is " + form),
                bad(
                        start + "{min: 2}\n",
                        "f.yaml:4:16: 'max' is missing; it is a whole number from 1 to 10000"));
    }

    private static Stream<Arguments> numbers() {
        String duration = " is no duration; write for example 500ms, 10s or 2m";
        return Stream.of(
                bad(
                        "tick: 5\n" + SERVICE,
                        "f.yaml:1:7: '5' has no unit; write 5s, 5ms or the like"),
                bad("tick: fast\n" + SERVICE, "f.yaml:1:7: 'fast'" + duration),
                bad("tick: -1s\n" + SERVICE, "f.yaml:1:7: '-1s'" + duration),
                bad("tick: 1 s\n" + SERVICE, "f.yaml:1:7: '1 s'" + duration),
                bad(
                        "tick: 1ms\n" + SERVICE,
                        "f.yaml:1:7: '1ms' is out of range; it is from 100ms to 60s"),
                bad(
                        "tick: [1s]\n" + SERVICE,
                        "f.yaml:1:7: a list is here; it is a duration such as 500ms, 10s or 2m,"
                                + " from 100ms to 60s"),
                inService(
                        "resources: {memory: 256}",
                        "f.yaml:5:25: '256' has no unit; write 256B, 256Mi or the like"),
                inService(
                        "resources: {memory: 256Mx}",
                        "f.yaml:5:25: '256Mx' is no size; write for example 64Ki, 256Mi or 1GiB"),
                inService(
                        "resources: {memory: 1B}",
                        "f.yaml:5:25: '1B' is out of range; it is from 1Mi to 16Ti"),
                inService(
                        "resources: {cpu: 0}",
                        "f.yaml:5:22: '0' is out of range; it is from 1m to 1024 cores"),
                inService(
                        "resources: {cpu: half}",
                        "f.yaml:5:22: 'half' is no amount of CPU; write cores like 0.5, or 500m"),
                inService(
                        "policy: {target: {cpu: 60}}",
                        "f.yaml:5:28: '60' is out of range; write 60% if you mean percent"),
                inService(
                        "policy: {target: {cpu: 160%}}",
                        "f.yaml:5:28: '160%' is out of range; it is from 1% to 100%"),
                inService(
                        "policy: {target: {cpu: high}}",
                        "f.yaml:5:28: 'high' is no share; write for example 60% or 0.6"),
                inService(
                        "policy: {target: {queue: -1}}",
                        "f.yaml:5:30: '-1' is no number; it is one from 0 to 100000"),
                inService(
                        "policy: {target: {rate: 50}}",
                        "f.yaml:5:29: '50' is no rate; write requests a second like 50/s, or"
                                + " learned"),
                inService(
                        "policy: {target: {rate: 0/s}}",
                        "f.yaml:5:29: '0/s' is out of range; it is from 0.001/s to 1000000/s, or"
                                + " learned"),
                inService(
                        "ready: {rise: 0}",
                        "f.yaml:5:19: '0' is out of range; it is from 1 to 100"),
                inService(
                        "ready: {rise: 1.5}",
                        "f.yaml:5:19: '1.5' is no whole number; it is one from 1 to 100"),
                inService(
                        "balance: {retry: {enabled: yes}}",
                        "f.yaml:5:32: 'yes' is neither; write true or false"),
                inService(
                        "balance: {strategy: least-request}",
                        "f.yaml:5:25: 'least-request' is not known; did you mean"
                                + " 'least-requests'?"),
                inService(
                        "policy: {mode: dry}",
                        "f.yaml:5:20: 'dry' is not known; it is one of: observe, recommend,"
                                + " automatic"));
    }

    private static Stream<Arguments> routes() {
        String two = SERVICE + "  api: {run: {command: serve}, instances: 1";
        return Stream.of(
                bad(
                        two + "}\n",
                        "f.yaml:5:3: 'api' has the route of 'web' (any host, path /); give one of"
                                + " them another 'host' or 'path'"),
                bad(
                        two + ", route: {path: //}}\n",
                        "f.yaml:5:60: '//' is no path; write it without '..', '//', '?', '#' and"
                                + " blanks"),
                inService(
                        "route: {host: Shop.Example, path: /a/}\n"
                                + "  api: {run: {command: a}, instances: 1, route: {host:"
                                + " shop.example, path: /a}}",
                        "f.yaml:6:49: 'api' has the route of 'web' (host shop.example, path /a);"
                                + " give one of them another 'host' or 'path'"),
                inService(
                        "route: {path: api}",
                        "f.yaml:5:19: 'api' is no path; it starts with a slash, like /health"),
                inService(
                        "route: {path: /a/../b}",
                        "f.yaml:5:19: '/a/../b' is no path; write it without '..', '//', '?', '#'"
                                + " and blanks"),
                inService(
                        "route: {host: 'a.example:80'}",
                        "f.yaml:5:19: 'a.example:80' has a port; write only the host: a.example"),
                inService(
                        "route: {host: '*'}",
                        "f.yaml:5:19: '*' is no host name; leave 'host' out for any host"),
                inService(
                        "route: {host: 'a.*.example'}",
                        "f.yaml:5:19: 'a.*.example' is no host name; write for example"
                                + " shop.example.com, or *.example.com for all names below"),
                inService(
                        "route: {path: /a;b, rewrite: /%61}",
                        "f.yaml:5:19: '/a;b' can be read in two ways; no ';', and"
                                + " percent-encodings only of what is not ASCII",
                        "f.yaml:5:34: '/%61' can be read in two ways; no ';', and"
                                + " percent-encodings only of what is not ASCII"),
                inService("route: []", "f.yaml:5:12: the list is empty; it is " + ROUTE),
                inService(
                        "route: [{path: /a}, {path: /a/}, nothing]",
                        "f.yaml:5:25: 'web' has this route twice (any host, path /a); remove one",
                        "f.yaml:5:38: 'nothing' is no mapping; write keys below it: host, path,"
                                + " methods, headers, scheme, rewrite, timeouts"));
    }

    private static final String ROUTE =
            "a mapping with the keys host, path, methods, headers, scheme, rewrite, timeouts, or a"
                    + " list of such mappings";

    private static Stream<Arguments> conditions() {
        return Stream.of(
                inService(
                        "route: {methods: [get, CONNECT, 'A B']}",
                        "f.yaml:5:23: 'get' is no method; write GET",
                        "f.yaml:5:28: 'CONNECT' is never accepted; remove it",
                        "f.yaml:5:37: 'A B' is no method; write for example GET or POST"),
                inService(
                        "route: {methods: []}",
                        "f.yaml:5:22: 1 to 50 methods are here; or remove the line"),
                inService(
                        "route: {scheme: ftp}",
                        "f.yaml:5:21: 'ftp' is not known; it is one of: any, http, https"),
                inService(
                        "route: {headers: {'a b': c, Upgrade: h2c, x: [], y: \"a\\nb\"}}",
                        "f.yaml:5:23: 'a b' is no name of a header field, such as x-version",
                        "f.yaml:5:33: the field upgrade is the gateway's own matter; remove it",
                        "f.yaml:5:50: a list is no value of a header field; it is one line of ASCII"
                                + " text",
                        "f.yaml:5:57: 'a\uFFFDb' is no value of a header field; it is one line of"
                                + " ASCII text"),
                inService(
                        "route: {headers: {Host: a}}",
                        "f.yaml:5:22: a host is no condition on headers; use the key 'host'"),
                inService(
                        "route: {timeouts: {request: soon, connect: 1s}}",
                        "f.yaml:5:33: 'soon' is no duration; write for example 500ms, 10s or 2m",
                        "f.yaml:5:39: unknown key 'connect'; known here: request, request-body,"
                                + " response-head, response-body, tunnel"));
    }

    private static Stream<Arguments> fixedRoutes() {
        return Stream.of(
                bad(
                        "routes: {path: /a}\n" + SERVICE,
                        "f.yaml:1:9: a route here has either 'respond' or 'redirect'"),
                bad(
                        "routes:\n"
                                + "- {respond: {status: 204, body: x}}\n"
                                + "- {path: /b, respond: {status: 101}, rewrite: /c}\n"
                                + SERVICE,
                        "f.yaml:2:33: an answer with status 204 has no body; remove it",
                        "f.yaml:3:32: '101' is out of range; it is from 200 to 599",
                        "f.yaml:3:38: unknown key 'rewrite'; known here: host, path, methods,"
                                + " headers, scheme, respond, redirect"),
                bad(
                        "routes:\n- {path: /a, redirect: ftp://x/}\n- {path: /b, redirect: //x}\n"
                                + "- {path: /c, redirect: 'https://u:p@x/'}\n"
                                + SERVICE,
                        "f.yaml:2:24: 'ftp://x/' is no target; it is https, a URL or a path",
                        "f.yaml:3:24: '//x' is no target; it is https, a URL or a path",
                        "f.yaml:4:24: 'https://u:p@x/' is no target; it is https, a URL or a path"),
                bad(
                        "routes:\n- redirect: {to: https, keep-path: true}\n  scheme: https\n"
                                + "- redirect: {to: 'https://x/', keep-path: true, port: 1}\n"
                                + SERVICE,
                        "f.yaml:2:36: 'to: https' always keeps the path; remove this",
                        "f.yaml:4:18: a path can follow no URL that ends with '/' or has a '?' or"
                                + " '#'",
                        "f.yaml:4:55: 'port' is for 'to: https'; write the port in the URL"),
                bad(
                        "routes:\n- redirect: https\n  scheme: https\n" + SERVICE,
                        "f.yaml:2:3: a redirect to https is for requests over http; remove"
                                + " 'scheme'"),
                bad(
                        "routes:\n- respond: {}\n- {redirect: /x}\n" + SERVICE,
                        "f.yaml:2:3: this is the route of 'web' (any host, path /); give one of"
                                + " them another 'host' or 'path'",
                        "f.yaml:3:3: this is the route of 'web' (any host, path /); give one of"
                                + " them another 'host' or 'path'"),
                bad(
                        "routes: [{redirect: https}, {redirect: {to: https, port: 8443}}]\n"
                                + SERVICE,
                        "f.yaml:1:29: this route is here twice (any host, path /, http); give one"
                                + " of them another 'host' or 'path'"));
    }

    private static Stream<Arguments> commands() {
        String run = "services:\n  web:\n    instances: 1\n    run: ";
        return Stream.of(
                bad(
                        run + "serve\n",
                        "f.yaml:4:10: 'serve' is no mapping; write keys below it: command,"
                                + " directory, environment, ports"),
                bad(
                        run + "{command: []}\n",
                        "f.yaml:4:20: no program is named; it is a command such as 'java -jar"
                                + " hello.jar --port ${port}', or a list of its words"),
                bad(
                        run + "{command: [a, [b]]}\n",
                        "f.yaml:4:24: a list is no word of a command; put words in quotes"),
                bad(
                        run + "{command: \"a 'b\"}\n",
                        "f.yaml:4:20: a quote is opened and never closed in the command; close it,"
                                + " or write the command as a list"),
                bad(
                        run + "{command: 'a ${prot}'}\n",
                        "f.yaml:4:20: unknown placeholder '${prot}'; did you mean '${port}'?"),
                bad(
                        run + "{command: 'a ${HOME}'}\n",
                        "f.yaml:4:20: unknown placeholder '${HOME}'; known are ${port}, ${host},"
                                + " ${instance} and ${service}; a shell's variable is written"
                                + " without braces"),
                bad(
                        run + "{command: 'a ${port'}\n",
                        "f.yaml:4:20: '${' is never closed; write ${port}"),
                bad(
                        run + "{command: a, environment: {PORT: 80, a=b: b, C: [], D: '${x}'}}\n",
                        "f.yaml:4:37: PORT is set by Ebb; use another name",
                        "f.yaml:4:47: 'a=b' is no variable's name; it is a word without '='",
                        "f.yaml:4:58: a list is no variable's value; write \"\" for none",
                        "f.yaml:4:65: unknown placeholder '${x}'; known are ${port}, ${host},"
                                + " ${instance} and ${service}; a shell's variable is written"
                                + " without braces"),
                bad(
                        run + "{command: a, ports: 80}\n",
                        "f.yaml:4:30: '80' is no range of ports; it is a range of ports such as"
                                + " 20000-20999"),
                bad(
                        run + "{command: a, ports: 9000-70000}\n",
                        "f.yaml:4:30: '9000-70000' is out of range; the first is at least 1 and at"
                                + " most the last, the last at most 65535"),
                bad(
                        run + "{command: a, ports: 9000-9000}\n",
                        "f.yaml:4:10: the ports 9000-9000 do not suffice for 1 instances and one"
                                + " that replaces another; widen 'ports'"));
    }

    private static Stream<Arguments> addresses() {
        String hint =
                " is no address; write for example 127.0.0.1:8080, [::1]:8080 or :8080 for every"
                        + " network (no host names)";
        return Stream.of(
                bad("listen: 8080\n" + SERVICE, "f.yaml:1:9: '8080'" + hint),
                bad(
                        "gateway: {request-id: {header: x_id}}\n" + SERVICE,
                        "f.yaml:1:32: 'x_id' is no name for it; write letters, digits and '-'"),
                bad(
                        "gateway: {request-id: {header: Via}}\n" + SERVICE,
                        "f.yaml:1:32: 'Via' means something else already; write for example"
                                + " X-Correlation-Id"),
                bad("listen: example.com:80\n" + SERVICE, "f.yaml:1:9: 'example.com:80'" + hint),
                bad("listen: 127.0.0.1:70000\n" + SERVICE, "f.yaml:1:9: '127.0.0.1:70000'" + hint),
                bad("listen: 1.2.3.400:80\n" + SERVICE, "f.yaml:1:9: '1.2.3.400:80'" + hint),
                bad(
                        "admin: 0.0.0.0:9000\n" + SERVICE,
                        "f.yaml:1:8: '0.0.0.0:9000' can be reached from outside, and the admin API"
                                + " has no encryption; use 127.0.0.1"));
    }

    private static Stream<Arguments> relations() {
        return Stream.of(
                bad(
                        "listen: 127.0.0.1:8080\nadmin: 127.0.0.1:8080\n" + SERVICE,
                        "f.yaml:2:8: 'admin' and 'listen' have the same port 8080; use another, or"
                                + " 0 for a free one"),
                bad(
                        "listen: 127.0.0.1:20005\n" + SERVICE,
                        "f.yaml:1:9: the gateway's port 20005 is among the ports 20000-29999 of the"
                                + " service 'web'; use another"),
                inService(
                        "ready: {timeout: 3s}",
                        "f.yaml:5:22: 'timeout' (3s) is longer than 'interval' (2s by default);"
                                + " make it at most that"),
                inService(
                        "policy: {trial: {shortest: 90s, longest: 10s}}",
                        "f.yaml:5:32: 'shortest' (90s) is longer than 'longest' (10s); make it at"
                                + " most that"),
                inService(
                        "policy: {in: {freshness: 500ms}}",
                        "f.yaml:1:1: readings of 'web' are stale after 500ms ('freshness'), before"
                                + " the next tick (1s); make 'tick' shorter or 'freshness'"
                                + " longer"));
    }

    @ParameterizedTest
    @MethodSource("errors")
    void saysWhatIsWrongAndWhatWouldBeRight(String yaml, List<String> expected) {
        Loaded loaded = ConfigFile.read("f.yaml", yaml);
        assertThat(loaded.lines(Severity.ERROR)).isEqualTo(expected);
        assertThat(loaded.config()).isEmpty();
    }

    @Test
    void tellsAllErrorsAtOnceInTheOrderOfTheFile() {
        String yaml =
                """
                listen: here
                tick: 1
                services:
                  a: {run: {command: "x ${y}"}, instances: 3..1}
                  b: {run: {command: x}, instances: 1, policy: {modus: observe}}
                """;
        assertThat(ConfigFile.read("f.yaml", yaml).problems())
                .extracting(p -> p.place().line())
                .containsExactly(1, 2, 4, 4, 5, 5);
    }

    @Test
    void aShellsSignsInACommandAreAWarning() {
        Loaded loaded = ConfigFile.read("f.yaml", SERVICE.replace("serve", "'serve 2> log | cat'"));
        assertThat(loaded.config()).isPresent();
        assertThat(loaded.lines(Severity.WARNING))
                .containsExactly(
                        "f.yaml:3:20: warning: no shell runs, so '2>' reaches the program as it is;"
                                + " for a shell write [sh, -c, \"...\"]");
    }

    @Test
    void aFileThatIsWrongEverywhereIsToldWithinALimit() {
        var yaml = new StringBuilder(SERVICE);
        for (int i = 0; i < 5000; i++) {
            yaml.append("zz").append(i).append(": 1\n");
        }
        List<Problem> problems = ConfigFile.read("f.yaml", yaml.toString()).problems();
        assertThat(problems).hasSize(51);
        assertThat(problems.getLast().text()).isEqualTo("and perhaps more");
    }
}
