package dev.ebb.observe.prometheus;

import java.net.URI;
import java.time.Duration;

/**
 * One query of a service.
 *
 * @param name in the service
 * @param url of the Prometheus, without a path of its API
 * @param query in PromQL
 * @param every from one question to the next
 * @param timeout of one, its whole answer included
 * @param credentials what proves who asks
 */
public record Question(
        String name,
        URI url,
        String query,
        Duration every,
        Duration timeout,
        Credentials credentials) {}
