//go:build unix

// The tests of this directory run the whole program: the real binary with its real connector process, against a sandbox that
// lives in the test. They send signals, which only Unix has.
package app_test

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// binary is the program, built once for all tests.
var binary string

// temporary is the TMPDIR of every process: a hub that is killed leaves the directory of its connector's socket behind.
var temporary string

func TestMain(m *testing.M) {
	if step, dir, ok := strings.Cut(os.Getenv(stopAt), " /"); ok { // this process is one that a test started
		os.Exit(rotateAndDie("/"+dir, step))
	}
	os.Exit(runTests(m))
}

func runTests(m *testing.M) int {
	dir, err := os.MkdirTemp("/tmp", "recado-test-") // where TMPDIR leads may be too long for the path of a socket
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	defer func() { _ = os.RemoveAll(dir) }()
	binary, temporary = filepath.Join(dir, "recado"), dir
	build := exec.Command("go", "build", "-buildvcs=false", "-o", binary, ".")
	build.Dir = filepath.Join("..", "..")
	if out, err := build.CombinedOutput(); err != nil {
		fmt.Fprintf(os.Stderr, "the program cannot be built: %v\n%s", err, out)
		return 1
	}
	return m.Run()
}
