package conformance_test

import (
	"bytes"
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"os"
	"strconv"
	"strings"
	"sync/atomic"
	"time"

	"github.com/recado-hub/recado/plugins/sdk"
)

// right is a connector that does everything that a connector can, and does it right: messages are posted to an HTTP endpoint. With a fault it
// does one thing wrong.
type right struct {
	fault  string
	client *http.Client
	calls  atomic.Int64
	mine   atomic.Bool // whether this process has sent anything
	kept   atomic.Pointer[[][]byte]
}

func newRight(fault string) *right {
	return &right{fault: fault, client: &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: 64}}}
}

func (c *right) is(fault string) bool { return c.fault == fault }

func words(text string) sdk.Labels {
	l := sdk.Labels{}
	for _, tag := range sdk.Languages() {
		l[tag] = text
	}
	return l
}

const rightSettings = `{"type":"object","required":["url","token","hook"],"properties":{
	"url":{"type":"string","format":"uri","x-recado-secret-destination":true},
	"token":{"type":"string","writeOnly":true,"minLength":10},
	"hook":{"type":"string","writeOnly":true,"x-recado-callback-secret":true},
	"rate":{"type":"number"}}}`

func field(text string) sdk.FieldLabels {
	return sdk.FieldLabels{Title: words(text), Help: words(text)}
}

func (c *right) Describe(context.Context) (sdk.Description, error) {
	if c.is("cannot describe itself") {
		return sdk.Description{}, errors.New("my configuration is missing")
	}
	other := sdk.Action{
		Key: "other", Title: words("Other"), Parameters: sdk.Schema{JSON: json.RawMessage(`{"type":"object"}`)}, Values: sdk.ValuesSpec{Positional: true, Max: 1},
		Recipient: sdk.RecipientSpec{Format: sdk.FormatText, Parameter: "to", Title: words("To")},
	}
	post := other
	post.Key, post.Values = "post", sdk.ValuesSpec{Positional: true, Min: 1, Max: 3, MaxLength: 1000}
	d := sdk.Description{
		Name: "right", Version: "1.0.0", Title: words("Right"),
		Settings: sdk.Schema{JSON: json.RawMessage(rightSettings), Labels: map[string]sdk.FieldLabels{
			"url": field("URL"), "token": field("Token"), "hook": field("Hook"), "rate": field("Rate"),
		}},
		Limits:       []sdk.Limit{{Key: "rate", Scope: sdk.LimitIntegration, PerSecond: 10_000, Setting: "rate"}},
		Capabilities: sdk.Capabilities{InFlight: 32},
	}
	rows := `{"type":"object","required":["n"],"properties":{"n":{"type":"integer"}}}`
	switch c.fault {
	case "a version that is none":
		d.Version = "1"
	case "a schema that does not compile":
		other.Parameters.JSON = json.RawMessage(`{"type":"objekt"}`)
	case "a default that is not allowed":
		other.Parameters = sdk.Schema{JSON: json.RawMessage(`{"type":"object","properties":{"a/b %":{"$ref":"#/$defs/n","default":0}},"$defs":{"n":{"type":"integer","minimum":1}}}`),
			Labels: map[string]sdk.FieldLabels{"a/b %": field("N")}}
	case "room for a thousand million":
		d.Capabilities.InFlight = 1 << 30
	case "room for less than nothing":
		d.Capabilities.InFlight = -3
	case "a language is missing":
		delete(d.Title, "it")
	case "values that are impossible":
		other.Values = sdk.ValuesSpec{Min: 2, Max: 1}
	case "a limit of a setting that is not there":
		d.Limits[0].Setting = "speed"
	case "settings that nobody can guess":
		d.Settings.JSON = json.RawMessage(strings.Replace(rightSettings, `"rate":{"type":"number"}`, `"rate":{"type":"number"}, "key":{"type":"string","pattern":"^Q{17}$"}`, 1))
		d.Settings.JSON = json.RawMessage(strings.Replace(string(d.Settings.JSON), `"hook"]`, `"hook","key"]`, 1))
		d.Settings.Labels["key"] = field("Key")
	case "idempotent without the id", "idempotent":
		d.Capabilities.IdempotentSending = true
	}
	d.Actions = []sdk.Action{post, other, {
		Key: "rows", Role: sdk.RoleSource, Title: words("Rows"), Parameters: sdk.Schema{JSON: json.RawMessage(`{"type":"object"}`)},
		Rows: sdk.Schema{JSON: json.RawMessage(rows)},
	}}
	return d, nil
}

