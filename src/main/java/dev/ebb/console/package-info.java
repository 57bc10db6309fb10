/** The admin HTTP interface: state and commands as JSON, an event stream, and the web page. */
@NullMarked
package dev.ebb.console;

import org.jspecify.annotations.NullMarked;
