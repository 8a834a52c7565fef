package graph

import (
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"github.com/99designs/gqlgen/graphql/handler/transport"
)

// stuck is a connection to a client that reads nothing: what is written to it is never taken.
type stuck struct {
	transport.WebsocketConn
	gone chan struct{}
}

var errGone = errors.New("the connection was closed")

func (s *stuck) WriteJSON(any) error { <-s.gone; return errGone }
func (s *stuck) Close() error        { close(s.gone); return nil }

func TestAClientThatReadsNothingIsLetGo(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		conn := newProtocolConn(&stuck{gone: make(chan struct{})}, 40*time.Second, nil)
		began := time.Now()
		if err := conn.WriteJSON(frame{Type: "ping"}); !errors.Is(err, errGone) {
			t.Errorf("writing ends with %v", err)
		}
		if took := time.Since(began); took != 40*time.Second {
			t.Errorf("it took %s", took)
		}
	})
}
