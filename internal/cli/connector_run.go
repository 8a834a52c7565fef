package cli

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"os/signal"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/recado-hub/recado/plugins/sdk"
)

// runFile is what `recado connector run` reads: the same file as the suite's, of which it needs no more than this.
type runFile struct {
	Settings    map[string]any `json:"settings"` // with the secrets among them
	CallbackURL string         `json:"callbackUrl"`
	Language    string         `json:"language"`
	Delivery    struct {
		ID         string            `json:"id"`
		Action     string            `json:"action"`
		Parameters map[string]any    `json:"parameters"`
		Recipient  string            `json:"recipient"`
		Values     []string          `json:"values"`
		Named      map[string]string `json:"named"`
		Language   string            `json:"language"`
	} `json:"delivery"`
	Queries []runQuery `json:"queries"`
}

// readRun reads the file. {dir} in it is the current directory, {n} is 1.
func readRun(path string) (*runFile, error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	here, err := filepath.Abs(".")
	if err != nil {
		return nil, err
	}
	quoted, err := json.Marshal(here)
	if err != nil {
		return nil, err
	}
	filled := strings.NewReplacer("{dir}", strings.Trim(string(quoted), `"`), "{n}", "1").Replace(string(text))
	for _, only := range []string{"{provider}", "{callbacks}"} {
		if strings.Contains(filled, only) {
			return nil, fmt.Errorf("%s: %s stands for something of the suite's; write an address that works", path, only)
		}
	}
	r := &runFile{}
	if err := json.Unmarshal([]byte(filled), r); err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return r, nil
}

// integration parts settings from secrets, by what the connector declares.
func (r *runFile) integration(d *sdk.Description) (sdk.Integration, error) {
	var schema objectSchema
	if err := json.Unmarshal(d.Settings.JSON, &schema); err != nil {
		return sdk.Integration{}, fmt.Errorf("the connector's settings have no schema that can be read: %w", err)
	}
	settings, secrets := map[string]any{}, map[string]string{}
	for name, value := range r.Settings {
		switch p, known := schema.Properties[name]; {
		case !known:
			return sdk.Integration{}, fmt.Errorf("settings.%s: the connector knows no such setting; it has %s", name,
				strings.Join(slices.Sorted(maps.Keys(schema.Properties)), ", "))
		case p.WriteOnly:
			text, ok := value.(string)
			if !ok {
				return sdk.Integration{}, fmt.Errorf("settings.%s: a secret must be a text", name)
			}
			secrets[name] = text
		default:
			settings[name] = value
		}
	}
	text, err := json.Marshal(settings)
	return sdk.Integration{ID: "int_run", Name: "run", Settings: text, Secrets: secrets, CallbackURL: r.CallbackURL, Language: r.Language, Version: 1}, err
}

// onlyAction is the action of a role, if there is but one.
func onlyAction(d *sdk.Description, source bool) (key string, of []string) {
	for _, a := range d.Actions {
		if source == (a.Role == sdk.RoleSource) {
			of = append(of, a.Key)
		}
	}
	if len(of) == 1 {
		key = of[0]
	}
	return key, of
}

// delivery is the one of the file, with the action left out if there is but one.
func (r *runFile) delivery(d *sdk.Description, deadline time.Time) (sdk.Delivery, error) {
	say := r.Delivery
	if say.Action == "" {
		say.Action, _ = onlyAction(d, false)
	}
	if say.ID == "" {
		say.ID = "dlv_run_" + strconv.FormatInt(time.Now().UnixMilli(), 36)
	}
	if say.Parameters == nil {
		say.Parameters = map[string]any{}
	}
	parameters, err := json.Marshal(say.Parameters)
	if err != nil {
		return sdk.Delivery{}, err
	}
	if len(say.Values) > 0 && len(say.Named) > 0 {
		return sdk.Delivery{}, errors.New("delivery: values are by position (values) or by name (named), not both")
	}
	out := sdk.Delivery{ID: say.ID, Attempt: 1, Action: say.Action, Parameters: parameters, Recipient: say.Recipient, Language: say.Language, Deadline: deadline}
	for i, text := range say.Values {
		out.Values = append(out.Values, sdk.Value{Position: i + 1, Text: text})
	}
	for _, name := range slices.Sorted(maps.Keys(say.Named)) {
		out.Values = append(out.Values, sdk.Value{Name: name, Text: say.Named[name]})
	}
	return out, nil
}

