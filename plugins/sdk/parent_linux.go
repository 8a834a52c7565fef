package sdk

import (
	"os"
	"os/signal"
	"syscall"
)

// A process that was started as a connector asks the kernel for a signal at its parent's death, so that nobody need wait for the next
// look. This is done in init, because only there Go runs on the first thread of the process for certain: that thread lives as long as
// the process, and a host that asked the kernel to kill its connectors did so for that thread. Until Serve listens, Go drops the signal.
func init() {
	h := Handshake()
	if os.Getenv(h.MagicCookieKey) == h.MagicCookieValue {
		_, _, _ = syscall.RawSyscall6(syscall.SYS_PRCTL, syscall.PR_SET_PDEATHSIG, uintptr(syscall.SIGUSR2), 0, 0, 0, 0)
	}
}

// parentSignal is where the kernel's signal comes. It is only a hint: it also comes when merely the thread ends that started us, so
// whoever gets it still looks.
func parentSignal() <-chan os.Signal {
	wake := make(chan os.Signal, 1)
	signal.Notify(wake, syscall.SIGUSR2)
	return wake
}
