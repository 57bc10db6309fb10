package dev.ebb.console;

import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetSocketAddress;

/** The JDK's HTTP server, with limits to its connections and times; it has none by itself. */
final class JdkServer {
    private static final int WAITING = 64;

    static {
        // Read by the JDK's server when it is first used; seconds, but for the last two.
        limit("sun.net.httpserver.maxReqTime", 10);
        limit("sun.net.httpserver.maxRspTime", 30);
        limit("sun.net.httpserver.idleInterval", 30);
        limit("sun.net.httpserver.maxReqHeaders", 64);
        limit("jdk.httpserver.maxConnections", 128);
    }

    private JdkServer() {}

    /**
     * @throws IOException when it cannot listen there
     */
    static HttpServer at(InetSocketAddress address) throws IOException {
        return HttpServer.create(address, WAITING);
    }

    private static void limit(String property, int value) {
        if (System.getProperty(property) == null) {
            System.setProperty(property, Integer.toString(value));
        }
    }
}
