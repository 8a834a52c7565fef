//go:build race

package engine_test

// The race detector makes the store, which is C made into Go, so slow that a fortieth of the seeds is what a build has time for.
func init() { simShare = 40 }
