//go:build unix

package cli_test

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/recado-hub/recado/plugins/sdk"
)

// reader is a source that repeats its secret in its rows, and knows what became of some deliveries.
type reader struct{}

func (reader) Describe(context.Context) (sdk.Description, error) {
	title := sdk.SameWords("Reader")
	return sdk.Description{Name: "reader", Version: "1.0.0", Title: title,
		Settings: sdk.Object(sdk.Property{Name: "token", JSON: `{"type":"string","writeOnly":true}`, Title: title, Help: title}),
		Actions: []sdk.Action{
			{Key: "rows", Role: sdk.RoleSource, Title: title, Parameters: sdk.Object(), Rows: sdk.Object()},
			{Key: "greedy", Role: sdk.RoleSource, Title: title, Parameters: sdk.Object(), Rows: sdk.Object()},
		},
	}, nil
}

// Query has a hundred rows; greedy ones do not know when to stop.
func (reader) Query(_ context.Context, in sdk.Integration, q sdk.Query, page func(sdk.Page) error) error {
	n, _ := strconv.Atoi(q.Cursor)
	for given := int64(0); n < 100; {
		p := sdk.Page{Total: 100}
		for ; n < 100 && len(p.Rows) < q.PageSize && (given < q.Limit || q.Action == "greedy"); given++ {
			p.Rows = append(p.Rows, fmt.Appendf(nil, `{"n":%d,"asked":%s,"with":"%s"}`, n, q.Parameters, in.Secrets["token"]))
			n++
		}
		if n < 100 && (len(p.Rows) == q.PageSize) {
			p.Next = strconv.Itoa(n)
		}
		if err := page(p); err != nil || p.Next == "" {
			return err
		}
		if given == q.Limit && q.Action != "greedy" {
			return nil
		}
	}
	return nil
}

func (reader) Lookup(_ context.Context, in sdk.Integration, q sdk.LookupQuery) (l sdk.Lookup, err error) {
	for _, item := range q.Items {
		a := sdk.LookupAnswer{DeliveryID: item.DeliveryID, State: sdk.LookupFound, ProviderID: item.ProviderID, Message: item.Recipient + " by " + in.Secrets["token"],
			Receipts: []sdk.Receipt{{ProviderID: item.ProviderID, Status: sdk.Read}}}
		if item.ProviderID == "" {
			a = sdk.LookupAnswer{DeliveryID: item.DeliveryID, State: sdk.LookupUndecided}
		}
		l.Answers = append(l.Answers, a)
	}
	return l, nil
}

// readerWith is that connector's executable, and a file for it.
func readerWith(t *testing.T, text string) (exe, file string) {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	exe, file = filepath.Join(t.TempDir(), "recado-connector-reader"), filepath.Join(t.TempDir(), "query.json")
	write(t, exe, "#!/bin/sh\nexec '"+self+"' reader\n", 0o755)
	write(t, file, text, 0o600)
	return exe, file
}

func TestRunAsksASourceForRowsAndShowsNoSecret(t *testing.T) {
	t.Parallel()
	exe, file := readerWith(t, `{"settings":{"token":"a-real-token"},"queries":[{"action":"rows","parameters":{"since":"monday"},"pageSize":2}]}`)
	code, out, errs := recado(t, "connector", "run", exe, file, "--query", "--rows", "3")
	if code != 0 {
		t.Fatalf("it ended with %d: %s", code, errs)
	}
	contains(t, "it", out, "-> Query {", `"action": "rows"`, `"since": "monday"`, `"page_size": 2`, `"limit": 3`, "<- Query {", "ended: OK",
		"\n3 rows in 2 pages\n", `  {"n":2,"asked":{"since":"monday"},"with":"***"}`, "there may be more: --rows 30")
	code, asJSON, _ := recado(t, "connector", "run", exe, file, "--query", "--rows", "4", "--cursor", "96", "--json")
	var report struct {
		Wire  []struct{ Call string }
		Query struct {
			Rows  []struct{ N int }
			Pages int
			Next  string
		}
	}
	if err := json.Unmarshal([]byte(asJSON), &report); err != nil || code != 0 {
		t.Fatalf("it ended with %d: %v", code, err)
	}
	if q := report.Query; len(q.Rows) != 4 || q.Rows[0].N != 96 || q.Rows[3].N != 99 || q.Pages != 2 || q.Next != "" || len(report.Wire) < 4 {
		t.Errorf("the report is %+v", report)
	}
	_, out2, _ := recado(t, "connector", "run", exe, file, "--query", "--rows", "2")
	contains(t, "one that stops in the middle", out2, "There are more: --cursor '2'")
	if strings.Contains(out+asJSON+out2, "a-real-token") {
		t.Error("the secret is shown")
	}
}

func TestRunStopsASourceThatKnowsNoLimit(t *testing.T) {
	t.Parallel()
	exe, file := readerWith(t, `{"queries":[{"action":"greedy","pageSize":5}]}`)
	code, out, errs := recado(t, "connector", "run", exe, file, "--query", "--rows", "7")
	if code != 1 || !strings.Contains(errs, "more rows than it was asked for") || strings.Contains(out, `"n": 10`) {
		t.Errorf("it ended with %d, %s\n%s", code, errs, out)
	}
}

func TestRunAsksWhatBecameOfADelivery(t *testing.T) {
	t.Parallel()
	exe, file := readerWith(t, `{"settings":{"token":"a-real-token"},"delivery":{"recipient":"workshop"}}`)
	code, out, errs := recado(t, "connector", "run", exe, file, "--lookup", "dlv_1=prv_1")
	contains(t, "it", out, "-> Lookup {", `"provider_id": "prv_1"`, "\nFOUND\n  provider id: prv_1\n  how far: READ\n  says: workshop by ***\n")
	if code != 0 || strings.Contains(out, "a-real-token") {
		t.Errorf("it ended with %d: %s\n%s", code, errs, out)
	}
	if code, out, _ = recado(t, "connector", "run", exe, file, "--lookup", "dlv_2"); code != 0 || !strings.Contains(out, "\nUNDECIDED\n") {
		t.Errorf("without the provider's id it ended with %d\n%s", code, out)
	}
}

func TestRunRefusesQuestionsThatCannotBeMeant(t *testing.T) {
	t.Parallel()
	exe, file := readerWith(t, `{}`)
	probe := filepath.Join(plugins(t), "recado-connector-probe")
	for says, args := range map[string][]string{
		"say which of rows, greedy":           {exe, file, "--query"},
		"ask one at a time":                   {exe, file, "--query", "--preview"},
		"--rows: 1 to 10000":                  {exe, file, "--query", "--rows", "0"},
		"--cursor goes with --query":          {exe, file, "--cursor", "2"},
		"the connector does not offer this":   {probe, file, "--query"},
		"does not offer this":                 {probe, file, "--lookup", "dlv_1"},
		"a delivery or a query: recado conne": {exe},
	} {
		code, _, errs := recado(t, append([]string{"connector", "run"}, args...)...)
		if code != 1 || !strings.Contains(errs, says) || strings.Count(errs, "\n") != 1 {
			t.Errorf("%v ended with %d and said %q, want %q", args, code, errs, says)
		}
	}
}
