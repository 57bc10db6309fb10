package dev.ebb.cli;

import dev.ebb.config.EbbConfig;
import dev.ebb.config.PrometheusConfig;
import dev.ebb.config.ServiceConfig;
import dev.ebb.core.QueryTarget;
import dev.ebb.core.ServiceName;
import dev.ebb.observe.prometheus.Credentials;
import dev.ebb.observe.prometheus.Question;
import java.net.URI;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.UnaryOperator;

/** What a Prometheus is asked, taken from the configuration. */
final class QueryAdapters {
    private QueryAdapters() {}

    /** By service; those that ask nothing are left out. */
    static Map<ServiceName, List<Question>> questions(
            EbbConfig config, UnaryOperator<String> environment) {
        Map<ServiceName, List<Question>> all = new LinkedHashMap<>();
        for (ServiceConfig service : config.services()) {
            List<Question> own =
                    service.policy().targets().queries().stream()
                            .map(target -> question(target, config.prometheus(), environment))
                            .toList();
            if (!own.isEmpty()) {
                all.put(service.name(), own);
            }
        }
        return all;
    }

    /** The token is for the shared place, and goes nowhere else. */
    private static Question question(
            QueryTarget target,
            Optional<PrometheusConfig> shared,
            UnaryOperator<String> environment) {
        Credentials credentials =
                target.url().isPresent()
                        ? Credentials.NONE
                        : shared.map(s -> credentials(s, environment)).orElse(Credentials.NONE);
        URI url =
                target.url()
                        .map(URI::create)
                        .or(() -> shared.map(PrometheusConfig::url))
                        .orElseThrow();
        return new Question(
                target.name(),
                url,
                target.query(),
                target.pace().every(),
                target.pace().timeout(),
                credentials);
    }

    private static Credentials credentials(
            PrometheusConfig shared, UnaryOperator<String> environment) {
        return shared.tokenFile()
                .<Credentials>map(Credentials.InFile::new)
                .or(() ->
                        shared.tokenVariable()
                                .map(name -> new Credentials.InVariable(name, environment)))
                .orElse(Credentials.NONE);
    }
}
