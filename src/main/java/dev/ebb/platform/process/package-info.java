/**
 * Instances as local processes, the default platform: starts them, finds them again after a restart
 * of Ebb, and stops them.
 */
@NullMarked
package dev.ebb.platform.process;

import org.jspecify.annotations.NullMarked;
