/** What people see of the demo: a live view in a terminal, plain lines elsewhere. */
@NullMarked
package dev.ebb.demo.view;

import org.jspecify.annotations.NullMarked;
