package engine

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/recado-hub/recado/internal/hub"
	"github.com/recado-hub/recado/internal/mapping"
	"github.com/recado-hub/recado/internal/sqlite"
)

// FlowTest sends one real message of a flow to a recipient that the caller names: of the first row that passes the flow's
// filter. It goes the way of any other message, and its execution and delivery are marked as a test. The flow need not be
// enabled, but must have no problems; whoever is named in the records is not messaged. The caller needs what enabling the
// flow needs: EDIT on automator/fracttal_hub and every right with which the flow reads. The same id again by the same consumer
// returns the first test; with another input it is a CONFLICT. It is a CONFLICT, too, while the flow or its integration is
// paused, and UNAVAILABLE after [hub.TestsAMinute] tests of the caller, or to the recipient, within a minute.
func (e *Engine) FlowTest(ctx context.Context, c hub.Caller, key int64, in hub.TestInput) (_ *hub.FlowTest, err error) {
	ctx, span := e.door(ctx, "flowTest")
	defer func() { closeDoor(span, err) }()
	if err := c.Need(hub.RowHub, hub.Edit); err != nil {
		return nil, err
	}
	if err := checkTest(in); err != nil {
		return nil, err
	}
	if e.draining.Load() {
		return nil, errDraining
	}
	for {
		out, err := e.flowTest(ctx, c, key, in)
		switch {
		case errors.Is(err, errStale):
			continue
		case err != nil:
			return nil, err
		}
		e.nudge()
		if !c.May(hub.RowHub, hub.See) { // as a link to them would be
			out.Execution, out.Delivery = nil, nil
		}
		return out, e.db.Disclose(ctx, c, out.Execution, out.Delivery)
	}
}

func checkTest(in hub.TestInput) error {
	switch {
	case in.Sample.Empty():
		return hub.Invalid("on", "say on what the flow is to be tested: an occurrence, a record or a sample")
	case in.Target < 0:
		return hub.Invalid("target", "targets count from 0")
	case in.Recipient == "":
		return hub.Invalid("recipient", "say to whom the test message is to go")
	case len(in.Recipient) > hub.MaxAttribute:
		return hub.Invalid("recipient", "a recipient can have at most %d bytes", hub.MaxAttribute)
	}
	return checkRunInput(&hub.FlowRunInput{ID: in.ID})
}

// testMessage is a test message that is about to be made.
type testMessage struct {
	e         *Engine
	c         hub.Caller
	flow      *hub.Flow
	program   *program
	in        hub.TestInput
	hash      []byte
	row       *row
	subject   string
	recipient string
	values    []string
}

func (e *Engine) flowTest(ctx context.Context, c hub.Caller, key int64, in hub.TestInput) (*hub.FlowTest, error) {
	rules := e.now()
	f, err := e.db.FlowNow(ctx, key)
	if err != nil {
		return nil, err
	}
	t := &testMessage{e: e, c: c, flow: f, in: in}
	if err := e.mayUse(c, f); err != nil {
		return nil, err
	}
	if t.hash, err = testHash(in); err != nil {
		return nil, err
	}
	if in.ID != "" { // before anything is judged that may have changed since the first time
		was, err := e.db.ExecutionOfRun(ctx, key, c.Consumer.Key, in.ID)
		if err != nil {
			return nil, err
		}
		if was != nil {
			return t.repeated(ctx, was)
		}
	}
	if err := t.prepare(ctx, rules); err != nil {
		return nil, err
	}
	out := &hub.FlowTest{}
	err = e.attempt(ctx, rules, func(tx *sqlite.Tx, hand *handOver) error {
		was, err := tx.ExecutionOfRun(key, c.Consumer.Key, in.ID)
		switch {
		case err != nil:
			return err
		case was != nil && in.ID != "":
			return errStale // somebody was faster: it is a repeat
		}
		return t.send(ctx, tx, rules, out, hand)
	})
	return out, err
}

// target is the one whose message it is.
func (t *testMessage) target() *hub.FlowTarget { return &t.flow.Definition.Targets[t.in.Target] }