// ranReport is the answer of `recado connector run --json`.
type ranReport struct {
	Wire    []sdk.WireMessage `json:"wire"`
	Log     []string          `json:"log"`
	Outcome *ranOutcome       `json:"outcome,omitempty"`
	Query   *ranRows          `json:"query,omitempty"`
	Lookup  *ranLookup        `json:"lookup,omitempty"`
	Error   string            `json:"error,omitempty"`
}

// ranOutcome is what became of the delivery, in short; all of it is in the wire.
type ranOutcome struct {
	Kind       sdk.OutcomeKind `json:"kind"`
	ProviderID string          `json:"providerId,omitempty"`
	Path       string          `json:"path,omitempty"`
	Message    string          `json:"message,omitempty"`
	NextStep   string          `json:"nextStep,omitempty"`
}

// runAsk is what a connector is asked: to send, unless it is something else.
type runAsk struct {
	preview, check, query bool
	lookup, cursor        string
	rows                  int64
}

// problem says what cannot be meant.
func (a runAsk) problem() error {
	n := 0
	for _, said := range []bool{a.preview, a.check, a.query, a.lookup != ""} {
		if said {
			n++
		}
	}
	switch {
	case n > 1:
		return errors.New("--preview, --check, --query and --lookup are each a question of its own: ask one at a time")
	case a.rows < 1 || a.rows > mostRows:
		return fmt.Errorf("--rows: 1 to %d", mostRows)
	case a.cursor != "" && !a.query:
		return errors.New("--cursor goes with --query")
	}
	return nil
}

// mostRows bounds what is kept of a query, and shown.
const mostRows = 10_000

// connectorRun starts a connector, gives it one delivery from a file (or asks it something), and shows everything that goes over the wire.
func connectorRun(args []string, out, errOut io.Writer) error {
	f := flags("connector run", errOut)
	plugins := f.String("plugins", "", "`directory` of third-party connectors, in which a NAME is looked for")
	asJSON := f.Bool("json", false, "print JSON")
	var a runAsk
	f.BoolVar(&a.preview, "preview", false, "ask what would be sent, and send nothing")
	f.BoolVar(&a.check, "check", false, "ask whether the settings would work, and send nothing")
	f.BoolVar(&a.query, "query", false, "ask a source for rows: the first of the file's queries")
	f.Int64Var(&a.rows, "rows", 100, "with --query, the most `rows` in all")
	f.StringVar(&a.cursor, "cursor", "", "with --query, the `cursor` of an earlier page to go on from")
	f.StringVar(&a.lookup, "lookup", "", "ask what became of a delivery: its `id`, or id=provider-id")
	timeout := f.Duration("timeout", sdk.DefaultSendTimeout, "how `long` the connector may take")
	allow := f.String("outbound-allow", "", "`addresses` that are not public and to which it may connect all the same, as for serve")
	words, err := parseWords(f, args, 2)
	if err != nil {
		return err
	}
	if len(words) < 2 {
		return errors.New("say which connector, and a file with its settings and a delivery or a query: recado connector run PATH FILE.json, with --preview, --check, --query or --lookup to send nothing")
	}
	if err := a.problem(); err != nil {
		return err
	}
	file, err := readRun(words[1])
	if err != nil {
		return err
	}
	show := out
	if *asJSON {
		show = nil
	}
	running, recorded, err := startRecorded(*plugins, words[0], *allow)
	if err != nil {
		return err
	}
	defer running.Stop()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	t := trial{running, recorded, file, *timeout}
	got, err := t.run(ctx, show, a)
	running.Stop() // its log is complete only then
	report := recorded.report()
	report.Outcome, report.Lookup = recorded.outcome(got.outcome), recorded.fate(got.fate)
	if a.query {
		report.Query = recorded.rows()
	}
	if *asJSON {
		err = printRun(out, report, err)
	}
	if err != nil {
		return err
	}
	return conclude(show, &report, a, recorded)
}

// printRun prints a report as JSON, and in it what went wrong, of which nothing more is to be said then.
func printRun(out io.Writer, report ranReport, failed error) error {
	if failed != nil {
		report.Error = failed.Error()
	}
	if err := printJSON(out, report); err != nil {
		return err
	}
	if failed != nil {
		return errSilent
	}
	return nil
}

