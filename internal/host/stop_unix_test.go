//go:build unix

package host_test

import (
	"os"
	"syscall"
	"time"
)

// stopSelf freezes the process, and returns when it is continued.
func stopSelf() {
	_ = syscall.Kill(os.Getpid(), syscall.SIGSTOP)
	time.Sleep(100 * time.Millisecond) // the signal reaches all threads within this, and it goes on after the freeze
}