// testHash tells a repeat from another test under the same id.
func testHash(in hub.TestInput) ([]byte, error) {
	in.ID = ""
	text, err := json.Marshal(in)
	if err != nil {
		return nil, hub.Invalid("on.sample", "the data cannot be written as JSON")
	}
	sum := sha256.Sum256(text)
	return sum[:], nil
}

// repeated is the answer to a test that was asked for before.
func (t *testMessage) repeated(ctx context.Context, was *hub.Execution) (*hub.FlowTest, error) {
	if !was.Test || !bytes.Equal(was.RunHash, t.hash) {
		return nil, hub.Conflict("idempotencyKey", "you ran or tested this flow under this key before, with another input (%s); use a new key for a new test", was.ID())
	}
	out := &hub.FlowTest{Execution: was, Repeat: true}
	if !t.c.May(hub.RowHub, hub.See) {
		return out, nil
	}
	list, err := t.e.db.DeliveriesOf(ctx, t.c, []int64{was.Key})
	if err == nil && len(list[was.Key]) > 0 {
		out.Delivery = list[was.Key][0]
	}
	return out, err
}

// prepare judges the flow and makes the message.
func (t *testMessage) prepare(ctx context.Context, rules *rules) (err error) {
	e, f := t.e, t.flow
	if f.ArchivedAt != nil {
		return hub.Conflict("id", "the flow %q is archived and runs no more; make a new one", hub.Clip(f.Description, 60))
	}
	if err := e.mustBeSound(ctx, t.c, f); err != nil {
		return err
	}
	if n := len(f.Definition.Targets); t.in.Target >= n {
		return hub.Invalid("target", "the flow has %d targets, which count from 0", n)
	}
	if err := t.paused(ctx, rules); err != nil {
		return err
	}
	if t.program, err = e.program(ctx, f.Key, f.Version); err != nil {
		return err
	}
	if err := t.find(ctx); err != nil {
		return err
	}
	normal, err := e.normal(ctx, &f.Definition, t.in.Target)
	if err != nil {
		return err
	}
	if t.recipient, err = normal(t.in.Recipient); err != nil {
		return hub.Invalid("recipient", "%v", err)
	}
	values, problems := t.program.mapping[t.in.Target].Apply(t.row, nil)
	if t.values = values; len(problems) > 0 {
		return t.unmade(problems)
	}
	return t.row.fault()
}

// unmade says which values of the message could not be made.
func (t *testMessage) unmade(wrong []mapping.Problem) error {
	var list []hub.Problem
	for _, q := range wrong {
		list = append(list, hub.Problem{Code: hub.ProblemMappingInvalid, Path: mappingPath(t.target(), t.in.Target, q.Entry), Message: q.Message,
			NextStep: "test the flow on something that has the value"})
	}
	return hub.WithProblems(list)
}

// paused refuses a test whose message would wait until somebody mends something.
func (t *testMessage) paused(ctx context.Context, rules *rules) error {
	if t.e.pauses.queue.Load() {
		return hub.Conflict("id", "the queue is paused; resume it (queueResume) and test the flow again")
	}
	if t.flow.Paused != nil {
		why := &hub.Reason{Code: t.flow.Paused.Code}
		if t.c.May(hub.RowHub, hub.See) {
			shown, err := t.e.db.Flow(ctx, t.c, t.flow.Key)
			if err != nil {
				return err
			}
			why = shown.Paused
		}
		return hub.Conflict("id", "the flow is paused: %s; mend that, resume it (flowResume) and test it again", because(why))
	}
	in, err := t.e.integration(ctx, rules, t.target().IntegrationKey)
	if err != nil || in == nil || in.State != hub.IntegrationPaused {
		return err
	}
	own := *in.Integration
	if err := t.e.db.DiscloseIntegration(ctx, t.c, &own); err != nil {
		return err
	}
	if in.Pause != nil {
		return hub.Conflict("id", "the integration is paused: %s; resume it (integrationResume) and test the flow again", because(own.Reason))
	}
	return hub.Conflict("id", "the integration is paused: %s; mend that, check it (integrationCheck) and test the flow again", because(own.Reason))
}

