//go:build unix

package app_test

import (
	"bufio"
	"net/http"
	"net/url"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/coder/websocket"
)

// Whoever follows would follow for ever; that keeps no hub from stopping, and each is told so that it comes again.
func TestWhoeverFollowsDoesNotKeepTheHubFromStopping(t *testing.T) {
	t.Parallel()
	hub := serve(t, t.TempDir(), anyPort)
	defer hub.kill()
	admin := signIn(t, hub.url, adminKey, adminSecret)
	r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, hub.url+"/graphql?"+url.Values{"query": {"subscription { queueChanged { depth } }"}}.Encode(), nil)
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Authorization", "Bearer "+admin.token)
	r.Header.Set("Accept", "text/event-stream")
	stream, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = stream.Body.Close() }()
	events := bufio.NewScanner(stream.Body)
	for events.Scan() && events.Text() != "event: next" {
	}
	socket, _, err := websocket.Dial(t.Context(), strings.Replace(hub.url, "http", "ws", 1)+"/graphql",
		&websocket.DialOptions{Subprotocols: []string{"graphql-transport-ws"}, HTTPHeader: http.Header{"Authorization": {"Bearer " + admin.token}}})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = socket.CloseNow() }()
	if err := socket.Write(t.Context(), websocket.MessageText, []byte(`{"type":"connection_init"}`)); err != nil {
		t.Fatal(err)
	}
	if _, ack, err := socket.Read(t.Context()); err != nil || !strings.Contains(string(ack), "connection_ack") {
		t.Fatal(string(ack), err)
	}
	begun := time.Now()
	ended := make(chan error, 1)
	go func() { // a client reads, and so answers that it is closed
		_, _, err := socket.Read(t.Context())
		ended <- err
	}()
	hub.signal(t, syscall.SIGTERM)
	if code := hub.exit(t); code != 0 {
		t.Errorf("the exit code is %d", code)
	}
	if took := time.Since(begun); took > 4*time.Second {
		t.Errorf("it took %s", took)
	}
	if err := <-ended; websocket.CloseStatus(err) != websocket.StatusGoingAway {
		t.Errorf("the websocket ends with %v", err)
	}
	for events.Scan() {
		if strings.HasPrefix(events.Text(), "event: complete") {
			t.Error("the stream says that there is no more to come")
		}
	}
}
