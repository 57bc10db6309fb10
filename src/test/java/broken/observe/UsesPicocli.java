package broken.observe;

import picocli.CommandLine;

/** Breaks a rule on purpose. */
interface UsesPicocli {
    CommandLine line();
}