// because is a reason in words, as far as the caller may read them.
func because(r *hub.Reason) string {
	switch {
	case r == nil:
		return "-"
	case r.Message == "":
		return string(r.Code)
	}
	return r.Message
}

// find looks for the first row that passes the flow's filter, as a real execution finds it.
func (t *testMessage) find(ctx context.Context) error {
	on, err := t.e.tried(ctx, t.c, t.in.Sample)
	if err != nil {
		return err
	}
	if err := on.fits(t.program); err != nil {
		return err
	}
	now := time.Now()
	exec := newExecution(t.flow, hub.StartedByHand, now)
	s := startedBy{exec: exec, rows: on.of(t.program.records)}
	if exec.Rows = names(s.rows); on.occurrence != nil {
		t.subject = on.occurrence.Subject
	}
	exec.Subject = t.subject
	r := t.e.rehearsal(ctx, exec, on, now)
	all, err := r.candidates(ctx, t.program, s)
	switch {
	case err != nil:
		return err
	case exec.Reason != nil:
		return hub.Invalid("on", "%s", exec.Reason.Message)
	}
	t.row = all.rows[0]
	return nil
}

// send makes the execution with its one delivery, and starts it.
func (t *testMessage) send(ctx context.Context, tx *sqlite.Tx, rules *rules, out *hub.FlowTest, hand *handOver) error {
	now := tx.Now()
	if err := t.mayTest(tx, now); err != nil {
		return err
	}
	exec := newExecution(t.flow, hub.StartedByHand, now)
	exec.Test, exec.RunID, exec.RunHash, exec.StartedByKey = true, t.in.ID, t.hash, t.c.Consumer.Key
	exec.Reading, exec.DueAt, exec.StartedAt = false, &now, &now
	exec.Subject, exec.Rows, exec.Trace = t.subject, []string{t.row.name}, hub.TraceFrom(ctx)
	target := t.target()
	r := t.e.newRun(tx, exec, hub.Reason{Code: hub.ReasonManual, By: t.c.Consumer.ID()})
	it := &item{made: true, Delivery: &hub.Delivery{Key: hub.NewKey(now), ExecutionKey: exec.Key, FlowKey: t.flow.Key, FlowVersion: t.flow.Version,
		IntegrationKey: target.IntegrationKey, Target: t.in.Target, Record: t.row.name, Action: target.Action, Recipient: t.recipient, Values: slices.Clone(t.values), State: hub.Pending,
		DueAt: &now, CreatedAt: now, UpdatedAt: now, Test: true}}
	r.items = append(r.items, it)
	r.line(hub.SubjectDelivery, it.Key, hub.AspectState, "", string(hub.Pending), hub.Reason{Code: hub.ReasonManual})
	if err := tx.Audit(t.c, hub.AuditEntry{Kind: hub.AuditStarted, Subject: hub.AuditFlow, SubjectKey: t.flow.Key, SubjectName: t.flow.Description,
		Changes: []hub.AuditChange{hub.AuditMove("execution", "", exec.ID()), hub.AuditMove("test.recipient", "", t.recipient)}}); err != nil {
		return err
	}
	if err := t.e.startNow(ctx, rules, r, nil, hand); err != nil {
		return err
	}
	own, delivery := *exec, *it.Delivery // the engine goes on with the others
	out.Execution, out.Delivery = &own, &delivery
	return nil
}

// mayTest refuses one test too many: nobody is to make a gateway of them.
func (t *testMessage) mayTest(tx *sqlite.Tx, now time.Time) error {
	mine, theirs, err := tx.TestsSince(t.c.Consumer.Key, t.recipient, now.Add(-time.Minute))
	if err != nil || mine < hub.TestsAMinute && theirs < hub.TestsAMinute {
		return err
	}
	return &hub.Error{Code: hub.CodeUnavailable, Path: "recipient",
		Message: fmt.Sprintf("you sent %d test messages within a minute, or as many went to this recipient; wait a minute", hub.TestsAMinute)}
}
