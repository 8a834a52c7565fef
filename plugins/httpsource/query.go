package httpsource

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/recado-hub/recado/plugins/sdk"
)

// mostPages bounds one query, so that an endpoint that never comes to an end does not keep it for ever.
const mostPages = 10_000

// Query reads the endpoint's rows, page by page.
func (c *connector) Query(ctx context.Context, in sdk.Integration, q sdk.Query, page func(sdk.Page) error) error {
	s, found := c.parse(in)
	if len(found) > 0 {
		return &sdk.SettingsError{Problems: found}
	}
	p, found := parseParameters(q.Action, q.Parameters)
	if len(found) > 0 {
		return &sdk.SettingsError{Problems: found}
	}
	if q.PageSize > 0 && q.PageSize < p.PageSize {
		p.PageSize = q.PageSize
	}
	r := &reader{c: c, s: s, p: p, q: q, page: page, first: p.target(s.address)}
	r.between()
	if err := r.goOn(q.Cursor); err != nil {
		return err
	}
	for range mostPages {
		more, err := r.next(ctx)
		if err != nil || !more {
			return err
		}
	}
	return fmt.Errorf("the endpoint has more than %d pages; narrow the query", mostPages)
}

// reader is one query under way.
type reader struct {
	c     *connector
	s     *settings
	p     *parameters
	q     sdk.Query
	page  func(sdk.Page) error
	first *url.URL
	place string // of the next page: what the endpoint's paging counts by; empty at the beginning
	given int64  // rows so far
	wait  time.Duration
}

// between puts the times of the query into the endpoint's own parameters, if it has any.
func (r *reader) between() {
	values := r.first.Query()
	for name, at := range map[string]time.Time{r.p.SinceName: r.q.Since, r.p.UntilName: r.q.Until} {
		if name != "" && !at.IsZero() {
			values.Set(name, at.UTC().Format(time.RFC3339))
		}
	}
	r.first.RawQuery = values.Encode()
}

// goOn continues at a page's cursor, which says the kind of paging and the place.
func (r *reader) goOn(cursor string) error {
	if cursor == "" {
		return nil
	}
	kind, place, ok := strings.Cut(cursor, ":")
	if !ok || kind != r.p.Paging {
		return errors.New("the cursor is of another query; begin anew")
	}
	r.place = place
	return nil
}

// address is that of the next page.
func (r *reader) address() (*url.URL, error) {
	u := *r.first
	values := u.Query()
	if r.p.SizeName != "" && r.p.Paging != pagingNone {
		values.Set(r.p.SizeName, strconv.Itoa(r.p.PageSize))
	}
	switch {
	case r.p.Paging == pagingOffset || r.p.Paging == pagingPage:
		n, err := r.number()
		if err != nil {
			return nil, err
		}
		values.Set(r.p.PagingName, strconv.Itoa(n))
	case r.p.Paging == pagingCursor && r.place != "":
		values.Set(r.p.PagingName, r.place)
	case r.p.Paging == pagingLink && r.place != "":
		return r.linked(&u, r.place)
	}
	u.RawQuery = values.Encode()
	return &u, nil
}

// number is the offset or the page number of the next page.
func (r *reader) number() (int, error) {
	if r.place == "" {
		if r.p.Paging == pagingPage {
			return r.p.FirstPage, nil
		}
		return 0, nil
	}
	n, err := strconv.Atoi(r.place)
	if err != nil || n < 0 {
		return 0, errors.New("the cursor is of another query; begin anew")
	}
	return n, nil
}

// next reads one page and hands it on. more says that there is another one.
func (r *reader) next(ctx context.Context) (more bool, err error) {
	u, err := r.address()
	if err != nil {
		return false, err
	}
	if err := sleep(ctx, r.wait); err != nil {
		return false, err
	}
	a, err := r.c.get(ctx, r.s, u)
	if err != nil {
		return false, err
	}
	r.wait = pause(a.Header, time.Now())
	var answer any
	d := json.NewDecoder(bytes.NewReader(a.Body))
	d.UseNumber()
	if err := d.Decode(&answer); err != nil {
		return false, errors.New("the endpoint's answer is no JSON")
	}
	at, ok := r.p.rows.in(answer)
	list, isList := at.([]any)
	if !ok || at != nil && !isList {
		return false, settingsError("parameters.rows", "leads to no list in the endpoint's answer", "Look at the answer, and give the JSON Pointer of its list of rows.")
	}
	out := sdk.Page{Total: r.total(answer), Rows: make([]json.RawMessage, 0, len(list))}
	for _, v := range list {
		row, err := r.p.row(v)
		if err != nil {
			return false, settingsError("parameters.rows", "leads to a list of something else than objects", "Give the JSON Pointer of the list of rows.")
		}
		out.Rows = append(out.Rows, row)
	}
	if r.place, err = r.after(u, answer, a.Header["Link"], len(list)); err != nil {
		return false, err
	}
	if left := r.q.Limit - r.given; r.q.Limit > 0 && int64(len(out.Rows)) >= left {
		out.Rows, r.place = out.Rows[:left], "" // the page is cut, so that there is no cursor to go on exactly behind it
	}
	r.given += int64(len(out.Rows))
	if r.place != "" {
		out.Next = r.p.Paging + ":" + r.place
	}
	return r.place != "", r.page(out)
}

