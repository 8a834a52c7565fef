//go:build !unix

package conformance

import (
	"os"
	"os/exec"
)

func isolate(*exec.Cmd) {}

func killGroup(p *os.Process) { _ = p.Kill() }

// stopSignals cannot be sent to another process here.
var stopSignals []os.Signal
