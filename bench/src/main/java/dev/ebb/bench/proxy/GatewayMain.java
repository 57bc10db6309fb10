package dev.ebb.bench.proxy;

import dev.ebb.balance.BalancePolicy;
import dev.ebb.gateway.GatewaySettings;
import dev.ebb.gateway.StaticGateway;
import dev.ebb.gateway.Transport;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;

/**
 * The gateway alone, in front of fixed addresses, until it is ended by a signal. Arguments: the
 * port to listen at, the number of event loops, the transport, the ports of the instances.
 */
public final class GatewayMain {
    private GatewayMain() {}

    public static void main(String[] args) throws Exception {
        InetAddress here = InetAddress.ofLiteral("127.0.0.1");
        var listener = new InetSocketAddress(here, Integer.parseInt(args[0]));
        GatewaySettings settings =
                GatewaySettings.DEFAULT
                        .withListeners(listener)
                        .withLoops(Integer.parseInt(args[1]))
                        .withTransport(Transport.valueOf(args[2]));
        List<InetSocketAddress> instances = new ArrayList<>();
        for (int i = 3; i < args.length; i++) {
            instances.add(new InetSocketAddress(here, Integer.parseInt(args[i])));
        }
        StaticGateway.start(settings, BalancePolicy.DEFAULT, instances);
        new CountDownLatch(1).await();
    }
}
