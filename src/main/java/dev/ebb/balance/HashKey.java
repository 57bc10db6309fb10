package dev.ebb.balance;

/** What of a request decides which instance it goes to. */
public sealed interface HashKey {

    /** The value of a header field; of the first, where there are several. */
    record Header(String name) implements HashKey {}

    /** The value of a cookie. */
    record Cookie(String name) implements HashKey {}

    /** The value of a parameter in the target's query, as it is written there. */
    record Query(String name) implements HashKey {}

    /** The target's path, without its query. */
    record Path() implements HashKey {}

    /** The client's address, or what a trusted proxy says it is. */
    record ClientAddress() implements HashKey {}
}
