//go:build unix && !linux

package host

import (
	"os/exec"
	"syscall"
)

// isolate gives the process a group of its own.
func isolate(cmd *exec.Cmd) { cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true} }
