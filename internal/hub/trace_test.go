package hub_test

import (
	"context"
	"strings"
	"testing"

	"github.com/recado-hub/recado/internal/hub"
)

const traceID, spanID = "4bf92f3577b34da6a3ce929d0e0e4736", "00f067aa0ba902b7"

func TestATraceIsReadAsTheStandardSaysOrIsNone(t *testing.T) {
	t.Parallel()
	whole := "00-" + traceID + "-" + spanID + "-01"
	for _, c := range []struct {
		name, parent, state string
		want                hub.Trace
	}{
		{"a sampled one", whole, "", hub.Trace{Parent: whole}},
		{"one that is not sampled", whole[:54] + "0", "", hub.Trace{Parent: whole[:54] + "0"}},
		{"with a state", whole, "congo=t61rcWkgMzE,rojo=00f067aa0ba902b7", hub.Trace{Parent: whole, State: "congo=t61rcWkgMzE,rojo=00f067aa0ba902b7"}},
		{"with an empty state", whole, " , ", hub.Trace{Parent: whole}},
		{"with a state that is too long", whole, "a=" + strings.Repeat("x", 512), hub.Trace{Parent: whole}},
		{"with a state that is no text", whole, "a=\x00", hub.Trace{Parent: whole}},
		{"of a later version", "cc-" + traceID + "-" + spanID + "-03-what-the-future-brings", "", hub.Trace{Parent: whole}},
		{"of a later version, not sampled", "cc-" + traceID + "-" + spanID + "-02", "", hub.Trace{Parent: whole[:54] + "0"}},
		{"none", "", "", hub.Trace{}},
		{"a state alone", "", "a=b", hub.Trace{}},
		{"too short", whole[:54], "a=b", hub.Trace{}},
		{"too long", whole + "-00", "", hub.Trace{}},
		{"of a later version without a dash", "cc-" + traceID + "-" + spanID + "-01x", "", hub.Trace{}},
		{"of the version that never will be", "ff" + whole[2:], "", hub.Trace{}},
		{"with capitals", strings.ToUpper(whole), "", hub.Trace{}},
		{"no trace id", "00-" + strings.Repeat("0", 32) + "-" + spanID + "-01", "", hub.Trace{}},
		{"no span id", "00-" + traceID + "-" + strings.Repeat("0", 16) + "-01", "", hub.Trace{}},
		{"dashes elsewhere", "00-" + traceID + spanID + "--01-", "", hub.Trace{}},
		{"no dash at all", strings.Repeat("0", 55), "", hub.Trace{}},
		{"something else", strings.Repeat("é", 40), "", hub.Trace{}},
	} {
		got := hub.ParseTrace(c.parent, c.state)
		if got != c.want {
			t.Errorf("%s is %+v, want %+v", c.name, got, c.want)
		}
		if again := hub.TraceOf(got.Text()); again != got {
			t.Errorf("%s is kept as %q, which is %+v", c.name, got.Text(), again)
		}
		if id := got.ID(); (id == traceID) != (got.Parent != "") {
			t.Errorf("%s has the id %q", c.name, id)
		}
	}
}

func FuzzParseTrace(f *testing.F) {
	f.Add("00-"+traceID+"-"+spanID+"-01", "a=b")
	f.Add("cc-"+traceID+"-"+spanID+"-01-x", " ")
	f.Fuzz(func(t *testing.T, parent, state string) {
		got := hub.ParseTrace(parent, state)
		if got.Parent != "" && (len(got.Parent) != 55 || hub.ParseTrace(got.Parent, got.State) != got) || got.Parent == "" && got.State != "" {
			t.Errorf("%q %q is %+v", parent, state, got)
		}
	})
}

func TestAnythingButOneTraceparentIsNone(t *testing.T) {
	t.Parallel()
	whole := "00-" + traceID + "-" + spanID + "-01"
	if got := hub.TraceOfHeader(map[string][]string{"Traceparent": {whole}, "Tracestate": {"a=b", "c=d"}}); got != (hub.Trace{Parent: whole, State: "a=b,c=d"}) {
		t.Errorf("the headers are %+v", got)
	}
	if got := hub.TraceOfHeader(map[string][]string{"Traceparent": {whole, whole}}); got != (hub.Trace{}) {
		t.Errorf("two are %+v", got)
	}
	if ctx := context.Background(); hub.WithTrace(ctx, hub.Trace{}) != ctx || hub.TraceFrom(ctx) != (hub.Trace{}) {
		t.Error("no trace makes a context of its own")
	}
}
