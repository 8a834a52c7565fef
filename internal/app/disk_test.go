//go:build unix

package app_test

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/recado-hub/recado/plugins/whatsapp/sandbox"
)

// disk is a small disk of its own, in memory, that only the processes on it see mounted.
type disk struct {
	dir    string
	holder *program // keeps it mounted
}

// newDisk makes a disk of so many megabytes, or skips the test where nobody may.
func newDisk(t *testing.T, megabytes int) *disk {
	t.Helper()
	if out, err := exec.Command("unshare", "-m", "true").CombinedOutput(); err != nil {
		t.Skipf("NOT TESTED: a disk that is full needs the right to mount one (unshare -m): %v %s", err, out)
	}
	d := &disk{dir: t.TempDir()}
	d.holder = runCommand(t, nil, "unshare", "-m", "--propagation", "private", "sh", "-c",
		fmt.Sprintf("mount -t tmpfs -o size=%dm none %q && echo mounted && exec sleep 600", megabytes, d.dir))
	eventually(t, "the disk is mounted", func() bool { return strings.Contains(d.holder.out.String(), "mounted") })
	return d
}

// in is how a command runs where the disk is mounted.
func (d *disk) in(args ...string) []string {
	return append([]string{"-t", fmt.Sprint(d.holder.cmd.Process.Pid), "-m"}, args...)
}

func (d *disk) run(t *testing.T, args ...string) {
	t.Helper()
	if out, err := exec.Command("nsenter", d.in(args...)...).CombinedOutput(); err != nil {
		t.Fatalf("%v: %v %s", args, err, out)
	}
}

// serve starts a hub whose data is on the disk.
func (d *disk) serve(t *testing.T) *program {
	t.Helper()
	p := d.start(t)
	p.url = p.wait(t, servesAt)[1]
	return p
}

func (d *disk) start(t *testing.T) *program {
	t.Helper()
	return runCommand(t, firstConsumer, "nsenter", d.in(binary, "serve", "--addr", anyPort, "--data", filepath.Join(d.dir, "data"), "--log-level", "error")...)
}

// fill leaves no byte free.
func (d *disk) fill(t *testing.T) {
	t.Helper()
	file, err := os.OpenFile(d.ballast(), os.O_CREATE|os.O_WRONLY, 0o600)
	if err != nil {
		t.Fatal(err)
	}
	for err == nil {
		_, err = file.Write(make([]byte, 4096))
	}
	if !errors.Is(err, syscall.ENOSPC) {
		t.Fatal(err)
	}
	if err := file.Close(); err != nil {
		t.Fatal(err)
	}
}

func (d *disk) clear(t *testing.T) {
	t.Helper()
	if err := os.Remove(d.ballast()); err != nil {
		t.Fatal(err)
	}
}

func (d *disk) ballast() string {
	return filepath.Join(fmt.Sprintf("/proc/%d/root", d.holder.cmd.Process.Pid), d.dir, "ballast")
}

// refusal posts a work order until it is refused, and says how many were accepted before.
func (w *world) refusal(t *testing.T, from int) (accepted int, problem string) {
	t.Helper()
	for n := from; n < from+5000; n++ {
		status, body, err := w.consumer.send("/events", "application/cloudevents+json", workOrder(folioOf(n), n+1, fmt.Sprintf("+55319%08d", n)))
		switch {
		case err != nil:
			t.Fatal(err)
		case status == http.StatusServiceUnavailable:
			return n - from, string(body)
		case status != http.StatusAccepted:
			t.Fatalf("%s was answered %d %s", folioOf(n), status, body)
		}
	}
	t.Fatal("5,000 work orders fit on a disk that is full")
	return 0, ""
}

func (w *world) ready(t *testing.T) (status int, reason string) {
	t.Helper()
	answer, err := http.Get(w.hub.url + "/readyz")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = answer.Body.Close() }()
	text, err := io.ReadAll(answer.Body)
	if err != nil {
		t.Fatal(err)
	}
	return answer.StatusCode, string(text)
}

