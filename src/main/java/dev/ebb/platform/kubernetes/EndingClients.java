package dev.ebb.platform.kubernetes;

import io.fabric8.kubernetes.client.jdkhttp.JdkHttpClientFactory;
import io.fabric8.kubernetes.client.jdkhttp.JdkHttpClientImpl;
import java.net.Authenticator;
import java.net.CookieHandler;
import java.net.InetAddress;
import java.net.ProxySelector;
import java.net.http.HttpClient;
import java.time.Duration;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executor;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;

/**
 * HTTP clients that end with the client that has them. fabric8 ends the threads of Java's client,
 * and not that itself: with a server that says nothing, its connections would stay, and the thread
 * that waits at them. Thread-safe; one for each client.
 */
final class EndingClients extends JdkHttpClientFactory {
    private static final Duration PATIENCE = Duration.ofSeconds(2);

    private final Queue<HttpClient> built = new ConcurrentLinkedQueue<>();

    @Override
    protected HttpClient.Builder createNewHttpClientBuilder() {
        return new Building(super.createNewHttpClientBuilder());
    }

    /** Waits for what is under way for a moment only. */
    @Override
    protected void closeHttpClient(JdkHttpClientImpl client) {
        built.forEach(HttpClient::shutdownNow);
        try {
            for (HttpClient one : built) {
                var _ = one.awaitTermination(PATIENCE);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        super.closeHttpClient(client);
    }

    /** Notes what is built; all else is the builder's that it stands for. */
    private final class Building implements HttpClient.Builder {
        private final HttpClient.Builder inner;

        Building(HttpClient.Builder inner) {
            this.inner = inner;
        }

        private HttpClient.Builder with(HttpClient.Builder ignored) {
            return this;
        }

        @Override
        public HttpClient.Builder cookieHandler(CookieHandler handler) {
            return with(inner.cookieHandler(handler));
        }

        @Override
        public HttpClient.Builder connectTimeout(Duration duration) {
            return with(inner.connectTimeout(duration));
        }

        @Override
        public HttpClient.Builder sslContext(SSLContext context) {
            return with(inner.sslContext(context));
        }

        @Override
        public HttpClient.Builder sslParameters(SSLParameters parameters) {
            return with(inner.sslParameters(parameters));
        }

        @Override
        public HttpClient.Builder executor(Executor executor) {
            return with(inner.executor(executor));
        }

        @Override
        public HttpClient.Builder followRedirects(HttpClient.Redirect policy) {
            return with(inner.followRedirects(policy));
        }

        @Override
        public HttpClient.Builder version(HttpClient.Version version) {
            return with(inner.version(version));
        }

        @Override
        public HttpClient.Builder priority(int priority) {
            return with(inner.priority(priority));
        }

        @Override
        public HttpClient.Builder proxy(ProxySelector selector) {
            return with(inner.proxy(selector));
        }

        @Override
        public HttpClient.Builder authenticator(Authenticator authenticator) {
            return with(inner.authenticator(authenticator));
        }

        @Override
        public HttpClient.Builder localAddress(InetAddress address) {
            return with(inner.localAddress(address));
        }

        @Override
        public HttpClient build() {
            HttpClient client = inner.build();
            built.add(client);
            return client;
        }
    }
}
