//go:build unix

package app_test

import (
	"os/exec"
	"strconv"
	"strings"
	"testing"
)

// processes lists by process id what runs on this machine: the id of the parent, the state, and the command line.
func processes(t testing.TB) map[int]process {
	t.Helper()
	out, err := exec.Command("ps", "-A", "-o", "pid=,ppid=,stat=,args=").Output()
	if err != nil {
		t.Fatalf("ps, which these tests need to look at processes: %v", err)
	}
	all := map[int]process{}
	for line := range strings.Lines(string(out)) {
		f := strings.Fields(line)
		if len(f) < 4 {
			continue
		}
		pid, err1 := strconv.Atoi(f[0])
		parent, err2 := strconv.Atoi(f[1])
		if err1 != nil || err2 != nil {
			t.Fatalf("ps wrote %q", line)
		}
		all[pid] = process{parent: parent, state: f[2], args: strings.Join(f[3:], " ")}
	}
	return all
}

type process struct {
	parent int
	state  string
	args   string
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

// dead says of a process that it ended, and only its parent has not yet asked how.
func (p process) dead() bool { return strings.HasPrefix(p.state, "Z") }

func gone(t testing.TB, pid int) bool {
	t.Helper()
	p, there := processes(t)[pid]
	return !there || p.dead()
}
