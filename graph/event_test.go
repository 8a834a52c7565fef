package graph

import (
	"context"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"
)

func TestDataOfManyLinesIsOneEvent(t *testing.T) {
	t.Parallel()
	w := httptest.NewRecorder()
	ctx, stop := context.WithCancel(t.Context())
	defer stop()
	s := &eventStream{ctx: ctx, stop: stop, patience: time.Second, w: w, to: http.NewResponseController(w)}
	s.event("next", "c7", []byte("{\n\"a\":\r\n1\r}"), nil)
	if got, want := w.Body.String(), "id: c7\nevent: next\ndata: {\ndata: \"a\": \ndata: 1 }\n\n"; got != want {
		t.Errorf("it is %q, not %q", got, want)
	}
}