// trial is one use of a connector.
type trial struct {
	*sdk.Running
	recorded *recorder
	file     *runFile
	timeout  time.Duration
}

// ran is what came of a trial beside what went over the wire.
type ran struct {
	outcome *sdk.Outcome      // if something was sent
	fate    *sdk.LookupAnswer // if it was asked for
}

// run shows everything from after the description on, which `inspect` shows better.
func (t trial) run(ctx context.Context, show io.Writer, a runAsk) (got ran, err error) {
	describing, cancel := context.WithTimeout(ctx, describeTime)
	d, err := t.Describe(describing)
	cancel()
	if err != nil {
		return got, fmt.Errorf("it could not describe itself: %w", err)
	}
	in, err := t.file.integration(&d)
	if err != nil {
		return got, err
	}
	q, err := t.file.query(&d, a.cursor, a.rows)
	if err != nil && a.query {
		return got, err
	}
	// The hub waits a little longer than the delivery may take.
	ctx, cancel = context.WithTimeout(ctx, t.timeout+2*time.Second)
	defer cancel()
	delivery, err := t.file.delivery(&d, time.Now().Add(t.timeout))
	if err != nil {
		return got, err
	}
	t.recorded.begin(show, in.Secrets)
	switch {
	case a.check:
		_, err = t.Check(ctx, in)
	case a.preview:
		_, err = t.Preview(ctx, in, delivery)
	case a.query:
		err = t.ask(ctx, in, q)
	case a.lookup != "":
		got.fate, err = t.lookUp(ctx, in, a.lookup)
	default:
		got.outcome, err = t.send(ctx, in, delivery)
	}
	return got, err
}

// begin shows what comes from now on.
func (r *recorder) begin(show io.Writer, secrets map[string]string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.show, r.secrets = show, secrets
}

func (t trial) send(ctx context.Context, in sdk.Integration, d sdk.Delivery) (*sdk.Outcome, error) {
	stream, err := t.OpenDeliver(ctx, in)
	if err != nil {
		return nil, err
	}
	defer stream.Close()
	if err := stream.Send([]sdk.Delivery{d}); err != nil {
		return nil, err
	}
	if err := stream.CloseSend(); err != nil {
		return nil, err
	}
	var last *sdk.Outcome
	for {
		outcomes, err := stream.Recv()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return last, err
		}
		for i := range outcomes {
			last = &outcomes[i]
		}
	}
	if last == nil {
		return nil, errors.New("the connector ended the stream without an outcome; the hub would take the delivery as UNKNOWN")
	}
	return last, nil
}

// conclude says what became of it. Anything but ACCEPTED, or a problem that was found, ends the command with 1.
func conclude(out io.Writer, report *ranReport, a runAsk, r *recorder) error {
	switch {
	case report.Query != nil && out != nil:
		report.Query.print(out, a.rows)
	case report.Lookup != nil:
		l := report.Lookup
		facts(out, string(l.State), fact{"provider id", l.ProviderID}, fact{"how far", string(l.Status)}, fact{"says", l.Message})
	case report.Outcome != nil:
		o := report.Outcome
		facts(out, string(o.Kind), fact{"provider id", o.ProviderID}, fact{"at fault", o.Path}, fact{"says", o.Message}, fact{"to do", o.NextStep})
		if o.Kind != sdk.Accepted {
			return errSilent
		}
	case strings.Contains(string(r.answer("Check"))+string(r.answer("Preview")), `"SEVERITY_ERROR"`):
		return errSilent
	}
	return nil
}

type fact struct{ name, text string }

// facts prints those that there are below a word.
func facts(out io.Writer, word string, list ...fact) {
	if out == nil {
		return
	}
	fmt.Fprintf(out, "\n%s\n", word)
	for _, f := range list {
		if f.text != "" {
			fmt.Fprintf(out, "  %s: %s\n", f.name, f.text)
		}
	}
}

func (r *recorder) outcome(o *sdk.Outcome) *ranOutcome {
	if o == nil {
		return nil
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	return &ranOutcome{Kind: o.Kind, ProviderID: r.clean(o.ProviderID), Path: r.clean(o.Path), Message: r.clean(o.Message), NextStep: r.clean(o.NextStep)}
}

func (r *recorder) report() ranReport {
	r.mu.Lock()
	defer r.mu.Unlock()
	return ranReport{Wire: r.wire, Log: append([]string{}, r.log...)}
}
