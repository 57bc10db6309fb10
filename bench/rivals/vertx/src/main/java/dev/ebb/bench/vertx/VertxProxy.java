package dev.ebb.bench.vertx;

import io.vertx.core.AbstractVerticle;
import io.vertx.core.DeploymentOptions;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.http.PoolOptions;
import io.vertx.core.net.OpenSSLEngineOptions;
import io.vertx.core.net.PemKeyCertOptions;
import io.vertx.core.net.SocketAddress;
import io.vertx.httpproxy.ForwardedHeadersOptions;
import io.vertx.httpproxy.HttpProxy;
import io.vertx.httpproxy.OriginRequestProvider;
import io.vertx.httpproxy.ProxyContext;
import io.vertx.httpproxy.ProxyInterceptor;
import io.vertx.httpproxy.ProxyOptions;
import io.vertx.httpproxy.ProxyResponse;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.Supplier;

/**
 * Vert.x http-proxy with a client of its own on each event loop. Arguments: event loops, port, port
 * for TLS (0: none), certificate, key, ports of the instances.
 */
public final class VertxProxy extends AbstractVerticle {
    private static final int CONNECTIONS_PER_INSTANCE = 1_024;

    private final String[] args;
    private final List<SocketAddress> instances = new ArrayList<>();

    private VertxProxy(String[] args) {
        this.args = args;
        for (int i = 5; i < args.length; i++) {
            instances.add(SocketAddress.inetSocketAddress(Integer.parseInt(args[i]), "127.0.0.1"));
        }
    }

    public static void main(String[] args) {
        int loops = Integer.parseInt(args[0]);
        Vertx vertx =
                Vertx.vertx(
                        new VertxOptions()
                                .setPreferNativeTransport(true)
                                .setEventLoopPoolSize(loops));
        Supplier<VertxProxy> one = () -> new VertxProxy(args);
        vertx.deployVerticle(one, new DeploymentOptions().setInstances(loops))
                .onFailure(e -> {
                    e.printStackTrace();
                    System.exit(1);
                });
    }

    @Override
    public void start(Promise<Void> started) {
        var client =
                vertx.createHttpClient(
                        new HttpClientOptions().setKeepAlive(true),
                        new PoolOptions().setHttp1MaxSize(CONNECTIONS_PER_INSTANCE));
        var forwarded = new ForwardedHeadersOptions().setEnabled(true).setUseRfc7239(false);
        HttpProxy proxy =
                HttpProxy.reverseProxy(
                                new ProxyOptions().setForwardedHeadersOptions(forwarded), client)
                        .origin(OriginRequestProvider.selector(this::pick))
                        .addInterceptor(new Forwarded());
        Future<?> listening =
                vertx.createHttpServer(new HttpServerOptions())
                        .requestHandler(proxy)
                        .listen(Integer.parseInt(args[1]), "127.0.0.1");
        int tls = Integer.parseInt(args[2]);
        if (tls > 0) {
            var secure =
                    vertx.createHttpServer(secure()).requestHandler(proxy).listen(tls, "127.0.0.1");
            listening = Future.all(listening, secure);
        }
        listening.<Void>mapEmpty().onComplete(started);
    }

    private Future<SocketAddress> pick(ProxyContext context) {
        return Future.succeededFuture(
                instances.get(ThreadLocalRandom.current().nextInt(instances.size())));
    }

    private HttpServerOptions secure() {
        return new HttpServerOptions()
                .setSsl(true)
                .setUseAlpn(true)
                .setEnabledSecureTransportProtocols(Set.of("TLSv1.3"))
                .setSslEngineOptions(new OpenSSLEngineOptions())
                .setKeyCertOptions(
                        new PemKeyCertOptions().setCertPath(args[3]).setKeyPath(args[4]));
    }

    /** The field of RFC 7239 beside the X-Forwarded ones. */
    private static final class Forwarded implements ProxyInterceptor {
        @Override
        public Future<ProxyResponse> handleProxyRequest(ProxyContext context) {
            var request = context.request().proxiedRequest();
            context.request()
                    .putHeader(
                            "Forwarded",
                            "for="
                                    + request.remoteAddress().hostAddress()
                                    + ";proto="
                                    + request.scheme()
                                    + ";host=\""
                                    + request.authority()
                                    + "\"");
            return context.sendRequest();
        }
    }
}
