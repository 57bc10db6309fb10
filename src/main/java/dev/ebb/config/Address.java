package dev.ebb.config;

import java.net.InetAddress;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * Where something listens.
 *
 * @param host an IPv4 or IPv6 address without brackets, or {@code localhost}; never a name that
 *     would have to be looked up
 * @param port 0 for any free one
 */
public record Address(String host, int port) {
    private static final Pattern V4 =
            Pattern.compile("(25[0-5]|2[0-4]\\d|1?\\d?\\d)(\\.(25[0-5]|2[0-4]\\d|1?\\d?\\d)){3}");
    // Java's own parser decides in the end; this keeps names from being looked up.
    private static final Pattern V6 = Pattern.compile("[0-9a-fA-F:]*:[0-9a-fA-F:.]*");

    /** Reads {@code 127.0.0.1:8080}, {@code [::1]:8080}, {@code localhost:8080}, {@code :8080}. */
    static Optional<Address> parse(String text) {
        int colon = text.lastIndexOf(':');
        if (colon < 0) {
            return Optional.empty();
        }
        String host = text.substring(0, colon).toLowerCase(Locale.ROOT);
        String port = text.substring(colon + 1);
        if (!port.matches("\\d{1,5}") || Integer.parseInt(port) > 65535) {
            return Optional.empty();
        }
        boolean bracketed = host.startsWith("[") && host.endsWith("]");
        String bare = bracketed ? host.substring(1, host.length() - 1) : host;
        boolean good =
                bracketed
                        ? isV6(bare)
                        : bare.isEmpty() || bare.equals("localhost") || V4.matcher(bare).matches();
        return good
                ? Optional.of(
                        new Address(bare.isEmpty() ? "0.0.0.0" : bare, Integer.parseInt(port)))
                : Optional.empty();
    }

    private static boolean isV6(String text) {
        if (!V6.matcher(text).matches()) {
            return false;
        }
        try {
            return InetAddress.ofLiteral(text) != null;
        } catch (IllegalArgumentException e) {
            return false;
        }
    }

    public boolean isLoopback() {
        return host.equals("localhost") || InetAddress.ofLiteral(host).isLoopbackAddress();
    }

    @Override
    public String toString() {
        return (host.contains(":") ? "[" + host + "]" : host) + ":" + port;
    }
}
