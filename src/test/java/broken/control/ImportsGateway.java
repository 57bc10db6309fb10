package broken.control;

import broken.gateway.Server;

/** Breaks a rule on purpose. */
final class ImportsGateway {
    Server server() {
        return new Server();
    }
}
