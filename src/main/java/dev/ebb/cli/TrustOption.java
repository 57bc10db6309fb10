package dev.ebb.cli;

import dev.ebb.config.TrustForwarded;
import dev.ebb.config.TrustKind;
import dev.ebb.gateway.Trust;
import java.util.ArrayList;
import java.util.List;

/** What stands behind {@code --trust-forwarded}: nothing, which is everybody, or networks. */
final class TrustOption {
    static final String EVERYBODY = "true";
    static final List<String> ALL = List.of(EVERYBODY);

    private TrustOption() {}

    /** Whom to trust; nobody for an empty list. */
    static Trust read(List<String> texts) {
        if (texts.isEmpty()) {
            return Trust.NOBODY;
        }
        return texts.equals(ALL) ? Trust.EVERYBODY : networks(texts);
    }

    private static Trust networks(List<String> texts) {
        var networks = new ArrayList<TrustForwarded.Network>();
        for (String text : texts) {
            var network = TrustKind.network(text);
            if (network.isEmpty()) {
                throw new Failure(
                        Exit.USAGE,
                        "--trust-forwarded: '"
                                + text
                                + "' is neither an address nor a network such as 10.0.0.0/8");
            }
            networks.add(network.get());
        }
        return Adapters.trust(new TrustForwarded(false, networks));
    }
}
