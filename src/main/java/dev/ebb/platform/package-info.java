/** Where instances run. One adapter a sub-package; adapters know nothing of each other. */
@NullMarked
package dev.ebb.platform;

import org.jspecify.annotations.NullMarked;
