// Package meter counts what happens, for whoever wants to read it later: counters, gauges and histograms of atomic integers.
//
// It is a room because every room that does something counts, and none of them should know who reads it: package metrics shows
// the numbers to Prometheus. Counting takes no lock and allocates nothing, so that it can stand on the hot path.
package meter