func TestAHubWhoseDiskIsFullRefusesWithAReasonAndRecoversByItself(t *testing.T) {
	t.Parallel()
	d := newDisk(t, 32)
	s, err := sandbox.Start("127.0.0.1:0", sandbox.Options{Callbacks: quick})
	if err != nil {
		t.Fatal(err)
	}
	w := &world{sandbox: s, meta: s.URL(), hub: d.serve(t)}
	t.Cleanup(func() { w.hub.kill(); _ = s.Close() })
	w.admin = signIn(t, w.hub.url, adminKey, adminSecret)
	w.setUp(t)
	next := 0
	for range 2 {
		for range 30 { // what becomes of their messages is to be written when there is no room
			w.consumer.publish(t, workOrder(folioOf(next), next+1, fmt.Sprintf("+55319%08d", next)))
			next++
		}
		d.fill(t)
		accepted, problem := w.refusal(t, next)
		next += accepted
		if !strings.Contains(problem, "the disk is full, and the database cannot write") {
			t.Errorf("the refusal says %s", problem)
		}
		if status, reason := w.ready(t); status != http.StatusServiceUnavailable || !strings.Contains(reason, "cannot write") {
			t.Errorf("/readyz answers %d %s", status, reason)
		}
		w.refusesMutations(t)
		d.clear(t)
		eventually(t, "it is ready again", func() bool { status, _ := w.ready(t); return status == http.StatusOK })
		w.consumer.publish(t, workOrder(folioOf(next), next+1, fmt.Sprintf("+55319%08d", next))) // what was refused
		next++
	}
	for n := range next {
		folio := folioOf(n)
		eventually(t, folio+" arrives", func() bool { return len(w.messagesOf(folio)) > 0 })
		if len(w.messagesOf(folio)) != 1 {
			t.Errorf("%s arrived %d times", folio, len(w.messagesOf(folio)))
		}
	}
	eventually(t, "the hub knows it of all", func() bool {
		var data struct{ Executions struct{ Nodes []object } }
		w.consumer.ask(t, `{ executions(filter: {outcomes: [SUCCEEDED]}, first: 200) { nodes { id } } }`, nil, &data)
		return len(data.Executions.Nodes) == next
	})
	t.Logf("%d work orders, each arrived once", next)
}

// refusesMutations says that the other door refuses, too, with the reason and the code that tells to try again.
func (w *world) refusesMutations(t *testing.T) {
	t.Helper()
	_, body, err := w.admin.send("/graphql", "application/json", object{
		"query": `mutation($input: GroupCreateInput!) { groupCreate(input: $input) { group { id } userErrors { code message } } }`,
		"variables": object{"input": object{"description": "On a full disk", "note": strings.Repeat("full ", 150),
			"grants": []object{{"module": "work_management", "submodule": "work_orders", "actions": []string{"SEE"}}}}}})
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(string(body), `"code":"UNAVAILABLE","message":"the disk is full, and the database cannot write`) {
		t.Errorf("a mutation is answered %s", body)
	}
}

func TestAHubDoesNotStartOnADiskThatTakesNoWriteAndSaysSoInOneLine(t *testing.T) {
	t.Parallel()
	d := newDisk(t, 32)
	if code := d.serve(t).end(t, syscall.SIGTERM); code != 0 {
		t.Fatalf("the first hub ends with %d", code)
	}
	d.run(t, "mount", "-o", "remount,ro", d.dir)
	p := d.start(t)
	if code := p.exit(t); code != 1 {
		t.Errorf("the exit code is %d", code)
	}
	if text := p.errs.String(); strings.Count(text, "\n") != 1 || !strings.Contains(text, d.dir) || !strings.Contains(text, "read-only file system") {
		t.Errorf("it says %q", text)
	}
	d.run(t, "mount", "-o", "remount,rw", d.dir)
	if code := d.serve(t).end(t, syscall.SIGTERM); code != 0 {
		t.Errorf("the last hub ends with %d", code)
	}
}
