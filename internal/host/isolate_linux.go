package host

import (
	"os/exec"
	"syscall"
)

// isolate gives the process a group of its own, and has the kernel end it if the hub dies without a word. A connector of the sdk
// asks for a gentler signal as soon as it runs; this is for all others.
func isolate(cmd *exec.Cmd) {
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true, Pdeathsig: syscall.SIGKILL}
}