type rightSettingsValue struct{ URL string }

func (c *right) settings(in sdk.Integration) (rightSettingsValue, []sdk.Problem) {
	var s rightSettingsValue
	if err := json.Unmarshal(in.Settings, &s); err != nil {
		return s, []sdk.Problem{{Code: "JSON", Path: "settings", Message: "is no object", NextStep: "Save the integration again."}}
	}
	var found []sdk.Problem
	missing := func(path string) {
		found = append(found, sdk.Problem{Code: "REQUIRED", Path: path, Message: "is missing", NextStep: "Fill it in.", Severity: sdk.SeverityError})
	}
	if s.URL == "" {
		missing("settings.url")
	}
	for _, name := range []string{"token", "hook"} {
		if in.Secrets[name] == "" {
			missing("secrets." + name)
		}
	}
	return s, found
}

func (c *right) Check(ctx context.Context, in sdk.Integration) ([]sdk.Problem, error) {
	_, found := c.settings(in)
	switch c.fault {
	case "a problem with good settings":
		found = append(found, sdk.Problem{Code: "MOOD", Path: "settings.url", Message: "I do not like it", NextStep: "Try another.", Severity: sdk.SeverityError})
	case "no problem with bad settings":
		return nil, nil
	case "a problem without a next step":
		for i := range found {
			found[i].NextStep = ""
		}
	case "hangs in Check":
		<-ctx.Done()
		return nil, ctx.Err()
	}
	return found, nil
}

func (c *right) CheckAction(_ context.Context, _ sdk.Integration, use sdk.ActionUse) ([]sdk.Problem, error) {
	known := use.Action == "post" || use.Action == "rows" && !c.is("knows nothing of its source")
	if !known && !c.is("any action will do") {
		return []sdk.Problem{{Code: "ACTION", Path: "action", Message: "is unknown", NextStep: "Choose another.", Severity: sdk.SeverityError}}, nil
	}
	return nil, nil
}

func (c *right) Preview(ctx context.Context, in sdk.Integration, d sdk.Delivery) (sdk.Preview, error) {
	p := sdk.Preview{Text: "text", Recipient: d.Recipient}
	if d.Action != "post" && !c.is("a preview that knows no problem") {
		p.Problems = []sdk.Problem{{Code: "ACTION", Path: "action", Message: "is unknown", Severity: sdk.SeverityError}}
	}
	if c.is("a preview sends") {
		s, err := c.Open(ctx, in)
		if err == nil {
			s.Send(ctx, d)
		}
	}
	return p, nil
}

func (c *right) Open(_ context.Context, in sdk.Integration) (sdk.Sender, error) {
	s, found := c.settings(in)
	if len(found) > 0 && !c.is("accepts with bad settings") {
		return nil, &sdk.SettingsError{Problems: found}
	}
	return &rightSender{c, in, s, len(found) > 0}, nil
}

type rightSender struct {
	c   *right
	in  sdk.Integration
	set rightSettingsValue
	bad bool
}

func (s *rightSender) Close() error { return nil }

func refused(path, message string) sdk.Outcome {
	return sdk.Outcome{Kind: sdk.Rejected, Path: path, Message: message}
}

func (s *rightSender) Send(ctx context.Context, d sdk.Delivery) sdk.Outcome {
	c := s.c
	n, _ := strconv.Atoi(strings.TrimPrefix(d.ID, "dlv_suite"))
	if s.bad {
		return sdk.Outcome{Kind: sdk.Accepted, ProviderID: "x-" + d.ID}
	}
	if o, wrong := s.unusual(&d); wrong {
		return o
	}
	var parameters map[string]any
	switch {
	case d.Action != "post":
		return s.unknownAction()
	case len(d.Parameters) > 0 && json.Unmarshal(d.Parameters, &parameters) != nil:
		return refused("parameters", "are no object")
	case d.Recipient == "" && c.is("unsure about a missing recipient"):
		return sdk.Outcome{Kind: sdk.Unknown, Message: "perhaps"}
	case d.Recipient == "":
		return refused("recipient", "is empty")
	}
	for i, v := range d.Values {
		if len(v.Text) > 1000 && c.is("unsure about long values") {
			return sdk.Outcome{Kind: sdk.Unknown, Message: "too long, perhaps"}
		}
		if len(v.Text) > 1000 {
			return refused(fmt.Sprintf("values[%d]", i+1), "is too long")
		}
	}
	o := s.post(ctx, &d)
	if n == 77 && c.is("sends one twice") {
		s.post(ctx, &d)
	}
	if n == 77 && c.is("accepts without a provider id") {
		o.ProviderID = ""
	}
	return o
}

