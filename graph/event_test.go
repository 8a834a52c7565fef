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

func TestEventsAreSentToWhoeverAsksForThemFirst(t *testing.T) {
	t.Parallel()
	for accept, want := range map[string]bool{
		"":                                   false,
		"*/*":                                false,
		"application/json":                   false,
		"text/event-stream":                  true,
		"text/event-stream, multipart/mixed": true,
		"application/graphql-response+json, application/graphql+json, application/json, text/event-stream, multipart/mixed": false,
		"application/json;q=0.5, text/event-stream": true,
		"text/event-stream;q=0.5, application/json": false,
		"text/event-stream;q=0":                     false,
		"text/html, */*;q=0.1":                      false,
	} {
		if got := prefersStream([]string{accept}); got != want {
			t.Errorf("Accept: %s gets events: %v", accept, got)
		}
	}
}
