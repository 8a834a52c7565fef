package engine_test

import (
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/recado-hub/recado/internal/hub"
	"github.com/recado-hub/recado/internal/hubtest"
	"github.com/recado-hub/recado/internal/sqlite"
)

// shelf is what the fake connector's provider has: templates with so many variables, of which some cannot be sent.
type shelf struct {
	mu        sync.Mutex
	variables int
	status    string // of the template; empty: approved
	down      bool
	asked     []hub.ActionUse
}

// behind has a provider stand behind the fake connector, with a template of seven variables.
func behind(h *hubtest.Hub) *shelf {
	p := &shelf{variables: 7}
	h.Connector.Judge(p.judge)
	return p
}

func (p *shelf) become(change func(*shelf)) {
	p.mu.Lock()
	defer p.mu.Unlock()
	change(p)
}

func (p *shelf) judge(use hub.ActionUse) ([]hub.Problem, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.asked = append(p.asked, use)
	switch {
	case p.down:
		return nil, &hub.Error{Code: hub.CodeUnavailable, Message: "too slow"}
	case p.status != "":
		return []hub.Problem{{Code: "TEMPLATE_NOT_APPROVED", Path: "parameters.template", Message: "the template is " + p.status, NextStep: "wait"}}, nil
	}
	var found []hub.Problem
	for n := use.Positions + 1; n <= p.variables; n++ {
		found = append(found, hub.Problem{Code: "VALUE_MISSING", Path: fmt.Sprintf("values[%d]", n), Message: "it is missing"})
	}
	for n := p.variables + 1; n <= use.Positions; n++ {
		found = append(found, hub.Problem{Code: "VALUE_UNKNOWN", Path: fmt.Sprintf("values[%d]", n), Message: "the template has no such variable"})
	}
	return found, nil
}

func (p *shelf) times() int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return len(p.asked)
}

// said writes problems as "CODE path".
func said(list []hub.Problem) string {
	var out []string
	for _, p := range list {
		out = append(out, string(p.Code)+" "+p.Path)
	}
	return strings.Join(out, ", ")
}

// wantProblems holds what the screen shows of a flow against what is wanted.
func wantProblems(t *testing.T, h *hubtest.Hub, flow int64, problems, warnings string) {
	t.Helper()
	f, err := h.DB.Flow(t.Context(), h.Admin, flow)
	if err != nil {
		t.Fatal(err)
	}
	p, err := flowProblems(t, h, h.Admin, f)
	if err != nil || said(p) != problems {
		t.Errorf("the problems are %q, want %q; %v", said(p), problems, err)
	}
	w, err := flowWarnings(t, h, f)
	if got := said(dropMay(w)); err != nil || got != warnings {
		t.Errorf("the warnings are %q, want %q; %v", got, warnings, err)
	}
}

// dropMay leaves out the warnings of values that a record may lack, which the article's flow has.
func dropMay(list []hub.Problem) (rest []hub.Problem) {
	for _, p := range list {
		if p.Code != hub.ProblemValueMayMiss {
			rest = append(rest, p)
		}
	}
	return rest
}

// flowLines are the journal's lines of a flow: "PROBLEMS →ERROR NOTICE".
func flowLines(t *testing.T, h *hubtest.Hub, subject hub.Subject, key int64) (lines []string) {
	t.Helper()
	changes, err := h.DB.ChangesAfter(t.Context(), 0, 10_000)
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range changes {
		if c.Subject == subject && c.Key == key {
			lines = append(lines, fmt.Sprintf("%s %s→%s %s", c.Aspect, c.From, c.To, c.Cause.Code))
		}
	}
	return lines
}

func wantLines(t *testing.T, h *hubtest.Hub, subject hub.Subject, key int64, want ...string) {
	t.Helper()
	if got := strings.Join(flowLines(t, h, subject, key), "\n"); got != strings.Join(want, "\n") {
		t.Errorf("the journal says\n%s\nwant\n%s", got, strings.Join(want, "\n"))
	}
}

func pausedBy(t *testing.T, h *hubtest.Hub, flow int64) *hub.Reason {
	t.Helper()
	f, err := h.DB.Flow(t.Context(), h.Admin, flow)
	if err != nil {
		t.Fatal(err)
	}
	return f.Paused
}

func TestSavingAndEnablingAFlowAskTheConnectorAboutItsTargets(t *testing.T) {
	scene(t, nil, func(t *testing.T, h *hubtest.Hub, a *hubtest.Assignment) {
		p := behind(h)
		in := hubtest.AssignmentFlow(a.Reader.Consumer.Key, a.Integration.Key)
		(*in.Targets)[0].Mapping = append((*in.Targets)[0].Mapping[:6], hub.MappingEntry{Field: "code", Position: 7})
		p.become(func(p *shelf) { p.variables = 6 })
		draft, err := h.Engine.FlowCreate(t.Context(), h.Admin, in)
		if err != nil {
			t.Fatalf("a draft may have problems: %v", err)
		}
		wantProblems(t, h, draft.Key, "VALUE_UNKNOWN targets.0.mapping.6", "")
		asked := p.times()
		wantProblems(t, h, draft.Key, "VALUE_UNKNOWN targets.0.mapping.6", "")
		if p.times() != asked {
			t.Error("reading the problems asked the connector")
		}
		if at, err := h.Engine.FlowsCheckedAt(t.Context(), h.Admin, []*hub.Flow{draft}); err != nil || at[0] == nil || !at[0].Equal(time.Now()) {
			t.Errorf("checked at %v, %v", at, err)
		}
		_, err = h.Engine.FlowEnable(t.Context(), h.Admin, draft.Key, 0)
		wantError(t, err, hub.CodeInvalid, "targets.0.mapping.6", "no such variable")
		p.become(func(p *shelf) { p.variables = 8 })
		_, err = h.Engine.FlowEnable(t.Context(), h.Admin, draft.Key, 0)
		wantError(t, err, hub.CodeInvalid, "targets.0.mapping", "missing")
		p.become(func(p *shelf) { p.variables, p.status = 7, "paused" })
		_, err = h.Engine.FlowEnable(t.Context(), h.Admin, draft.Key, 0)
		wantError(t, err, hub.CodeInvalid, "targets.0.parameters.template", "paused")
		p.become(func(p *shelf) { p.status = "" })
		if _, err := h.Engine.FlowEnable(t.Context(), h.Admin, draft.Key, 0); err != nil {
			t.Fatal(err)
		}
		wantProblems(t, h, draft.Key, "", "")
		fewer := []hub.FlowTarget{(*in.Targets)[0]}
		fewer[0].Mapping = fewer[0].Mapping[:5]
		_, err = h.Engine.FlowUpdate(t.Context(), h.Admin, draft.Key, 0, hub.FlowInput{Targets: &fewer})
		wantError(t, err, hub.CodeInvalid, "targets.0.mapping", "missing")
		if f, err := h.DB.Flow(t.Context(), h.Admin, draft.Key); err != nil || f.Version != 1 {
			t.Errorf("the refused version was kept: %+v, %v", f, err)
		}
	})
}

