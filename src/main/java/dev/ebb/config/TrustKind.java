package dev.ebb.config;

import dev.ebb.config.TrustForwarded.Network;
import java.net.InetAddress;
import java.util.List;
import java.util.Optional;

/** {@code true}, {@code false}, or addresses and networks: {@code [10.0.0.0/8, fd00::/8]}. */
public final class TrustKind implements Kind<TrustForwarded> {
    private static final int MOST = 256;
    private static final Kind<Network> NETWORK =
            Kinds.scalar(
                    "an address or a network such as 10.0.0.0/8",
                    text ->
                            network(text)
                                    .map(Kinds::good)
                                    .orElseGet(() ->
                                            Kinds.bad(
                                                    "is neither an address nor a network;"
                                                            + " write 192.168.1.7, 10.0.0.0/8"
                                                            + " or fd00::/8")),
                    Network::toString);
    private static final Kind<List<Network>> LIST =
            new ListKind<>(NETWORK, "addresses and networks such as [10.0.0.0/8, fd00::/8]", MOST);

    @Override
    public Optional<TrustForwarded> read(Yaml node, Problems problems) {
        if (node instanceof Yaml.Scalar scalar) {
            switch (scalar.text().strip()) {
                case "true" -> {
                    return Optional.of(new TrustForwarded(true, List.of()));
                }
                case "false" -> {
                    return Optional.of(TrustForwarded.NOBODY);
                }
                default -> {}
            }
        }
        return LIST.read(node, problems).map(networks -> new TrustForwarded(false, networks));
    }

    /** An address such as 10.1.2.3, or a network such as 10.0.0.0/8; empty when it is neither. */
    public static Optional<Network> network(String text) {
        int slash = text.indexOf('/');
        String host = slash < 0 ? text : text.substring(0, slash);
        // Java would read 10.0.0 as 10.0.0.0.
        if (!host.contains(":") && !host.matches("[0-9]+(\\.[0-9]+){3}")) {
            return Optional.empty();
        }
        String bits = slash < 0 ? "" : text.substring(slash + 1);
        try {
            InetAddress address = InetAddress.ofLiteral(host);
            int most = 8 * address.getAddress().length;
            if (slash < 0) {
                return Optional.of(new Network(address, most));
            }
            boolean whole = bits.matches("[0-9]{1,3}") && Integer.parseInt(bits) <= most;
            return whole
                    ? Optional.of(new Network(address, Integer.parseInt(bits)))
                    : Optional.empty();
        } catch (IllegalArgumentException e) {
            return Optional.empty();
        }
    }

    @Override
    public String form() {
        return "true, false, or " + LIST.form();
    }

    @Override
    public String show(TrustForwarded value) {
        return value.networks().isEmpty()
                ? String.valueOf(value.everybody())
                : LIST.show(value.networks());
    }
}
