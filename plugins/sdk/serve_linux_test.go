package sdk_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"testing"

	"github.com/recado-hub/recado/plugins/sdk"
)

// killWithHost is what a careful host asks of the kernel for connectors that do not watch for its death.
func killWithHost(cmd *exec.Cmd) { cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL} }

func TestWhatWasBegunIsFinishedWhenTheHostDies(t *testing.T) {
	dir := t.TempDir()
	host := exec.Command(os.Args[0])
	host.Env = append(os.Environ(), "SDK_TEST_ROLE=host", "SDK_TEST_DIR="+dir)
	if err := host.Start(); err != nil {
		t.Fatal(err)
	}
	exists := func(name string) func() bool {
		return func() bool { _, err := os.Stat(filepath.Join(dir, name)); return err == nil }
	}
	waitFor(t, exists("begun"))
	_ = host.Process.Kill()
	_ = host.Wait()
	if exists("finished")() {
		t.Fatal("the send was over before the host was killed; this test shows nothing")
	}
	waitFor(t, exists("finished"))
}

// sendBeforeDying has a host give its connector a delivery that takes a while.
func sendBeforeDying(client *sdk.Client, dir string) error {
	s, err := client.OpenDeliver(background, sdk.Integration{})
	if err != nil {
		return err
	}
	d := someDelivery("dlv_1")
	d.Action, d.Recipient = "finish", dir
	return s.Send([]sdk.Delivery{d})
}