// unusual are faults before anything is looked at.
func (s *rightSender) unusual(d *sdk.Delivery) (sdk.Outcome, bool) {
	switch c := s.c; {
	case c.is("dies of odd values"):
		for _, v := range d.Values {
			if strings.Contains(v.Text, "\x00") {
				os.Exit(3)
			}
		}
	case c.is("leaks"):
		block := bytes.Repeat([]byte{1}, 200<<10)
		var all [][]byte
		if kept := c.kept.Load(); kept != nil {
			all = *kept
		}
		all = append(all[:len(all):len(all)], block)
		c.kept.Store(&all)
	case c.is("logs its secrets"):
		slog.Info("sending", "authorization", "Bearer "+s.in.Secrets["token"])
	case c.is("leaves a lock behind"):
		_ = os.WriteFile("lock", []byte(strconv.Itoa(os.Getpid())), 0o600)
	}
	return sdk.Outcome{}, false
}

func (s *rightSender) unknownAction() sdk.Outcome {
	o := sdk.Outcome{Kind: sdk.Misconfigured, Scope: sdk.ScopeFlow, Path: "action", Message: "there is no such action"}
	switch s.c.fault {
	case "tries what can never be":
		o.Kind = sdk.Retry
	case "refuses without a word":
		o.Message = ""
	case "a scope that pauses nothing":
		o.Scope = sdk.ScopeDelivery
	case "a path to nowhere":
		o.Path = "settings.action"
	}
	return o
}

// post sends d and says what became of it.
func (s *rightSender) post(ctx context.Context, d *sdk.Delivery) sdk.Outcome {
	c := s.c
	id := d.ID
	if c.is("idempotent without the id") {
		id = fmt.Sprint("key-", c.calls.Add(1))
	}
	body, err := json.Marshal(map[string]any{"id": id, "to": d.Recipient, "values": d.Values})
	if err != nil {
		return refused("values", err.Error())
	}
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, s.set.URL, bytes.NewReader(body))
	if err != nil {
		return sdk.Outcome{Kind: sdk.Misconfigured, Scope: sdk.ScopeIntegration, Path: "settings.url", Message: "is no URL"}
	}
	r.Header.Set("Authorization", "Bearer "+s.in.Secrets["token"])
	answer, err := c.client.Do(r)
	if err != nil {
		return s.noAnswer(ctx, err)
	}
	defer func() { _ = answer.Body.Close() }()
	c.mine.Store(true)
	return s.outcome(answer)
}

func (s *rightSender) noAnswer(ctx context.Context, err error) sdk.Outcome {
	gone := strings.Contains(err.Error(), "connection refused")
	o := sdk.Outcome{Kind: sdk.Unknown, Message: "no answer came"}
	if gone {
		o = sdk.Outcome{Kind: sdk.Retry, Scope: sdk.ScopeIntegration, Path: "settings.url", Message: "nobody listens"}
	}
	switch {
	case gone && s.c.is("unsure without a connection"):
		o.Kind = sdk.Unknown
	case !gone && ctx.Err() == nil && s.c.is("a lost answer is a failure"):
		o.Kind = sdk.Retry
	case !gone && ctx.Err() != nil && s.c.is("a deadline is a failure"):
		o.Kind = sdk.Rejected
	}
	return o
}

func (s *rightSender) outcome(answer *http.Response) sdk.Outcome {
	c := s.c
	var said struct{ ID string }
	text, _ := io.ReadAll(answer.Body)
	switch {
	case answer.StatusCode == http.StatusTooManyRequests:
		seconds, _ := strconv.Atoi(answer.Header.Get("Retry-After"))
		o := sdk.Outcome{Kind: sdk.Retry, Scope: sdk.ScopeIntegration, Limit: "rate", RetryAfter: time.Duration(seconds) * time.Second, Message: "too fast"}
		switch c.fault {
		case "gives up when told to wait":
			o.Kind = sdk.Rejected
		case "does not wait as told":
			o.RetryAfter = 0
		case "waits in the wrong unit":
			o.RetryAfter = time.Duration(seconds) * time.Second * 1e6
		case "a limit that is not declared":
			o.Limit = "speed"
		}
		return o
	case answer.StatusCode >= 500:
		return sdk.Outcome{Kind: sdk.Retry, Message: answer.Status}
	case answer.StatusCode >= 400:
		return refused("", answer.Status)
	case json.Unmarshal(text, &said) != nil:
		return sdk.Outcome{Kind: sdk.Unknown, Message: "an answer that is none"}
	}
	return sdk.Outcome{Kind: sdk.Accepted, ProviderID: said.ID}
}

