package sdk_test

import (
	"context"
	"encoding/json"
	"net/http"
	"sync"
	"sync/atomic"
	"time"

	"github.com/recado-hub/recado/plugins/sdk"
)

// plain is a connector that can do nothing but describe itself.
type plain struct{ d sdk.Description }

func (p plain) Describe(context.Context) (sdk.Description, error) { return p.d, nil }

// destination sends as its function says.
type destination struct {
	plain
	open   func(sdk.Integration) error
	send   func(context.Context, sdk.Delivery) sdk.Outcome
	closed atomic.Int32
}

func (c *destination) Open(_ context.Context, in sdk.Integration) (sdk.Sender, error) {
	if c.open != nil {
		if err := c.open(in); err != nil {
			return nil, err
		}
	}
	return sender{c}, nil
}

type sender struct{ c *destination }

func (s sender) Send(ctx context.Context, d sdk.Delivery) sdk.Outcome { return s.c.send(ctx, d) }
func (s sender) Close() error                                         { s.c.closed.Add(1); return nil }

// full has every ability, and keeps what it was asked.
type full struct {
	destination
	mu    sync.Mutex
	asked []any
	err   error
}

func (c *full) keep(v ...any) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.asked = v
	return c.err
}

var (
	someProblem = sdk.Problem{Code: "EMPTY", Path: "settings.url", Message: "is empty", NextStep: "fill it in", Severity: sdk.SeverityWarning}
	someTime    = time.UnixMilli(1_790_000_000_123).UTC()
	someReceipt = sdk.Receipt{
		ProviderID: "p1", DeliveryID: "dlv_1", Status: sdk.Failed, At: someTime, Recipient: "+351910000000", Detail: map[string]string{"a": "b"},
		Code: "131026", Message: "undeliverable", NextStep: "check the number", Kind: sdk.Rejected, Scope: sdk.ScopeRecipient,
		RetryAfter: time.Second, Suppress: sdk.SuppressForever, Limit: "pair", SuppressCategory: "marketing", MostAttempts: 3,
	}
)

func (c *full) Check(_ context.Context, in sdk.Integration) ([]sdk.Problem, error) {
	return []sdk.Problem{someProblem}, c.keep(in)
}

func (c *full) CheckAction(_ context.Context, in sdk.Integration, use sdk.ActionUse) ([]sdk.Problem, error) {
	return []sdk.Problem{someProblem}, c.keep(in, use)
}

func (c *full) Preview(_ context.Context, in sdk.Integration, d sdk.Delivery) (sdk.Preview, error) {
	return sdk.Preview{
		Text: "Hi Ana", Recipient: "+351910000000", Request: json.RawMessage(`{"a":1}`), Problems: []sdk.Problem{someProblem},
		Adjusted: []sdk.Adjustment{{Path: "values[1]", Reason: sdk.Shortened, Sent: "x"}},
	}, c.keep(in, d)
}

func (c *full) Receive(_ context.Context, in sdk.Integration, cb sdk.Callback) (sdk.Reception, error) {
	return sdk.Reception{
		Verified: true, Status: http.StatusOK, Header: map[string]string{"Content-Type": "text/plain"}, Body: []byte("ok"),
		Receipts: []sdk.Receipt{someReceipt},
		Notices: []sdk.Notice{{
			Kind: sdk.ActionChanged, At: someTime, Recipient: "r", Category: "marketing", Action: "a",
			Parameters: json.RawMessage(`{"t":1}`), Problems: []sdk.Problem{someProblem}, Detail: map[string]string{"x": "y"},
			Settings: json.RawMessage(`{"s":1}`),
		}},
	}, c.keep(in, cb)
}

func (c *full) Lookup(_ context.Context, in sdk.Integration, q sdk.LookupQuery) (sdk.Lookup, error) {
	return sdk.Lookup{Answers: []sdk.LookupAnswer{{
		DeliveryID: "dlv_1", State: sdk.LookupFound, ProviderID: "p1", Receipts: []sdk.Receipt{someReceipt}, Message: "there",
	}}}, c.keep(in, q)
}

func (c *full) Query(_ context.Context, in sdk.Integration, q sdk.Query, page func(sdk.Page) error) error {
	for _, p := range []sdk.Page{
		{Rows: []json.RawMessage{json.RawMessage(`{"n":1}`), json.RawMessage(`{"n":2}`)}, Next: "2", Total: 3},
		{Rows: []json.RawMessage{json.RawMessage(`{"n":3}`)}, Total: -1},
	} {
		if err := page(p); err != nil {
			return err
		}
	}
	return c.keep(in, q)
}

func accept(_ context.Context, d sdk.Delivery) sdk.Outcome {
	return sdk.Outcome{Kind: sdk.Accepted, ProviderID: "p-" + d.ID}
}

func someDelivery(id string) sdk.Delivery {
	return sdk.Delivery{
		ID: id, Attempt: 1, Action: "wo_assignment_pt_BR", Parameters: json.RawMessage(`{"template":"wo_assigned"}`),
		Recipient: "+351910000000", Language: "pt-BR", FlowID: "flw_1", Deadline: time.Now().Add(time.Minute).Truncate(time.Millisecond).UTC(),
		Trace: sdk.Trace{Parent: "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01", State: "congo=t61rcWkgMzE"},
		Values: []sdk.Value{
			{Position: 1, Text: "Jonas Campos"}, {Position: 2, Text: "OT-1496"}, {Position: 3, Text: "Trocar o filtro de óleo"},
			{Position: 4, Text: "2026-11-22 09:00"}, {Position: 5, Text: "Ana"}, {Position: 6, Text: "Jonas Campos"}, {Position: 7, Text: "Compressor 3 { CMP-3 }"},
		},
	}
}
