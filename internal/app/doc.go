// Package app wires the rooms together: options in, a running hub out. The commands, the demo, the benchmark and the
// whole-program tests all start the hub here, so they start the same one.
package app
