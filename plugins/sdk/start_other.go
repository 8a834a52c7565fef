//go:build !unix

package sdk

import "os/exec"

// ownGroup does nothing: there are no groups.
func ownGroup(*exec.Cmd) {}

// killGroup ends the process.
func killGroup(cmd *exec.Cmd) {
	if cmd.Process != nil {
		_ = cmd.Process.Kill()
	}
}
