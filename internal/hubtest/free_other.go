//go:build !linux

package hubtest

// free is 0: elsewhere there is no place known for files in memory.
func free(string) uint64 { return 0 }
