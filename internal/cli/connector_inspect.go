package cli

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
	"text/tabwriter"

	"github.com/recado-hub/recado/plugins/sdk"
)

// connectorInspect shows what a connector declares of itself.
func connectorInspect(args []string, out, errOut io.Writer) error {
	f := flags("connector inspect", errOut)
	plugins := f.String("plugins", "", "`directory` of third-party connectors, in which a NAME is looked for")
	language := f.String("language", "en", "`language` of the words: "+strings.Join(sdk.Languages(), ", "))
	asJSON := f.Bool("json", false, "print all that it declares, by the names of connector.proto")
	words, err := parseWords(f, args, 1)
	if err != nil {
		return err
	}
	if len(words) == 0 {
		return errors.New("say which connector: recado connector inspect PATH, or the NAME of one")
	}
	running, recorded, err := startRecorded(*plugins, words[0], "")
	if err != nil {
		return err
	}
	defer running.Stop()
	ctx, cancel := context.WithTimeout(context.Background(), describeTime)
	defer cancel()
	d, err := running.Describe(ctx)
	if err != nil {
		return fmt.Errorf("%s could not describe itself: %w", words[0], err)
	}
	if *asJSON {
		return printJSON(out, recorded.answer("Describe"))
	}
	return inspection{&d, *language, out}.print()
}

// answer is the connector's last message of a call.
func (r *recorder) answer(call string) json.RawMessage {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, m := range slices.Backward(r.wire) {
		if m.Call == call && !m.ToConnector && m.Message != nil {
			return m.Message
		}
	}
	return nil
}

// inspection prints a description.
type inspection struct {
	*sdk.Description
	language string
	out      io.Writer
}

func (i inspection) print() error {
	fmt.Fprintf(i.out, "%s %s: %s\n%s\n", i.Name, i.Version, cmp.Or(i.Title.In(i.language), "without a title"), rolesText(i.Roles))
	if help := i.Help.In(i.language); help != "" {
		fmt.Fprintln(i.out, help)
	}
	w := tabwriter.NewWriter(i.out, 0, 0, 2, ' ', 0)
	offered, missing := i.abilities()
	fmt.Fprintf(w, "\noffers\t%s\nnot\t%s\nat once\t%d deliveries\n", cmp.Or(offered, "nothing more"), cmp.Or(missing, "-"), i.Capabilities.InFlight)
	fmt.Fprint(w, "\nSETTINGS\n")
	i.schema(w, i.Settings, "  ")
	for _, l := range i.Limits {
		fmt.Fprintf(w, "\nLIMIT %s\t%.3g a second, %d at once, for each %s", l.Key, l.PerSecond, l.Burst, strings.ToLower(string(l.Scope)))
		if l.Setting != "" {
			fmt.Fprintf(w, ", unless the setting %s says otherwise", l.Setting)
		}
		for _, setting := range slices.Sorted(maps.Keys(l.Where)) {
			fmt.Fprintf(w, ", where %s is %s", setting, l.Where[setting])
		}
	}
	if len(i.Limits) > 0 {
		fmt.Fprintln(w)
	}
	for _, a := range i.Actions {
		i.action(w, a)
	}
	if gaps := i.gaps(); len(gaps) > 0 {
		fmt.Fprintf(w, "\nWITHOUT WORDS in some of the six languages: %s\n", strings.Join(gaps, ", "))
	}
	return w.Flush()
}

func (i inspection) abilities() (offered, missing string) {
	c := i.Capabilities
	var has, hasNot []string
	for _, one := range []struct {
		name string
		has  bool
	}{
		{"check", c.Check}, {"check of an action", c.CheckAction}, {"preview", c.Preview}, {"receipts", c.Receipts},
		{"lookup", c.Lookup}, {"query", c.Query}, {"idempotent sending", c.IdempotentSending}, {"keyed receipts", c.KeyedReceipts},
	} {
		if one.has {
			has = append(has, one.name)
		} else {
			hasNot = append(hasNot, one.name)
		}
	}
	return strings.Join(has, ", "), strings.Join(hasNot, ", ")
}

