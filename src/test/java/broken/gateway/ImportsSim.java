package broken.gateway;

import broken.sim.World;

/** Breaks a rule on purpose. */
final class ImportsSim {
    World world() {
        return new World();
    }
}
