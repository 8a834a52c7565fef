//go:build unix

package examples_test

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/recado-hub/recado/plugins/sdk"
	"github.com/recado-hub/recado/plugins/sdk/conformance"
	"github.com/recado-hub/recado/plugins/sdk/sdktest"
	"github.com/recado-hub/recado/plugins/template"
)

// whole is where a connector for each language is that offers everything: the runtimes are tested with it.
const whole = "testdata/whole"

// A connector in another language that offers everything that there is, receiving, looking up and querying too.
func TestTheRuntimesCarryEverythingThatAConnectorCanOffer(t *testing.T) {
	t.Parallel()
	for _, language := range []string{"node", "python"} {
		t.Run(language, func(t *testing.T) {
			t.Parallel()
			exe := wholeIn(t, language)
			t.Run("suite", func(t *testing.T) {
				config, err := conformance.ReadFile(filepath.Join(whole, "suite.json"))
				if err != nil {
					t.Fatal(err)
				}
				(&sdktest.Suite{Command: []string{exe}, Local: config, Deliveries: 5000}).Run(t)
			})
			var log lockedBuffer
			running, err := sdk.Program{Command: []string{exe}, Stderr: &log}.Start()
			if err != nil {
				t.Fatal(err)
			}
			defer running.Stop()
			for _, one := range []struct {
				name string
				test func(*testing.T, *sdk.Client)
			}{
				{"all of a callback arrives, and all that it says", receivesAll},
				{"a word that the contract does not have is an error and not nothing", refusesWords},
				{"all of a lookup arrives, and all of its answers", looksUpAll},
				{"a provider that cannot be asked is told from one that fails", looksUpNothing},
				{"all of a query arrives, and the page's total", queriesAll},
				{"an error of a query has no secret in it", failsToQuery},
				{"a query that is cancelled in the middle ends in the connector", cancelsQueries},
				{"many slow queries hold up nothing else", queriesSlowly},
				{"a slow reader has no more made than it is about to read", readsSlowly},
				{"an outcome with a word that the contract does not have is UNKNOWN", sendsOddly},
				{"many large outcomes end no stream", sendsMuch},
				{"what is no JSON is an error of that call, and the connector goes on", survivesNonsense},
			} {
				t.Run(one.name, func(t *testing.T) { one.test(t, running.Client) })
			}
			running.Stop()
			if text := log.String(); strings.Contains(text, wholeSecrets["token"]) || strings.Contains(text, "Unhandled") || strings.Contains(text, "never retrieved") {
				t.Errorf("it logged:\n%s", text)
			}
		})
	}
}

// wholeIn is that connector, built.
func wholeIn(t *testing.T, language string) (executable string) {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "whole")
	if err := (template.Project{Name: "whole", Language: language}).Write(dir); err != nil {
		t.Fatal(err)
	}
	code := map[string]string{"node": "connector.js", "python": "connector.py"}[language]
	text, err := os.ReadFile(filepath.Join(whole, code))
	if err == nil {
		err = os.WriteFile(filepath.Join(dir, code), text, 0o600)
	}
	if err != nil {
		t.Fatal(err)
	}
	if language == "node" {
		needNode(t)
		installInNode(t, dir)
		must(t, dir, "npm", "run", "build")
	} else {
		must(t, dir, pythonWithPackages(t), "build.py")
	}
	return filepath.Join(dir, "recado-connector-whole")
}

var wholeSecrets = map[string]string{"token": "a-token-of-the-test", "hook": "a-hook"}

func integrated(url string) sdk.Integration {
	return sdk.Integration{ID: "int_1", Settings: json.RawMessage(`{"url":"` + url + `"}`), Secrets: wholeSecrets}
}

func inTime(t *testing.T) context.Context {
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	t.Cleanup(cancel)
	return ctx
}

// calledBack is a genuine callback.
func calledBack(body string) sdk.Callback {
	cb := sdk.Callback{Method: "POST", URL: "https://hub.example/callbacks/int_1?a=b", Body: []byte(body), ReceivedAt: time.UnixMilli(1_790_000_000_789),
		Header: http.Header{"X-Many": {"one", "two"}}}
	mac := hmac.New(sha256.New, []byte(wholeSecrets["hook"]))
	mac.Write(cb.Body)
	cb.Header.Set("X-Signature", hex.EncodeToString(mac.Sum(nil)))
	return cb
}

