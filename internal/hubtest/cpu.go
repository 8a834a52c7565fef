//go:build unix

package hubtest

import (
	"syscall"
	"testing"
	"time"
)

// CPU is how long this process has worked, for itself and in the kernel: a machine that is busy with others changes that little.
func CPU(t testing.TB) time.Duration {
	t.Helper()
	var used syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &used); err != nil {
		t.Fatal(err)
	}
	return time.Duration(used.Utime.Nano() + used.Stime.Nano())
}