func TestWhatTheConnectorCannotSayKeepsNobodyFromSavingOrEnabling(t *testing.T) {
	for name, silence := range map[string]func(*hubtest.Hub, *shelf){
		"the connector is down": func(h *hubtest.Hub, _ *shelf) { h.Connector.Down() },
		"its provider is down":  func(_ *hubtest.Hub, p *shelf) { p.become(func(p *shelf) { p.down = true }) },
		"it says that it could not look": func(h *hubtest.Hub, _ *shelf) {
			h.Connector.Judge(func(hub.ActionUse) ([]hub.Problem, error) { return unread, nil })
		},
	} {
		t.Run(name, func(t *testing.T) {
			scene(t, nil, func(t *testing.T, h *hubtest.Hub, a *hubtest.Assignment) {
				p := behind(h)
				silence(h, p)
				in := hubtest.AssignmentFlow(a.Reader.Consumer.Key, a.Integration.Key)
				made, err := h.Engine.FlowCreate(t.Context(), h.Admin, in)
				if err != nil {
					t.Fatal(err)
				}
				at := "targets.0.integration"
				if strings.HasPrefix(name, "it says") {
					at = "targets.0.parameters.template"
				}
				wantProblems(t, h, made.Key, "", "UNCHECKED "+at)
				if _, err := h.Engine.FlowEnable(t.Context(), h.Admin, made.Key, 0); err != nil {
					t.Fatal(err)
				}
				if checked, err := h.Engine.FlowsCheckedAt(t.Context(), h.Admin, []*hub.Flow{made}); err != nil || checked[0] != nil {
					t.Errorf("checked at %v, %v", checked, err)
				}
				h.Connector.Up()
				h.Connector.Judge(p.judge)
				p.become(func(p *shelf) { p.down = false })
				after(hub.CheckAgain + time.Minute)
				wantProblems(t, h, made.Key, "", "")
			})
		})
	}
}

var unread = []hub.Problem{{Code: hub.ProblemUnchecked, Path: "parameters.template", Message: "the template could not be read", Severity: hub.SeverityWarning}}

func TestTheConnectorIsAskedOutsideOfTransactions(t *testing.T) {
	scene(t, nil, func(t *testing.T, h *hubtest.Hub, a *hubtest.Assignment) {
		asked := 0
		h.Connector.Judge(func(hub.ActionUse) ([]hub.Problem, error) {
			asked++
			return nil, h.DB.Write(t.Context(), func(*sqlite.Tx) error { return nil }) // it would wait for itself
		})
		if _, err := h.Engine.FlowUpdate(t.Context(), h.Admin, a.Flow.Key, 0, hub.FlowInput{Description: ptr("again")}); err != nil {
			t.Fatal(err)
		}
		if _, err := h.Engine.FlowEnable(t.Context(), h.Admin, a.Flow.Key, 0); err != nil {
			t.Fatal(err)
		}
		if asked != 2 {
			t.Errorf("it was asked %d times", asked)
		}
	})
}

func TestAFlowThatSomebodyChangesWhileItsConnectorIsAskedIsJudgedAnew(t *testing.T) {
	scene(t, nil, func(t *testing.T, h *hubtest.Hub, a *hubtest.Assignment) {
		var uses []hub.ActionUse
		h.Connector.Judge(func(use hub.ActionUse) ([]hub.Problem, error) {
			uses = append(uses, use)
			if len(uses) == 1 {
				t2 := *hubtest.AssignmentFlow(a.Reader.Consumer.Key, a.Integration.Key).Targets
				t2[0].Mapping = t2[0].Mapping[:3]
				_, err := h.DB.FlowUpdate(t.Context(), h.Admin, a.Flow.Key, 0, func(f *hub.Flow) error { f.Definition.Targets = t2; return nil })
				return nil, errors.Join(err)
			}
			return nil, nil
		})
		if _, err := h.Engine.FlowUpdate(t.Context(), h.Admin, a.Flow.Key, 0, hub.FlowInput{Description: ptr("mine")}); err != nil {
			t.Fatal(err)
		}
		if len(uses) != 2 || uses[0].Positions != 7 || uses[1].Positions != 3 {
			t.Errorf("it was asked about %+v", uses)
		}
		wantProblems(t, h, a.Flow.Key, "", "")
	})
}
