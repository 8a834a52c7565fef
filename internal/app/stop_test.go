//go:build unix

package app_test

import (
	"fmt"
	"net"
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
	if code := w.hub.end(t, syscall.SIGTERM); code != 0 {
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
