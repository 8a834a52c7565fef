package sdk

import (
	"os"
	"os/signal"
	"syscall"
)

// parentSignal asks the kernel for a signal at the parent's death, so that nobody need wait for the next look. It is only a hint: the
// kernel also sends it when merely the thread ends that started us, so whoever gets it still looks.
func parentSignal() <-chan os.Signal {
	wake := make(chan os.Signal, 1)
	signal.Notify(wake, syscall.SIGUSR2)
	_, _, _ = syscall.RawSyscall6(syscall.SYS_PRCTL, syscall.PR_SET_PDEATHSIG, uintptr(syscall.SIGUSR2), 0, 0, 0, 0)
	return wake
}
