//go:build unix

package host

import (
	"os"
	"syscall"
)

// killGroup ends every process of the group that p leads. That there may be none left is no error.
func killGroup(p *os.Process) { _ = syscall.Kill(-p.Pid, syscall.SIGKILL) }
