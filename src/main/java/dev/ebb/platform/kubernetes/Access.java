package dev.ebb.platform.kubernetes;

import io.fabric8.kubernetes.api.model.NamedContext;
import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.ConfigBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.http.Interceptor;
import java.nio.channels.ClosedChannelException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * How the API server is reached: by a kubeconfig, or as a pod of the cluster. Immutable.
 *
 * @param kubeconfig empty for what {@code kubectl} would take, and in a pod its own account
 * @param context of the kubeconfig; empty for its current one
 */
public record Access(Optional<Path> kubeconfig, Optional<String> context) {
    private static final int REQUEST_MILLIS = 5_000;
    private static final int CONNECT_MILLIS = 3_000;

    /** It cannot be reached; the message says why, and what to do. */
    public static final class RefusedException extends Exception {
        private static final long serialVersionUID = 1;

        private final String why;
        private final boolean passing;

        RefusedException(String why, @Nullable Throwable cause) {
            super(why, cause);
            this.why = why;
            this.passing = cause instanceof KubernetesClientException e && mayPass(e.getCode());
        }

        /** No answer at all, too many questions, or a fault of the server's own. */
        private static boolean mayPass(int code) {
            return code <= 0 || code == 429 || code >= 500;
        }

        /** One sentence without a full stop. */
        public String why() {
            return why;
        }

        /** Whether it may be otherwise in a moment, with nothing done about it. */
        public boolean isPassing() {
            return passing;
        }
    }

    /**
     * A client that does not retry: what failed is looked at again by whoever wanted it.
     *
     * @param heard hears what is answered
     * @throws RefusedException when the kubeconfig cannot be used
     */
    KubernetesClient client(Interceptor heard) throws RefusedException {
        Config config =
                new ConfigBuilder(config())
                        .withRequestRetryBackoffLimit(0)
                        .withRequestTimeout(REQUEST_MILLIS)
                        .withConnectionTimeout(CONNECT_MILLIS)
                        .build();
        return new KubernetesClientBuilder()
                .withConfig(config)
                .withHttpClientFactory(new EndingClients())
                .withHttpClientBuilderConsumer(b -> b.addOrReplaceInterceptor("ebb", heard))
                .build();
    }

    private Config config() throws RefusedException {
        if (kubeconfig.filter(file -> !Files.isReadable(file)).isPresent()) {
            throw new RefusedException("there is no kubeconfig " + kubeconfig.get(), null);
        }
        Config config;
        try {
            config =
                    kubeconfig.isPresent()
                            ? Config.fromKubeconfig(context.orElse(null), kubeconfig.get().toFile())
                            : Config.autoConfigure(context.orElse(null));
        } catch (RuntimeException e) {
            // The parser of YAML has exceptions of its own.
            throw new RefusedException("%s is no kubeconfig: %s".formatted(file(), root(e)), e);
        }
        check(config);
        return config;
    }

    /**
     * The client takes another cluster, or its default, where the one that is wanted is unknown.
     */
    private void check(Config config) throws RefusedException {
        List<String> known =
                Optional.ofNullable(config.getContexts()).orElse(List.of()).stream()
                        .map(NamedContext::getName)
                        .toList();
        String those = known.isEmpty() ? "none" : String.join(", ", known);
        if (context.filter(name -> !known.contains(name)).isPresent()) {
            throw new RefusedException(
                    "there is no context '%s' in %s; it has %s"
                            .formatted(context.get(), file(), those),
                    null);
        }
        boolean unsaid =
                config.getCurrentContext() == null
                        && config.getAutoOAuthToken() == null
                        && config.getOauthToken() == null
                        && config.getMasterUrl().startsWith(Config.DEFAULT_MASTER_URL);
        if (unsaid && known.isEmpty()) {
            throw new RefusedException(
                    "no cluster is known: %s has no context, and this is no pod; give --kubeconfig"
                            .formatted(file()),
                    null);
        }
        if (unsaid) {
            throw new RefusedException(
                    "%s has no current context; give --context, which is one of: %s"
                            .formatted(file(), those),
                    null);
        }
    }

    private String file() {
        return kubeconfig.map(Path::toString).orElse("the kubeconfig that kubectl would take");
    }

    /** What was said first, in one line: what wraps it says no more than that it failed. */
    static String root(Throwable e) {
        Throwable root = e;
        while (root.getCause() != null) {
            root = root.getCause();
        }
        String said =
                Optional.ofNullable(root.getMessage()).orElseGet(root.getClass()::getSimpleName);
        // Not every failed connection has words.
        return root instanceof ClosedChannelException
                ? "the connection is refused"
                : said.replaceAll("\\s+", " ").strip();
    }

    /** What an answer of the API server means to somebody who starts Ebb. */
    static RefusedException refused(KubernetesClientException e, String server) {
        String said =
                e.getCode() <= 0
                        ? root(e)
                        : String.valueOf(e.getMessage()).replaceAll("\\s+", " ").strip();
        return new RefusedException(
                switch (e.getCode()) {
                    case 401 ->
                            "the API server at %s does not know who asks: %s"
                                    .formatted(server, said);
                    case 403 ->
                            "a right is missing at %s: %s (docs/install-kubernetes.md lists them)"
                                    .formatted(server, said);
                    case 404 ->
                            ("%s does not know the kind ServiceScale; first: kubectl apply -f"
                                            + " deploy/kubernetes/crd.yaml")
                                    .formatted(server);
                    default ->
                            ("the API server at %s does not answer: %s; see whether it can be"
                                            + " reached from here, and whether --kubeconfig and"
                                            + " --context name the right one")
                                    .formatted(server, said);
                },
                e);
    }
}