func (i inspection) action(w io.Writer, a sdk.Action) {
	fmt.Fprintf(w, "\nACTION %s\t%s (%s)", a.Key, a.Title.In(i.language), strings.ToLower(string(a.Role)))
	if a.Language != "" {
		fmt.Fprintf(w, ", in %s", a.Language)
	}
	fmt.Fprintln(w)
	if a.Role == sdk.RoleDestination {
		fmt.Fprintf(w, "  recipient\t%s, asked for as %q\n  values\t%s\n", a.Recipient.Format, a.Recipient.Parameter, valuesText(a.Values))
	}
	i.schema(w, a.Parameters, "  ")
	if len(a.Rows.JSON) > 0 {
		fmt.Fprint(w, "  rows\n")
		i.schema(w, a.Rows, "    ")
	}
}

func valuesText(v sdk.ValuesSpec) string {
	if v.Max == 0 {
		return "none"
	}
	how := "by name"
	switch {
	case v.Positional && v.Named:
		how = "by position or by name"
	case v.Positional:
		how = "by position"
	}
	text := fmt.Sprintf("%d to %d, %s", v.Min, v.Max, how)
	if v.MaxLength > 0 {
		text += fmt.Sprintf(", of %d characters at most", v.MaxLength)
	}
	return text
}

// property is what of a property's JSON Schema is told.
type property struct {
	Type        any    `json:"type"`
	Enum        []any  `json:"enum"`
	Default     any    `json:"default"`
	Pattern     string `json:"pattern"`
	Format      string `json:"format"`
	WriteOnly   bool   `json:"writeOnly"`
	Destination bool   `json:"x-recado-secret-destination"`
	Callback    bool   `json:"x-recado-callback-secret"`
}

type objectSchema struct {
	Properties map[string]property `json:"properties"`
	Required   []string            `json:"required"`
}

func (i inspection) schema(w io.Writer, s sdk.Schema, indent string) {
	var o objectSchema
	if err := json.Unmarshal(s.JSON, &o); err != nil {
		fmt.Fprintf(w, "%sits JSON Schema cannot be read: %v\n", indent, err)
		return
	}
	for _, name := range slices.Sorted(maps.Keys(o.Properties)) {
		facts := o.Properties[name].facts()
		if slices.Contains(o.Required, name) {
			facts = append(facts, "required")
		}
		l := s.Labels[name]
		fmt.Fprintf(w, "%s%s\t%s\t%s", indent, name, strings.Join(facts, ", "), cmp.Or(l.Title.In(i.language), "(no title)"))
		if help := l.Help.In(i.language); help != "" {
			fmt.Fprintf(w, ": %s", help)
		}
		fmt.Fprintln(w)
	}
}

func (p property) facts() []string {
	facts := []string{}
	if p.Type != nil {
		facts = append(facts, fmt.Sprint(p.Type))
	}
	if p.Format != "" {
		facts = append(facts, p.Format)
	}
	if len(p.Enum) > 0 {
		facts = append(facts, "one of "+strings.Trim(fmt.Sprint(p.Enum), "[]"))
	}
	if p.Default != nil {
		facts = append(facts, fmt.Sprintf("default %v", p.Default))
	}
	if p.WriteOnly {
		facts = append(facts, "secret")
	}
	if p.Destination {
		facts = append(facts, "decides where secrets go")
	}
	if p.Callback {
		facts = append(facts, "verifies callbacks")
	}
	return facts
}

// gaps are the places that have no words in one of the six languages.
func (i inspection) gaps() (places []string) {
	look := func(place string, l sdk.Labels) {
		for _, tag := range sdk.Languages() {
			if l[tag] == "" {
				places = append(places, place)
				return
			}
		}
	}
	schema := func(place string, s sdk.Schema) {
		var o objectSchema
		_ = json.Unmarshal(s.JSON, &o) // told of where it is printed
		for _, name := range slices.Sorted(maps.Keys(o.Properties)) {
			look(place+name, s.Labels[name].Title)
		}
	}
	look("title", i.Title)
	schema("settings.", i.Settings)
	for _, a := range i.Actions {
		look(a.Key, a.Title)
		schema(a.Key+".", a.Parameters)
		if a.Role == sdk.RoleDestination {
			look(a.Key+" recipient", a.Recipient.Title)
		}
	}
	return places
}
