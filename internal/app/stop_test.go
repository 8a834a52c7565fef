//go:build unix

package app_test

import (
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/recado-hub/recado/plugins/whatsapp/sandbox"
)

func TestSIGTERMDrains(t *testing.T) {
	t.Parallel()
	w := newWorld(t, sandbox.Options{Callbacks: quick})
	const n = 5
	// Each send is taken at once and answered late, so that all are with the connector when the signal comes.
	if err := w.sandbox.AddFaults(sandbox.Fault{Times: n, Delay: 700 * time.Millisecond, Lose: true}); err != nil {
		t.Fatal(err)
	}
	var ids []string
	for i := range n {
		ids = append(ids, w.consumer.publish(t, workOrder(folioOf(i), i+1, "+5531900000001")).Executions[0].ID)
	}
	w.arrived(t, n)
	connector := connectorOf(t, w.hub)
	begun := time.Now()
	w.hub.signal(t, syscall.SIGTERM)
	w.refusesWhileItDrains(t)
	if code := w.hub.exit(t); code != 0 {
		t.Errorf("the exit code is %d", code)
	}
	if took := time.Since(begun); took > 10*time.Second {
		t.Errorf("it took %s to wait for answers of 700 ms", took)
	}
	if !gone(t, connector) {
		t.Errorf("the connector %d outlived the hub", connector)
	}
	w.again(t)
	var data struct{ Deliveries struct{ Nodes []delivery } }
	w.consumer.ask(t, `{ deliveries(filter: {states: [SENDING, PENDING, UNKNOWN]}) { nodes { id state } } }`, nil, &data)
	if len(data.Deliveries.Nodes) > 0 {
		t.Errorf("left open: %+v", data.Deliveries.Nodes)
	}
	for i, id := range ids {
		e := w.consumer.execution(t, id)
		if e.State != "CLOSED" || e.Outcome != "SUCCEEDED" || e.Deliveries[0].State != "ACCEPTED" || len(w.messagesOf(folioOf(i))) != 1 {
			t.Errorf("%s is %s %s with %+v, and %d times on the phones", e.Subject, e.State, e.Outcome, e.Deliveries[0], len(w.messagesOf(folioOf(i))))
		}
		for _, c := range e.Timeline {
			if c.Cause.Code == "INTERRUPTED" {
				t.Errorf("%s was interrupted", e.Subject)
			}
		}
	}
}

// refusesWhileItDrains holds that a hub that was told to stop is not ready any more, says so, and accepts nothing, while it still waits for
// its connectors.
func (w *world) refusesWhileItDrains(t *testing.T) {
	t.Helper()
	told := false
	for {
		answer, err := http.Get(w.hub.url + "/readyz")
		if err != nil {
			break // the doors are closed
		}
		text, _ := io.ReadAll(answer.Body)
		_ = answer.Body.Close()
		switch {
		case answer.StatusCode == http.StatusOK && told:
			t.Error("it was not ready, and is again")
			return
		case answer.StatusCode != http.StatusOK && !told:
			told = strings.Contains(string(text), "shutting down")
			if _, err := w.consumer.tryPublish(workOrder("OS-LATE", 99, "+5531900000001")); !errors.Is(err, errRefused) || !strings.Contains(err.Error(), "503") {
				t.Errorf("a hub that drains answers POST /events with %v", err)
			}
		}
	}
	if !told {
		t.Error("its doors closed before it said that it is not ready")
	}
}

func TestWhatIsStillWithAConnectorAtTheDeadlineIsUnknownAndDoesNotCount(t *testing.T) {
	t.Parallel()
	if testing.Short() {
		t.Skip("NOT TESTED with -short: it waits for the deadline of a drain")
	}
	w := newWorld(t, sandbox.Options{Callbacks: quick})
	if err := w.sandbox.AddFaults(sandbox.Fault{Times: 1, Delay: 25 * time.Second, Lose: true}); err != nil {
		t.Fatal(err)
	}
	id := w.consumer.publish(t, workOrder(folioOf(0), 1, "+5531900000001")).Executions[0].ID
	w.arrived(t, 1)
	begun := time.Now()
	w.hub.signal(t, syscall.SIGTERM)
	select {
	case <-w.hub.done:
	case <-time.After(2 * patience):
		t.Fatal("it did not end")
	}
	if took := time.Since(begun); took > 24*time.Second {
		t.Errorf("it took %s, the deadline is 20 s", took)
	}
	w.again(t)
	e := w.consumer.settled(t, id, "UNKNOWN")
	if a := e.Deliveries[0].Attempts; e.Outcome != "UNSETTLED" || len(a) != 1 || a[0].Counted || len(w.messagesOf(folioOf(0))) != 1 {
		t.Errorf("it is %s with the attempts %+v, and %d times on the phones", e.Outcome, a, len(w.messagesOf(folioOf(0))))
	}
}

func TestASlowClientDoesNotKeepTheHubFromStopping(t *testing.T) {
	t.Parallel()
	hub := serve(t, t.TempDir(), anyPort)
	admin := signIn(t, hub.url, adminKey, adminSecret)
	conn, err := net.Dial("tcp", hub.addr())
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = conn.Close() }()
	if _, err := fmt.Fprintf(conn, "POST /events HTTP/1.1\r\nHost: hub\r\nAuthorization: Bearer %s\r\n"+
		"Content-Type: application/cloudevents+json\r\nContent-Length: 1000\r\nExpect: 100-continue\r\n\r\n", admin.token); err != nil {
		t.Fatal(err)
	}
	if _, err := conn.Read(make([]byte, 100)); err != nil { // 100 Continue: the hub waits for the body
		t.Fatal(err)
	}
	begun := time.Now()
	if code := hub.end(t, syscall.SIGTERM); code != 0 {
		t.Errorf("the exit code is %d", code)
	}
	if took := time.Since(begun); took > 10*time.Second {
		t.Errorf("it took %s", took)
	}
}
