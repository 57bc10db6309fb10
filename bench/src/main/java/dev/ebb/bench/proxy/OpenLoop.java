package dev.ebb.bench.proxy;

import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.nio.NioIoHandler;
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.ExecutionException;
import javax.net.ssl.SSLException;

/**
 * Sends requests at a fixed rate, whose latencies count from when each was due. It serves one order
 * after the other, so that its own code is warm: each line of standard input is {@code WIRE PORT
 * PATH RATE CONNECTIONS SECONDS} with one of {@code h1 tls h2} as the wire, and is answered with
 * {@code measuring}, once all connections stand and carry load, and then one line of JSON.
 */
public final class OpenLoop {
    private OpenLoop() {}

    public static void main(String[] args) throws Exception {
        var factory = Epoll.isAvailable() ? EpollIoHandler.newFactory() : NioIoHandler.newFactory();
        EventLoopGroup group = new MultiThreadIoEventLoopGroup(1, factory);
        var orders =
                new BufferedReader(new InputStreamReader(System.in, StandardCharsets.US_ASCII));
        for (String line = orders.readLine(); line != null; line = orders.readLine()) {
            System.out.println(answer(line, group));
            System.out.flush();
        }
        group.shutdownGracefully();
    }

    private static String answer(String line, EventLoopGroup group)
            throws InterruptedException, SSLException {
        try {
            var run = new OpenLoopRun(LoadOrder.parse(line), group.next());
            return run.begin().get().json();
        } catch (ExecutionException e) {
            return "{\"failure\": \"%s\"}"
                    .formatted(String.valueOf(e.getCause()).replace('"', '\''));
        }
    }
}
