package graph_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/coder/websocket"

	"github.com/recado-hub/recado/graph"
)

func TestAClientThatReadsNothingIsLetGo(t *testing.T) {
	t.Parallel()
	d := newDoor(t, func(o *graph.Options) { o.KeepAlive = 100 * time.Millisecond })
	s := d.silent()
	ping := []byte(`{"type":"ping","payload":{"fill":"` + strings.Repeat("x", 500_000) + `"}}`)
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	for {
		if err := s.conn.Write(ctx, websocket.MessageText, ping); err != nil { // the pongs fill all that lies between
			break
		}
	}
	if ctx.Err() != nil {
		t.Error("it is still connected")
	}
}

func TestAClientThatAnswersNoPingIsLetGo(t *testing.T) {
	t.Parallel()
	d := newDoor(t, func(o *graph.Options) { o.KeepAlive = 30 * time.Millisecond })
	s := d.connect(bearer(d.admin))
	for pings := 0; ; pings++ {
		if _, _, err := s.conn.Read(t.Context()); err != nil {
			if pings != 2 {
				t.Errorf("it ends after %d pings: %v", pings, err)
			}
			return
		}
	}
}