// total is the number of rows in all, if the answer has it.
func (r *reader) total(answer any) int64 {
	if r.p.total == nil {
		return -1
	}
	v, _ := r.p.total.in(answer)
	n, err := strconv.ParseInt(fmt.Sprint(v), 10, 64)
	if err != nil || n < 0 {
		return -1
	}
	return n
}

// after is the place of the page after one with so many rows; empty if there is none.
func (r *reader) after(now *url.URL, answer any, links []string, rows int) (string, error) {
	switch r.p.Paging {
	case pagingOffset, pagingPage:
		if rows == 0 || rows < r.p.PageSize && r.p.total == nil {
			return "", nil
		}
		n, err := r.number()
		if err != nil {
			return "", err
		}
		step, behind := 1, (n-r.p.FirstPage+1)*r.p.PageSize
		if r.p.Paging == pagingOffset {
			step, behind = rows, n+rows
		}
		if total := r.total(answer); total >= 0 && int64(behind) >= total {
			return "", nil
		}
		return strconv.Itoa(n + step), nil
	case pagingCursor:
		v, _ := r.p.next.in(answer)
		if v == nil || v == false {
			return "", nil
		}
		next := fmt.Sprint(v)
		if next == r.place && next != "" {
			return "", errors.New("the endpoint's next cursor is the one that was just asked for")
		}
		return next, nil
	case pagingLink:
		next := nextLink(links)
		if next == "" {
			return "", nil
		}
		u, err := r.linked(now, next)
		if err != nil {
			return "", err
		}
		if u.String() == now.String() {
			return "", errors.New("the endpoint's next link is the one that was just asked for")
		}
		return u.RequestURI(), nil
	}
	return "", nil
}

// linked is a link of the endpoint, which may only lead to the same origin.
func (r *reader) linked(from *url.URL, link string) (*url.URL, error) {
	u, err := from.Parse(link)
	if err != nil || u.Scheme != r.first.Scheme || u.Host != r.first.Host || u.User != nil {
		return nil, errors.New("the endpoint's next link leads to another server; it is not followed, since the credential would go along")
	}
	u.Fragment = ""
	return u, nil
}

// nextLink is the target of rel="next" in the headers Link (RFC 8288); empty if there is none.
func nextLink(headers []string) string {
	for _, header := range headers {
		for header != "" {
			var target, rest string
			_, header, _ = strings.Cut(header, "<")
			target, rest, _ = strings.Cut(header, ">")
			parameters := rest
			if i := strings.IndexByte(rest, '<'); i >= 0 {
				parameters, header = rest[:i], rest[i:]
			} else {
				header = ""
			}
			for one := range strings.SplitSeq(parameters, ";") {
				name, value, _ := strings.Cut(strings.Trim(one, " \t,"), "=")
				if strings.EqualFold(strings.TrimSpace(name), "rel") && hasWord(strings.Trim(value, " \""), "next") {
					return target
				}
			}
		}
	}
	return ""
}

func hasWord(list, word string) bool {
	for _, one := range strings.Fields(list) {
		if strings.EqualFold(one, word) {
			return true
		}
	}
	return false
}

func settingsError(path, message, next string) error {
	var found sdk.Problems
	found.Add("UNEXPECTED_ANSWER", path, message, next)
	return &sdk.SettingsError{Problems: found}
}

func sleep(ctx context.Context, d time.Duration) error {
	if d <= 0 {
		return nil
	}
	if until, ok := ctx.Deadline(); ok && time.Until(until) < d {
		return fmt.Errorf("the endpoint wants to be left alone for %s, which is longer than there is time", d.Round(time.Second))
	}
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
