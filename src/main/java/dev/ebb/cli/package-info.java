/** The commands, and the only place where the rooms are wired together. */
@NullMarked
package dev.ebb.cli;

import org.jspecify.annotations.NullMarked;
