package dev.ebb.bench.spring;

import java.io.File;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.SpringBootApplication;
import org.springframework.boot.context.event.ApplicationReadyEvent;
import org.springframework.context.ApplicationListener;
import org.springframework.context.annotation.Bean;
import org.springframework.http.server.reactive.HttpHandler;
import org.springframework.http.server.reactive.ReactorHttpHandlerAdapter;
import reactor.netty.http.Http2SslContextSpec;
import reactor.netty.http.HttpProtocol;
import reactor.netty.http.server.HttpServer;

/**
 * Spring Cloud Gateway. Arguments: event loops, port, port for TLS (0: none), certificate, key,
 * ports of the instances.
 */
@SpringBootApplication
public class SpringGateway {
    public static void main(String[] args) {
        System.setProperty("reactor.netty.ioWorkerCount", args[0]);
        System.setProperty("server.port", args[1]);
        System.setProperty("bench.tls", args[2]);
        System.setProperty("bench.certificate", args[3]);
        System.setProperty("bench.key", args[4]);
        for (int i = 5; i < args.length; i++) {
            System.setProperty(
                    "spring.cloud.discovery.client.simple.instances.bench[%d].uri".formatted(i - 5),
                    "http://127.0.0.1:" + args[i]);
        }
        SpringApplication.run(SpringGateway.class);
    }

    /** Spring Boot has one port; the one for TLS and h2 is beside it, with the same handler. */
    @Bean
    ApplicationListener<ApplicationReadyEvent> secure(HttpHandler handler) {
        return ready -> {
            int port = Integer.getInteger("bench.tls");
            if (port > 0) {
                var certificate = new File(System.getProperty("bench.certificate"));
                var key = new File(System.getProperty("bench.key"));
                var context =
                        Http2SslContextSpec.forServer(certificate, key)
                                .configure(builder -> builder.protocols("TLSv1.3"));
                HttpServer.create()
                        .host("127.0.0.1")
                        .port(port)
                        .protocol(HttpProtocol.H2, HttpProtocol.HTTP11)
                        .secure(spec -> spec.sslContext(context))
                        .handle(new ReactorHttpHandlerAdapter(handler))
                        .bindNow();
            }
        };
    }
}
