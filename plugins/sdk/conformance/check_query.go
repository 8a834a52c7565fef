package conformance

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/recado-hub/recado/plugins/sdk"
)

func queryChecks() []Check {
	return []Check{
		{"query/pages", "rows come in pages of at most the size that was asked for, and the last page has no cursor",
			"the hub reads to the last page; a page that is too large is more than it has room for", secContract, queryPages},
		{"query/rows", "every row is an object that fits the row's JSON Schema",
			"terms and mappings are built on the declared fields", secDescribe, queryRows},
		{"query/cursor", "from the cursor of a page on, the rest comes",
			"a hub that was interrupted goes on from there", secContract, queryCursor},
		{"query/limit", "no more rows come than were asked for",
			"a preview asks for one row", secContract, queryLimit},
		{"query/cancel", "a query that is cancelled ends, and the connector goes on",
			"the hub cancels when it has what it needs or is told to stop", secContract, queryCancel},
		{"query/unknown", "a query of an action that does not exist is an error",
			"no rows would mean that there is nothing to tell anybody", secContract, queryUnknown},
		{"query/memory", "a slow reader does not fill the connector's memory",
			"the hub reads at its own pace; a connector holds a page or two", secContract, queryMemory},
	}
}

// source ends the check of what sends only, and gives each query to ask.
func (t *T) source(each func(c *sdk.Client, q sdk.Query)) {
	t.without("Query", t.description().Capabilities.Query)
	c, e := t.use()
	if len(e.Queries) == 0 {
		t.skip("the suite knows no query: say one in the configuration (queries)")
	}
	for _, q := range e.Queries {
		each(c, q)
	}
}

// errEnough ends a query from this side.
var errEnough = errors.New("enough")

// mostPages are read of one query: a source need not be read to its end.
const mostPages = 50

func (t *T) pages(c *sdk.Client, q sdk.Query) (pages []sdk.Page, whole bool) {
	ctx, cancel := t.patient()
	defer cancel()
	err := c.Query(ctx, t.example.Integration, q, func(p sdk.Page) error {
		pages = append(pages, p)
		if len(pages) == mostPages {
			return errEnough
		}
		return nil
	})
	if err != nil && !errors.Is(err, errEnough) {
		t.stop("%s: after %d pages: %v", q.Action, len(pages), err)
	}
	return pages, err == nil
}

func rowsOf(pages []sdk.Page) (rows []json.RawMessage) {
	for _, p := range pages {
		rows = append(rows, p.Rows...)
	}
	return rows
}

func queryPages(t *T) {
	t.source(func(c *sdk.Client, q sdk.Query) {
		pages, whole := t.pages(c, q)
		rows := rowsOf(pages)
		if len(rows) == 0 {
			t.skip("%s has no rows: give the suite a query that has some (queries)", q.Action)
		}
		cursors := map[string]bool{}
		for i, p := range pages {
			if len(p.Rows) > q.PageSize {
				t.fail("%s: page %d has %d rows, and page_size was %d", q.Action, i+1, len(p.Rows), q.PageSize)
			}
			if last := whole && i == len(pages)-1; last != (p.Next == "") {
				t.fail("%s: page %d of %d has the cursor %q: the last page has none, every other one has", q.Action, i+1, len(pages), p.Next)
			}
			if p.Next != "" && cursors[p.Next] {
				t.fail("%s: page %d has the cursor of an earlier page: whoever goes on from it never ends", q.Action, i+1)
			}
			cursors[p.Next] = true
			if whole && p.Total >= 0 && p.Total != int64(len(rows)) && p.Total != 0 {
				t.fail("%s: page %d says %d rows in all, and %d came: say -1 if it is not known", q.Action, i+1, p.Total, len(rows))
			}
		}
	})
}

