//go:build unix && !linux

package sdk_test

import (
	"os/exec"

	"github.com/recado-hub/recado/plugins/sdk"
)

func killWithHost(*exec.Cmd) {}

func sendBeforeDying(*sdk.Client, string) error { return nil }