func (c *right) Receive(_ context.Context, in sdk.Integration, cb sdk.Callback) (sdk.Reception, error) {
	body := cb.Body
	if c.is("verifies something else than the body") {
		body = bytes.TrimSpace(body)
	}
	mac := hmac.New(sha256.New, []byte(in.Secrets["hook"]))
	mac.Write(body)
	sent := cb.Header.Get("X-Signature")
	believed := hmac.Equal([]byte(sent), []byte(hex.EncodeToString(mac.Sum(nil))))
	if sent == "" && c.is("believes what is not signed") {
		believed = true
	}
	if !believed || in.Secrets["hook"] == "" {
		return sdk.Reception{Status: http.StatusUnauthorized}, nil
	}
	var said struct{ ID, Delivery string }
	r := sdk.Reception{Verified: true, Status: http.StatusOK}
	if json.Unmarshal(cb.Body, &said) != nil {
		return r, nil
	}
	receipt := sdk.Receipt{ProviderID: said.ID, DeliveryID: said.Delivery, Status: sdk.Delivered, At: time.UnixMilli(1_790_000_000_000)}
	switch c.fault {
	case "receipts of nothing":
		receipt.ProviderID, receipt.DeliveryID = "", ""
	case "says something else each time":
		r.Body = fmt.Append(nil, c.calls.Add(1))
	case "knows only what it sent itself":
		if !c.mine.Load() {
			return r, nil
		}
	}
	r.Receipts = []sdk.Receipt{receipt}
	return r, nil
}

func (c *right) Lookup(_ context.Context, _ sdk.Integration, q sdk.LookupQuery) (sdk.Lookup, error) {
	var l sdk.Lookup
	for i, item := range q.Items {
		a := sdk.LookupAnswer{DeliveryID: item.DeliveryID, State: sdk.LookupUndecided}
		if item.ProviderID != "" {
			a.State, a.ProviderID = sdk.LookupFound, item.ProviderID
		}
		if c.is("finds nothing") {
			a.State = sdk.LookupNotFound
		}
		if i < 10 || !c.is("answers ten at most") {
			l.Answers = append(l.Answers, a)
		}
	}
	return l, nil
}

// rightRows is how many rows the source has.
const rightRows = 7

func (c *right) Query(ctx context.Context, _ sdk.Integration, q sdk.Query, page func(sdk.Page) error) error {
	if q.Action != "rows" {
		if c.is("has no rows of what does not exist") {
			return nil
		}
		return errors.New("there is no such action")
	}
	size, most := q.PageSize, rightRows
	if size == 0 || c.is("pages as it likes") {
		size = rightRows
	}
	if q.PageSize == 0 && c.is("reads ahead without end") {
		all := [][]byte{bytes.Repeat([]byte{1}, 96<<20)}
		c.kept.Store(&all)
	}
	from, _ := strconv.Atoi(q.Cursor)
	if c.is("begins anew at a cursor") {
		from = 0
	}
	if q.Limit > 0 && !c.is("knows no limit") {
		most = min(most, from+int(q.Limit))
	}
	for from < most {
		p := sdk.Page{Total: -1}
		for ; from < most && len(p.Rows) < size; from++ {
			row := fmt.Appendf(nil, `{"n":%d}`, from)
			if c.is("rows of another shape") {
				row = fmt.Appendf(nil, `{"n":"%d"}`, from)
			}
			p.Rows = append(p.Rows, row)
		}
		if from < most {
			p.Next = strconv.Itoa(from)
		}
		if err := page(p); err != nil {
			return err
		}
		if c.is("dies when cancelled") {
			select {
			case <-ctx.Done():
				os.Exit(3)
			case <-time.After(20 * time.Millisecond):
			}
		}
	}
	return nil
}
