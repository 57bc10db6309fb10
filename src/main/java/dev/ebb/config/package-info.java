/**
 * YAML turned into validated immutable records. Errors are collected, each with its path and line.
 */
@NullMarked
package dev.ebb.config;

import org.jspecify.annotations.NullMarked;
