package host

import (
	"context"
	"encoding/json"
	"errors"
	"time"

	"github.com/recado-hub/recado/internal/hub"
	"github.com/recado-hub/recado/plugins/sdk"
)

// queryTimeout is how long a connector may take for all rows of a source, when the caller sets no deadline of its own.
const queryTimeout = 5 * time.Minute

// mostEmptyPages is how many pages in a row may have no rows: a source may pass over many, and one whose paging never ends gives nothing else.
const mostEmptyPages = 1000

// errEmptyPages ends the reading of a source whose paging does not seem to end.
var errEmptyPages = errors.New("too many pages without rows")

// bounded hands on pages until one of them is an error, or too many in a row have no rows.
func bounded(page func([]json.RawMessage) error) func(sdk.Page) error {
	empty := 0
	return func(p sdk.Page) error {
		if empty++; len(p.Rows) > 0 {
			empty = 0
		}
		if empty > mostEmptyPages {
			return errEmptyPages
		}
		return page(p.Rows)
	}
}

// Query asks a source connector for rows and hands on each page of them in turn; an error of page ends it and is returned as it is. Errors
// are NOT_FOUND for a connector that is no source; INVALID, with Problems, when it cannot use the integration's settings or the query;
// UNAVAILABLE when it is down, too slow or failed, with RetryAfter if it says when to ask again; or ctx's own when that is cancelled.
func (h *Host) Query(ctx context.Context, in hub.OpenIntegration, q hub.SourceQuery, page func([]json.RawMessage) error) error {
	p, err := h.process(in.Connector)
	if err != nil {
		return err
	}
	asking, cancel := context.WithTimeout(ctx, queryTimeout)
	defer cancel()
	p.c.redact.learn(&in)
	var stopped error
	err = p.rpc.Query(asking, integrationToSDK(&in), sdk.Query{Action: q.Action, Parameters: q.Parameters, Limit: int64(q.Limit)}, bounded(func(rows []json.RawMessage) error {
		stopped = page(rows)
		return stopped
	}))
	var settings *sdk.SettingsError
	var later *sdk.RetryError
	switch {
	case stopped != nil:
		return stopped
	case err == nil:
		return nil
	case errors.Is(err, errEmptyPages):
		return unavailable("the connector %s gave %d pages in a row without a row, and was stopped; look at how its source ends its pages", p.c.name, mostEmptyPages)
	case errors.Is(err, sdk.ErrUnimplemented):
		return &hub.Error{Code: hub.CodeNotFound, Message: "the connector " + p.c.name + " is no source"}
	case errors.As(err, &later):
		e := unavailable("the connector %s cannot answer now: %s", p.c.name, hub.Clip(p.c.redact.text(later.Message), 300))
		e.RetryAfter = later.After
		return e
	case errors.As(err, &settings):
		return hub.WithProblems(p.c.told(settings.Problems))
	}
	return p.c.callError(ctx, err)
}
