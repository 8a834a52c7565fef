//go:build unix

package app_test

import (
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"testing"
)

// process is one that runs on this machine.
type process struct {
	parent int
	state  string // Z: it ended, and its parent has not yet asked how
	args   string
}

func (p process) dead() bool { return strings.HasPrefix(p.state, "Z") }

// processes lists by process id what runs on this machine. Linux is asked by /proc, because small images have no ps that says all
// this; the others have one.
func processes(t testing.TB) map[int]process {
	t.Helper()
	if runtime.GOOS == "linux" {
		return processesOfLinux(t)
	}
	out, err := exec.Command("ps", "-A", "-o", "pid=,ppid=,stat=,args=").Output()
	if err != nil {
		t.Fatalf("ps: %v", err)
	}
	all := map[int]process{}
	for line := range strings.Lines(string(out)) {
		if f := strings.Fields(line); len(f) > 3 {
			all[number(t, f[0])] = process{parent: number(t, f[1]), state: f[2], args: strings.Join(f[3:], " ")}
		}
	}
	return all
}

func processesOfLinux(t testing.TB) map[int]process {
	t.Helper()
	dirs, err := filepath.Glob("/proc/[0-9]*")
	if err != nil || len(dirs) == 0 {
		t.Fatalf("/proc lists no process (%v)", err)
	}
	all := map[int]process{}
	for _, dir := range dirs {
		stat, err1 := os.ReadFile(filepath.Join(dir, "stat"))
		args, err2 := os.ReadFile(filepath.Join(dir, "cmdline"))
		if errors.Join(err1, err2) != nil {
			continue // it has just ended
		}
		// After the name, which stands in parentheses and may have any character, come the state and the parent.
		f := strings.Fields(string(stat[strings.LastIndexByte(string(stat), ')')+1:]))
		all[number(t, filepath.Base(dir))] = process{parent: number(t, f[1]), state: f[0],
			args: strings.TrimSpace(strings.ReplaceAll(string(args), "\x00", " "))}
	}
	return all
}

func number(t testing.TB, text string) int {
	t.Helper()
	n, err := strconv.Atoi(text)
	if err != nil {
		t.Fatal(err)
	}
	return n
}

// connectorOf is the process id of the connector that a hub runs.
func connectorOf(t testing.TB, hub *program) int {
	t.Helper()
	var pid int
	eventually(t, "the hub has a connector process", func() bool {
		for id, p := range processes(t) {
			if p.parent == hub.cmd.Process.Pid && strings.HasSuffix(p.args, " connector whatsapp") && !p.dead() {
				pid = id
			}
		}
		return pid != 0
	})
	return pid
}

func gone(t testing.TB, pid int) bool {
	t.Helper()
	p, there := processes(t)[pid]
	return !there || p.dead()
}
