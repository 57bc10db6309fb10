package broken.core;

import broken.control.Loop;

/** Breaks a rule on purpose. */
final class ImportsControl {
    Loop loop() {
        return new Loop();
    }
}