var fullReceipt = sdk.Receipt{
	ProviderID: "p", DeliveryID: "d", Status: sdk.Failed, At: time.UnixMilli(1_790_000_000_123).UTC(), Code: "c", Message: "m", Scope: sdk.ScopeRecipient,
	Recipient: "r", Detail: map[string]string{"price": "1"}, Kind: sdk.Retry, NextStep: "n", RetryAfter: 1500 * time.Millisecond, Suppress: sdk.SuppressForever,
	Limit: "rate", SuppressCategory: "marketing", MostAttempts: 3,
}

func same(t *testing.T, what string, got, want any) {
	t.Helper()
	if !reflect.DeepEqual(got, want) {
		t.Errorf("%s is\n%+v, want\n%+v", what, got, want)
	}
}

func receivesAll(t *testing.T, c *sdk.Client) {
	cb := calledBack(`{"echo":true}`)
	r, err := c.Receive(inTime(t), integrated("http://x"), cb)
	if err != nil {
		t.Fatal(err)
	}
	var seen map[string]any
	if err := json.Unmarshal(r.Body, &seen); err != nil {
		t.Fatal(err)
	}
	same(t, "what it saw", seen, map[string]any{"method": "POST", "url": cb.URL, "body": string(cb.Body), "received": 1_790_000_000_789.0,
		"headers": map[string]any{"X-Many": []any{"one", "two"}, "X-Signature": []any{cb.Header.Get("X-Signature")}}})
	if !r.Verified || r.Status != 202 || r.Header["X-Seen"] != "yes" || len(r.Receipts) != 1 || len(r.Notices) != 1 {
		t.Fatalf("it says %+v", r)
	}
	same(t, "the receipt", r.Receipts[0], fullReceipt)
	same(t, "the notice", r.Notices[0], sdk.Notice{
		Kind: sdk.ActionChanged, At: time.UnixMilli(1_790_000_000_456).UTC(), Recipient: "r", Category: "k", Action: "post", Detail: map[string]string{"d": "x"},
		Parameters: r.Notices[0].Parameters, Settings: r.Notices[0].Settings,
		Problems: []sdk.Problem{{Code: "WRONG", Path: "values[1]", Message: "m", NextStep: "Put it right.", Severity: sdk.SeverityWarning}},
	})
	same(t, "its parameters and settings", compact(r.Notices[0].Parameters)+compact(r.Notices[0].Settings), `{"a":[1]}{"url":"u"}`)
	r, err = c.Receive(inTime(t), integrated("http://x"), sdk.Callback{Method: "GET"})
	if err != nil || r.Verified || r.Status != http.StatusUnauthorized {
		t.Errorf("what is not signed is answered with %+v, %v", r, err)
	}
}

func compact(text json.RawMessage) string {
	var v any
	if err := json.Unmarshal(text, &v); err != nil {
		return err.Error()
	}
	out, _ := json.Marshal(v)
	return string(out)
}

func refusesWords(t *testing.T, c *sdk.Client) {
	if r, err := c.Receive(inTime(t), integrated("http://x"), calledBack(`{"wrong":"SEEN"}`)); err == nil || !strings.Contains(err.Error(), "SEEN") {
		t.Errorf("a receipt with a status that does not exist came as %+v, %v", r, err)
	}
}

func looksUpAll(t *testing.T, c *sdk.Client) {
	l, err := c.Lookup(inTime(t), integrated("http://x"), sdk.LookupQuery{Items: []sdk.LookupItem{
		{DeliveryID: "dlv_1", ProviderID: "echo", Recipient: "r", SentAt: time.UnixMilli(1_790_000_000_321)}, {DeliveryID: "dlv_2"},
	}})
	if err != nil {
		t.Fatal(err)
	}
	same(t, "the answers", l.Answers, []sdk.LookupAnswer{
		{DeliveryID: "dlv_1", State: sdk.LookupFound, ProviderID: "echo", Message: "r 1790000000321", Receipts: []sdk.Receipt{fullReceipt}},
		{DeliveryID: "dlv_2", State: sdk.LookupUndecided},
	})
}

func looksUpNothing(t *testing.T, c *sdk.Client) {
	_, err := c.Lookup(inTime(t), integrated("http://nobody-to-ask.example"), sdk.LookupQuery{Items: []sdk.LookupItem{{DeliveryID: "dlv_1"}}})
	if !errors.Is(err, sdk.ErrUnimplemented) {
		t.Errorf("it says %v", err)
	}
}

