package web_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/recado-hub/recado/internal/hub"
)

func TestAnEventKeepsTheTraceToWhichItBelongs(t *testing.T) {
	t.Parallel()
	h := open(t)
	h.rule(t, hub.Terms{Mode: hub.ModeNone})
	const inHeader, inEvent = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01", "00-beef2f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-00"
	for _, c := range []struct {
		name          string
		header, event []string // traceparent, tracestate
		want          hub.Trace
	}{
		{"none", nil, nil, hub.Trace{}},
		{"that of the header", []string{inHeader, "a=b"}, nil, hub.Trace{Parent: inHeader, State: "a=b"}},
		{"that of the event", nil, []string{`"` + inEvent + `"`, `"c=d"`}, hub.Trace{Parent: inEvent, State: "c=d"}},
		{"that of the event, which wins", []string{inHeader, "a=b"}, []string{`"` + inEvent + `"`, `null`}, hub.Trace{Parent: inEvent}},
		{"that of the header, since that of the event is none", []string{inHeader, "a=b"}, []string{`"00-0-0-0"`, `"c=d"`}, hub.Trace{Parent: inHeader, State: "a=b"}},
		{"none of what is no text", nil, []string{`7`, `true`}, hub.Trace{}},
		{"none of what is malformed", []string{"00-x", "a=b"}, nil, hub.Trace{}},
	} {
		body := newWorkOrder(c.name)
		if c.event != nil {
			body = strings.Replace(body, `"specversion"`, `"traceparent":`+c.event[0]+`,"tracestate":`+c.event[1]+`,"specversion"`, 1)
		}
		a := accepted(t, h.publish(body, func(r *http.Request) {
			if c.header != nil {
				r.Header.Set("traceparent", c.header[0])
				r.Header.Set("tracestate", c.header[1])
			}
		}))
		_, key, err := hub.ParseID(a.Executions[0]["id"])
		if err != nil {
			t.Fatal(err)
		}
		if exec, err := h.db.Execution(t.Context(), h.admin, key); err != nil || exec.Trace != c.want {
			t.Errorf("%s: the execution has %+v, %v", c.name, exec.Trace, err)
		}
	}
}
