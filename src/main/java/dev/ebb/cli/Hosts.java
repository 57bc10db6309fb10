package dev.ebb.cli;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.List;

/**
 * Addresses as a command line has them: {@code 127.0.0.1:8080}, {@code [::1]:8080}, {@code
 * name:8080}, {@code :8080} for all addresses of this machine. A name is looked up, once.
 */
final class Hosts {
    private Hosts() {}

    /**
     * @param option which says them, for the error
     * @throws Failure when there are more than {@code max}, or one is no address
     */
    static List<InetSocketAddress> parse(String option, List<String> texts, int max) {
        if (texts.size() > max) {
            throw new Failure(Exit.USAGE, "%s has more than %d addresses".formatted(option, max));
        }
        var addresses = new ArrayList<InetSocketAddress>();
        for (String text : texts) {
            addresses.add(parse(option, text));
        }
        return addresses;
    }

    static InetSocketAddress parse(String option, String text) {
        int colon = text.lastIndexOf(':');
        String host = colon < 0 ? "" : text.substring(0, colon);
        boolean bracketed = host.startsWith("[") && host.endsWith("]");
        String bare = bracketed ? host.substring(1, host.length() - 1) : host;
        if (colon < 0 || bare.contains(":") != bracketed) {
            throw wrong(option, text);
        }
        int port = port(text.substring(colon + 1));
        if (port < 0) {
            throw wrong(option, text);
        }
        try {
            InetAddress address = InetAddress.getByName(bare.isEmpty() ? "0.0.0.0" : bare);
            return new InetSocketAddress(address, port);
        } catch (UnknownHostException e) {
            throw new Failure(
                    Exit.USAGE, "%s: the name '%s' is unknown here".formatted(option, bare));
        }
    }

    private static int port(String text) {
        try {
            int port = Integer.parseInt(text);
            return port <= 65_535 ? port : -1;
        } catch (NumberFormatException e) {
            return -1;
        }
    }

    private static Failure wrong(String option, String text) {
        return new Failure(
                Exit.USAGE,
                "%s: '%s' is no address; write host:port, such as 127.0.0.1:9001"
                        .formatted(option, text));
    }
}
