package broken.balance;

import java.util.concurrent.ExecutorService;

/** Breaks a rule on purpose. */
interface StartsThreads {
    ExecutorService threads();
}