// rowsOf reads a query to its end.
func rowsOf(t *testing.T, c *sdk.Client, q sdk.Query) (rows []map[string]any, total int64, err error) {
	t.Helper()
	q.Action = "rows"
	err = c.Query(inTime(t), integrated("http://x"), q, func(p sdk.Page) error {
		total = p.Total
		for _, r := range p.Rows {
			var row map[string]any
			if err := json.Unmarshal(r, &row); err != nil {
				return err
			}
			rows = append(rows, row)
		}
		return nil
	})
	return rows, total, err
}

func queriesAll(t *testing.T, c *sdk.Client) {
	rows, total, err := rowsOf(t, c, sdk.Query{
		Parameters: json.RawMessage(`{"echo":true,"rows":9}`), Fields: []string{"n", "m"}, Cursor: "6", PageSize: 3, Limit: 1,
		Terms: []sdk.QueryTerm{{Field: "n", Operation: "EQUAL", Value: json.RawMessage(`[1]`)}, {Field: "m", Operation: "EMPTY"}},
		Since: time.UnixMilli(1_790_000_000_111), Until: time.UnixMilli(1_790_000_000_222),
	})
	if err != nil || len(rows) != 1 || total != 9 {
		t.Fatalf("%d rows of %d came: %v", len(rows), total, err)
	}
	terms := rows[0]["terms"].([]any)
	if last := terms[1].(map[string]any); last["value"] == nil { // a value that is not there is null or nothing
		delete(last, "value")
	}
	same(t, "the query", rows[0], map[string]any{
		"n": 6.0, "parameters": map[string]any{"echo": true, "rows": 9.0}, "fields": []any{"n", "m"}, "cursor": "6", "pageSize": 3.0, "limit": 1.0,
		"terms": []any{map[string]any{"field": "n", "operation": "EQUAL", "value": []any{1.0}}, map[string]any{"field": "m", "operation": "EMPTY"}},
		"since": 1_790_000_000_111.0, "until": 1_790_000_000_222.0, "open": 1.0, "made": 0.0,
	})
	if rows, total, err := rowsOf(t, c, sdk.Query{}); err != nil || len(rows) != 1 || total != -1 {
		t.Errorf("a source that does not know how many there are says %d with %d rows, %v", total, len(rows), err)
	}
}

func failsToQuery(t *testing.T, c *sdk.Client) {
	_, _, err := rowsOf(t, c, sdk.Query{Parameters: json.RawMessage(`{"throws":true}`)})
	if err == nil || !strings.Contains(err.Error(), "the source refused ***") {
		t.Errorf("it says %v", err)
	}
	err = c.Query(inTime(t), integrated("http://x"), sdk.Query{Action: "none"}, func(sdk.Page) error { return nil })
	var settings *sdk.SettingsError
	if !errors.As(err, &settings) || settings.Problems[0].Path != "action" {
		t.Errorf("an action that is not there is %v", err)
	}
}

// cancelled is a query that is given up after its first page, while the connector makes the next one.
func cancelled(t *testing.T, c *sdk.Client) {
	enough := errors.New("enough")
	err := c.Query(inTime(t), integrated("http://x"), sdk.Query{Action: "rows", Parameters: json.RawMessage(`{"rows":100,"hangs":true}`)},
		func(sdk.Page) error { return enough })
	if !errors.Is(err, enough) {
		t.Errorf("the query ended with %v", err)
	}
}

// counted is one of the connector's own counts.
func counted(t *testing.T, c *sdk.Client, name string) float64 {
	t.Helper()
	rows, _, err := rowsOf(t, c, sdk.Query{Parameters: json.RawMessage(`{"echo":true}`)})
	if err != nil {
		t.Fatal(err)
	}
	return rows[0][name].(float64)
}

// noneOpen waits until no query but the one that asks is open in the connector.
func noneOpen(t *testing.T, c *sdk.Client) {
	t.Helper()
	open := 0.0
	for until := time.Now().Add(15 * time.Second); time.Now().Before(until); time.Sleep(20 * time.Millisecond) {
		if open = counted(t, c, "open"); open == 1 {
			return
		}
	}
	t.Errorf("%v queries are open in the connector, and one was asked", open)
}

func cancelsQueries(t *testing.T, c *sdk.Client) {
	for range 5 {
		cancelled(t, c)
	}
	noneOpen(t, c)
}

