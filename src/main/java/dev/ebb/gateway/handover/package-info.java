/**
 * How two processes of Ebb speak while one takes over from the other: lines of text over a Unix
 * domain socket, and the listening sockets beside them. What is said, and when, is not known here.
 */
@NullMarked
package dev.ebb.gateway.handover;

import org.jspecify.annotations.NullMarked;
