/**
 * Pods of a Deployment: observed, taken out of rotation and back, and removed so that exactly the
 * chosen ones go. The only room that knows Kubernetes' client.
 */
@NullMarked
package dev.ebb.platform.kubernetes;

import org.jspecify.annotations.NullMarked;
