package broken.config;

import broken.gateway.Server;

/** Breaks a rule on purpose. */
final class ImportsGateway {
    Server server() {
        return new Server();
    }
}
