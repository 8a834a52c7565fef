package cli

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/recado-hub/recado/plugins/sdk"
)

// runQuery is one query of the file, as the suite reads it.
type runQuery struct {
	Action     string         `json:"action"`
	Parameters map[string]any `json:"parameters"`
	PageSize   int            `json:"pageSize"`
}

// query is the first one of the file, with the action left out if there is but one that has rows.
func (r *runFile) query(d *sdk.Description, cursor string, rows int64) (sdk.Query, error) {
	var say runQuery
	if len(r.Queries) > 0 {
		say = r.Queries[0]
	}
	only, all := onlyAction(d, true)
	if say.Action == "" && len(all) > 1 {
		return sdk.Query{}, fmt.Errorf("queries[0].action: say which of %s", strings.Join(all, ", "))
	}
	say.Action = cmp.Or(say.Action, only)
	if say.Parameters == nil {
		say.Parameters = map[string]any{}
	}
	parameters, err := json.Marshal(say.Parameters)
	return sdk.Query{Action: say.Action, Parameters: parameters, PageSize: say.PageSize, Cursor: cursor, Limit: rows}, err
}

// ranRows is what a query gave.
type ranRows struct {
	Rows  []json.RawMessage `json:"rows"`
	Pages int               `json:"pages"`
	// Next is the cursor to go on from; empty: the source says that there is no more, or it stopped at as many as were asked for.
	Next string `json:"next,omitempty"`
}

// errTooMany ends a query from this side: a connector must not fill the memory of who tries it.
var errTooMany = errors.New("the connector gives more rows than it was asked for (limit): a flow's preview asks for a few, and would get all")

// ask asks for rows. They are found among what went over the wire, where no secret is.
func (t trial) ask(ctx context.Context, in sdk.Integration, q sdk.Query) error {
	given := int64(0)
	return t.Query(ctx, in, q, func(p sdk.Page) error {
		if given += int64(len(p.Rows)); given > q.Limit {
			return errTooMany
		}
		return nil
	})
}

// rows are those of the query.
func (r *recorder) rows() *ranRows {
	r.mu.Lock()
	defer r.mu.Unlock()
	found := &ranRows{Rows: []json.RawMessage{}}
	for _, m := range r.wire {
		var answer struct {
			Page *struct {
				Rows []json.RawMessage `json:"rows_json"`
				Next string            `json:"next"`
			} `json:"page"`
		}
		if m.Call != "Query" || m.ToConnector || json.Unmarshal(m.Message, &answer) != nil || answer.Page == nil {
			continue
		}
		found.Rows = append(found.Rows, answer.Page.Rows...)
		found.Pages, found.Next = found.Pages+1, answer.Page.Next
	}
	return found
}

// print shows each row on a line.
func (r *ranRows) print(out io.Writer, most int64) {
	fmt.Fprintf(out, "\n%d rows in %d pages\n", len(r.Rows), r.Pages)
	for _, row := range r.Rows {
		var line bytes.Buffer
		if json.Compact(&line, row) == nil {
			fmt.Fprintf(out, "  %s\n", &line)
		}
	}
	switch {
	case r.Next != "":
		fmt.Fprintf(out, "There are more: --cursor '%s'\n", r.Next)
	case int64(len(r.Rows)) == most:
		fmt.Fprintf(out, "As many as were asked for; there may be more: --rows %d\n", 10*most)
	}
}

// lookUp asks what became of a delivery: ID, or ID=PROVIDER-ID if the provider told its own.
func (t trial) lookUp(ctx context.Context, in sdk.Integration, which string) (*sdk.LookupAnswer, error) {
	id, provider, _ := strings.Cut(which, "=")
	sent := time.Now().Add(-time.Hour)
	found, err := t.Lookup(ctx, in, sdk.LookupQuery{Items: []sdk.LookupItem{{DeliveryID: id, ProviderID: provider, Recipient: t.file.Delivery.Recipient, SentAt: sent}}})
	if err != nil {
		return nil, err
	}
	for i := range found.Answers {
		if found.Answers[i].DeliveryID == id {
			return &found.Answers[i], nil
		}
	}
	return nil, fmt.Errorf("the connector has no answer about %s; the hub would ask again", id)
}

// ranLookup is what became of a delivery, in short.
type ranLookup struct {
	State      sdk.LookupState   `json:"state"`
	ProviderID string            `json:"providerId,omitempty"`
	Status     sdk.ReceiptStatus `json:"status,omitempty"` // how far it is, by the last receipt
	Message    string            `json:"message,omitempty"`
}

func (r *recorder) fate(a *sdk.LookupAnswer) *ranLookup {
	if a == nil {
		return nil
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	f := &ranLookup{State: a.State, ProviderID: r.clean(a.ProviderID), Message: r.clean(a.Message)}
	if n := len(a.Receipts); n > 0 {
		f.Status, f.Message = a.Receipts[n-1].Status, cmp.Or(f.Message, r.clean(a.Receipts[n-1].Message))
	}
	return f
}
