package dev.ebb.gateway;

/**
 * The fields behind a body.
 *
 * @param lines each with its CR LF; at least one. Of the names only the case may be changed
 * @param never those that no compression table may hold
 */
@SuppressWarnings("ArrayRecordComponent")
record Trailers(byte[] lines, NeverIndexed never) {}
