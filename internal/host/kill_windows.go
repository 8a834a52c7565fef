package host

import (
	"os"
	"os/exec"
	"syscall"
)

// isolate gives the process a console group of its own, so that Ctrl-C does not reach it.
func isolate(cmd *exec.Cmd) {
	cmd.SysProcAttr = &syscall.SysProcAttr{CreationFlags: syscall.CREATE_NEW_PROCESS_GROUP}
}

// killGroup ends p. That it may have ended is no error.
func killGroup(p *os.Process) { _ = p.Kill() }