func queryRows(t *T) {
	t.source(func(c *sdk.Client, q sdk.Query) {
		action, _ := t.d.Action(q.Action)
		pages, _ := t.pages(c, q)
		for i, row := range rowsOf(pages) {
			var o map[string]any
			if err := json.Unmarshal(row, &o); err != nil {
				t.fail("%s: row %d is no JSON object: %v", q.Action, i+1, err)
				continue
			}
			if len(action.Rows.JSON) == 0 {
				continue
			}
			if err := fits(action.Rows.JSON, row); err != nil {
				t.fail("%s: row %d does not fit the declared JSON Schema: %v", q.Action, i+1, err)
			}
		}
	})
}

func queryCursor(t *T) {
	t.source(func(c *sdk.Client, q sdk.Query) {
		pages, whole := t.pages(c, q)
		if !whole || len(pages) < 2 || pages[0].Next == "" {
			t.skip("%s has one page, or more than %d: give the suite a query with a few pages (queries)", q.Action, mostPages)
		}
		q.Cursor = pages[0].Next
		rest, _ := t.pages(c, q)
		if got, want := fmt.Sprintf("%s", rowsOf(rest)), fmt.Sprintf("%s", rowsOf(pages[1:])); got != want {
			t.fail("%s: from the cursor %q on %d rows came, and after that page there were %d; or they are others", q.Action, q.Cursor,
				len(rowsOf(rest)), len(rowsOf(pages[1:])))
		}
	})
}

func queryLimit(t *T) {
	t.source(func(c *sdk.Client, q sdk.Query) {
		q.Limit = 1
		pages, _ := t.pages(c, q)
		if n := len(rowsOf(pages)); n > 1 {
			t.fail("%s: limit was 1, and %d rows came", q.Action, n)
		}
	})
}

func queryCancel(t *T) {
	t.source(func(c *sdk.Client, q sdk.Query) {
		for range 3 {
			ctx, cancel := context.WithCancel(t)
			began := time.Now()
			err := c.Query(ctx, t.example.Integration, q, func(sdk.Page) error { cancel(); return errEnough })
			cancel()
			if err != nil && !errors.Is(err, errEnough) && !errors.Is(err, context.Canceled) {
				t.fail("%s: %v", q.Action, err)
			}
			if took := time.Since(began); took > t.options.Patience {
				t.fail("%s: the first page took %s", q.Action, took)
			}
		}
		if pages, _ := t.pages(c, q); len(pages) == 0 {
			t.fail("%s: after three queries were cancelled, one gave no page", q.Action)
		}
	})
}

func queryUnknown(t *T) {
	t.source(func(c *sdk.Client, q sdk.Query) {
		q.Action = noSuchAction
		ctx, cancel := t.patient()
		defer cancel()
		if err := c.Query(ctx, t.example.Integration, q, func(sdk.Page) error { return nil }); err == nil {
			t.fail("the action %q does not exist, and its query ended without an error", noSuchAction)
		}
	})
}

// Of a source this slowly read, nobody needs more memory than that.
const (
	mostQueryMemory = 64 << 20
	slowRead        = 500 * time.Millisecond
)

func queryMemory(t *T) {
	t.without("Query", t.description().Capabilities.Query)
	p := t.process()
	before := t.memory(p)
	t.source(func(c *sdk.Client, q sdk.Query) {
		first := true
		q.PageSize = 0
		ctx, cancel := t.patient()
		defer cancel()
		err := c.Query(ctx, t.example.Integration, q, func(sdk.Page) error {
			if !first {
				return errEnough
			}
			first = false
			pause(ctx, slowRead) // long enough for whoever reads ahead to read ahead
			return nil
		})
		if err != nil && !errors.Is(err, errEnough) {
			t.stop("%s: %v", q.Action, err)
		}
		if grown := t.memory(p) - before; grown > mostQueryMemory {
			t.fail("%s: while one page was being read for %s, the process grew by %d MB", q.Action, slowRead, grown>>20)
		}
	})
}