func queriesSlowly(t *testing.T, c *sdk.Client) {
	ctx, stop := context.WithCancel(inTime(t))
	const many = 40
	began, ended := make(chan struct{}, many), make(chan error, many)
	for range many {
		go func() {
			first := true
			ended <- c.Query(ctx, integrated("http://x"), sdk.Query{Action: "rows", Parameters: json.RawMessage(`{"rows":1000000,"hangs":true}`)},
				func(sdk.Page) error {
					if first {
						began <- struct{}{}
					}
					first = false
					return nil
				})
		}()
	}
	for range many {
		select {
		case <-began:
		case <-ctx.Done():
			t.Error("not all queries had a page")
		}
	}
	if _, err := c.Check(inTime(t), integrated("http://x")); err != nil {
		t.Errorf("a check beside them ended with %v", err)
	}
	stop()
	for range many {
		if err := <-ended; !errors.Is(err, context.Canceled) {
			t.Errorf("a query ended with %v", err)
		}
	}
	noneOpen(t, c)
}

// readsSlowly reads one page and then stops: what the connector goes on to make, until it makes no more, is what it holds in memory.
func readsSlowly(t *testing.T, c *sdk.Client) {
	before, enough := counted(t, c, "made"), errors.New("enough")
	err := c.Query(inTime(t), integrated("http://x"), sdk.Query{Action: "rows", Parameters: json.RawMessage(`{"rows":1000,"bytes":1000000}`)}, func(sdk.Page) error {
		made, quiet := 0.0, 0
		for quiet < 20 {
			time.Sleep(20 * time.Millisecond)
			now := counted(t, c, "made")
			if quiet++; now != made {
				made, quiet = now, 0
			}
		}
		// One is here, one on its way and one waits to be written; what of the connection is in between holds less than another.
		if ahead := made - before; ahead > 4 {
			t.Errorf("%v pages were made, of which one was read", ahead)
		}
		return enough
	})
	if !errors.Is(err, enough) {
		t.Errorf("the query ended with %v", err)
	}
}

func sendsOddly(t *testing.T, c *sdk.Client) {
	ctx := inTime(t)
	stream, err := c.OpenDeliver(ctx, integrated("http://x"))
	if err != nil {
		t.Fatal(err)
	}
	defer stream.Close()
	if err := stream.Send([]sdk.Delivery{{ID: "dlv_1", Attempt: 1, Action: "post", Recipient: "odd", Deadline: time.Now().Add(10 * time.Second)}}); err != nil {
		t.Fatal(err)
	}
	if outcomes, err := stream.Recv(); err != nil || len(outcomes) != 1 || outcomes[0].Kind != sdk.Unknown {
		t.Errorf("it is %+v, %v", outcomes, err)
	}
}

func sendsMuch(t *testing.T, c *sdk.Client) {
	stream, err := c.OpenDeliver(inTime(t), integrated("http://x"))
	if err != nil {
		t.Fatal(err)
	}
	defer stream.Close()
	list := make([]sdk.Delivery, min(stream.InFlight(), 32))
	for i := range list {
		list[i] = sdk.Delivery{ID: fmt.Sprint("dlv_", i), Attempt: 1, Action: "post", Recipient: "long", Deadline: time.Now().Add(15 * time.Second)}
	}
	if err := stream.Send(list); err != nil {
		t.Fatal(err)
	}
	for n := 0; n < len(list); {
		outcomes, err := stream.Recv()
		if err != nil {
			t.Fatalf("after %d of %d outcomes: %v", n, len(list), err)
		}
		n += len(outcomes)
	}
}

func survivesNonsense(t *testing.T, c *sdk.Client) {
	bad := sdk.Integration{ID: "int_1", Settings: json.RawMessage(`{"url":`), Secrets: wholeSecrets}
	q := sdk.Query{Action: "rows", Parameters: json.RawMessage(`{`)}
	nothing := func(sdk.Page) error { return nil }
	var errs []error
	_, err := c.Check(inTime(t), bad)
	errs = append(errs, err)
	_, err = c.Receive(inTime(t), bad, calledBack(`{}`))
	errs = append(errs, err)
	_, err = c.Lookup(inTime(t), bad, sdk.LookupQuery{Items: []sdk.LookupItem{{DeliveryID: "dlv_1"}}})
	errs = append(errs, err, c.Query(inTime(t), bad, sdk.Query{Action: "rows"}, nothing), c.Query(inTime(t), integrated("http://x"), q, nothing))
	if i := slices.Index(errs, nil); i >= 0 {
		t.Errorf("call %d of them had no error", i+1)
	}
	if _, err := c.Check(inTime(t), integrated("http://x")); err != nil {
		t.Errorf("afterwards a check ended with %v; before there was %v", err, fmt.Sprint(errs))
	}
}
