/** An open-loop load generator over HTTP/1.1, and what became of each request that it sent. */
@NullMarked
package dev.ebb.demo.load;

import org.jspecify.annotations.NullMarked;
