package broken.core;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Breaks a rule on purpose. */
final class Logs {
    static final Logger LOG = LoggerFactory.getLogger(Logs.class);
}
