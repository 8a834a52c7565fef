package hubtest

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"sync"

	"github.com/recado-hub/recado/internal/hub"
)

// Show has a function say what would be sent; nil has the fake say it by itself again.
func (c *Connector) Show(fn func(context.Context, hub.Handover) (*hub.MessagePreview, error)) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.preview = fn
}

// Preview says that the values would be sent with a comma between them. As the first destination does, it takes line breaks
// out of values and refuses empty ones. It is UNAVAILABLE while the connector is not READY.
func (c *Connector) Preview(ctx context.Context, _ hub.OpenIntegration, d hub.Handover) (*hub.MessagePreview, error) {
	c.mu.Lock()
	err, own := c.down(), c.preview
	c.mu.Unlock()
	if err != nil {
		return nil, err
	}
	if own != nil {
		return own(ctx, d)
	}
	p := &hub.MessagePreview{Recipient: d.Recipient, Text: strings.Join(d.Values, ", ")}
	for i, v := range d.Values {
		at := fmt.Sprintf("values[%d]", i+1)
		if one := strings.ReplaceAll(v, "\n", " "); one != v {
			p.Adjusted = append(p.Adjusted, hub.Adjustment{Path: at, Reason: "WHITESPACE_COLLAPSED", Sent: one})
		}
		if v == "" {
			p.Problems = append(p.Problems, hub.Problem{Code: "EMPTY", Path: at, Message: "is empty"})
		}
	}
	p.Request, err = json.Marshal(map[string]any{"to": d.Recipient, "values": d.Values})
	return p, err
}

// Judge has a function judge intended uses of an action; nil has the fake find nothing wrong.
func (c *Connector) Judge(fn func(hub.ActionUse) ([]hub.Problem, error)) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.judge = fn
}

// Hanging has a connector of another name be there beside this one, with the same actions, that answers nothing when it is asked about a flow.
func (c *Connector) Hanging(name string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.hangs = name
}

// Hung is how often the one that hangs was asked, and how often at most at once.
func (c *Connector) Hung() (times, atOnce int) {
	c.hung.mu.Lock()
	defer c.hung.mu.Unlock()
	return c.hung.times, c.hung.most
}

// hung counts questions that are never answered.
type hung struct {
	mu               sync.Mutex
	times, now, most int
}

func (h *hung) begin() {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.times, h.now = h.times+1, h.now+1
	h.most = max(h.most, h.now)
}

func (h *hung) end() {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.now--
}

// CheckAction finds what [Connector.Judge] says; it is UNAVAILABLE while the connector is not READY.
func (c *Connector) CheckAction(ctx context.Context, in hub.OpenIntegration, use hub.ActionUse) ([]hub.Problem, error) {
	c.mu.Lock()
	err, judge, hangs := c.down(), c.judge, c.hangs
	c.mu.Unlock()
	if hangs != "" && in.Connector == hangs {
		c.hung.begin()
		<-ctx.Done()
		c.hung.end()
		return nil, &hub.Error{Code: hub.CodeUnavailable, Message: "the connector did not answer in time"}
	}
	if err != nil || judge == nil {
		return nil, err
	}
	return judge(use)
}

// Strange makes a connector that has not described itself yet, as each one is when the hub starts; [Connector.Up] has it do so.
func (c *Connector) Strange() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = hub.Connector{Name: c.now.Name, State: hub.ConnectorStarting, ConnectorProcess: c.now.ConnectorProcess}
}

// Know has a function answer lookups, and the connector say that it can be asked; nil takes that back.
func (c *Connector) Know(fn func([]hub.LookupItem) ([]hub.LookupAnswer, error)) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.lookup, c.now.Capabilities.Lookup = fn, fn != nil
}

// Lookup answers what [Connector.Know] says; it is UNAVAILABLE while the connector is not READY.
func (c *Connector) Lookup(_ context.Context, _ hub.OpenIntegration, items []hub.LookupItem) ([]hub.LookupAnswer, error) {
	c.mu.Lock()
	err, lookup := c.down(), c.lookup
	c.mu.Unlock()
	switch {
	case err != nil:
		return nil, err
	case lookup == nil:
		return nil, &hub.Error{Code: hub.CodeNotFound, Message: "the connector cannot be asked what became of messages"}
	}
	return lookup(items)
}

// Rows makes the connector a source, too, whose action read_rows has the parameter site and answers what the function says.
func (c *Connector) Rows(fn func(hub.SourceQuery) ([]json.RawMessage, error)) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.rows = fn
	c.now.Sources = []hub.ConnectorSource{{Key: "read_rows", Title: hub.Labels{"en": "Read rows"},
		Parameters: hub.Schema{JSON: json.RawMessage(`{"type":"object","properties":{"site":{"type":"string"}},"additionalProperties":false}`)}}}
}

// Query answers as Rows says, a row in a page.
func (c *Connector) Query(_ context.Context, _ hub.OpenIntegration, q hub.SourceQuery, page func([]json.RawMessage) error) error {
	c.mu.Lock()
	fn, err := c.rows, c.down()
	c.mu.Unlock()
	if err != nil || fn == nil {
		return err
	}
	rows, err := fn(q)
	for _, row := range rows {
		if err := page([]json.RawMessage{row}); err != nil {
			return err
		}
	}
	return err
}
