//go:build race

package engine_test

// The race detector makes the store, which is C made into Go, so slow that a tenth of the seeds takes as long.
func init() { simShare = 10 }
