/**
 * Certificates and keys in PEM files: reads them and says plainly what is wrong with them, and
 * makes self-signed ones for trying things out. Imports java.base only.
 */
@NullMarked
package dev.ebb.pki;

import org.jspecify.annotations.NullMarked;
