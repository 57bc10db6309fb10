package dev.ebb.config;

import java.net.URI;
import java.nio.file.Path;
import java.util.Optional;

/**
 * Where queries are asked that name no place of their own. Immutable. Holds no credentials, only
 * where they are.
 *
 * @param url without credentials
 * @param tokenFile with a bearer token, read anew for each question
 * @param tokenVariable the environment's variable with it, instead
 */
public record PrometheusConfig(URI url, Optional<Path> tokenFile, Optional<String> tokenVariable) {}
