//go:build unix

package conformance

import (
	"os"
	"os/exec"
	"syscall"
)

// isolate gives the process a group of its own, as the hub does.
func isolate(cmd *exec.Cmd) { cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true} }

func killGroup(p *os.Process) { _ = syscall.Kill(-p.Pid, syscall.SIGKILL) }

// stopSignals reach the whole group of a hub that is told to end.
var stopSignals = []os.Signal{syscall.SIGINT, syscall.SIGTERM, syscall.SIGHUP}
