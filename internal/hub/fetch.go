package hub

import (
	"bytes"
	"cmp"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"
)

// SourceFetch says where the rows of a flow come from before it reads them: a source connector is asked, and what it answers is taken over
// as records of the type that the flow's source action reads, with the rights of the flow's consumer. The flow then reads these
// records and no others.
//
// What a flow that events start asks for may be taken from the occurrence: it asks once for each row of the occurrence, and once for those of
// which it would ask the same.
type SourceFetch struct {
	IntegrationKey int64           `json:"integration"`
	Action         string          `json:"action"`               // of the connector: "read_rows"
	Parameters     json.RawMessage `json:"parameters,omitempty"` // an object, by the action's schema
	About          string          `json:"about,omitempty"`      // with the trigger EVENT, the type of the records that occurrences are about; empty: the type that the flow reads
	Mapping        []MappingEntry  `json:"mapping,omitempty"`    // with the trigger EVENT, parameters by their paths ("query.asset"), taken from a row of the occurrence
}

// Same says whether two flows ask for the same in the same way; none is like none.
func (f *SourceFetch) Same(g *SourceFetch) bool {
	if f == nil || g == nil {
		return f == g
	}
	return bytes.Equal(mustJSON(f), mustJSON(g))
}

// FetchTarget is the place of a [TargetCheck] that is of what a flow fetches, and of none of its targets.
const FetchTarget = -1

// Use is how a flow means to use the source: the names are the paths of the parameters that occurrences fill.
func (f *SourceFetch) Use() ActionUse {
	u := ActionUse{Action: f.Action, Parameters: f.Parameters}
	for _, m := range f.Mapping {
		u.Names = append(u.Names, m.Name)
	}
	return u
}

// occurrencePrefix leads from a row that was fetched to the row of the occurrence for which it was.
const occurrencePrefix = "occurrence."

// OccurrencePath reads a path into the row of the occurrence for which something was fetched; ok is false for any other path.
func OccurrencePath(path string) (field string, ok bool) {
	field, ok = strings.CutPrefix(path, occurrencePrefix)
	return field, ok && field != "" && field != "occurrence" && !strings.HasPrefix(field, occurrencePrefix)
}

// AsksAbout says whether the flow fetches for what occurrences are about.
func (d *FlowDefinition) AsksAbout() bool {
	return d.Source != nil && d.Source.Fetch != nil && d.Trigger == TriggerEvent
}

// TypeAbout is the type of the records that occurrences are about for which a flow fetches that reads records of a type.
func (f *SourceFetch) TypeAbout(read string) string { return cmp.Or(f.About, read) }

// TypeAt is the record type of which a path of a flow's messages is, and the path there: that of the rows, which are of the type read, or with
// occurrence. before it that of the occurrence's rows, if the flow fetches for these.
func (d *FlowDefinition) TypeAt(read, path string) (recordType, field string) {
	if d.AsksAbout() {
		if field, ok := OccurrencePath(path); ok {
			return d.Source.Fetch.TypeAbout(read), field
		}
	}
	return read, path
}

// Fetch is what became of an execution's asking its source.
type Fetch struct {
	ExecutionKey int64
	Attempts     int             // times that it was asked in vain and that count
	AskedAt      *time.Time      // when it was last asked; nil: never yet
	DoneAt       *time.Time      // when all rows were there; nil: they are not
	Reason       *Reason         // why it could not be asked the last time; nil: it could
	Questions    []FetchQuestion // what was asked; none as long as it was not, and once payloads were taken away
	Rows         int             // that came and were taken over, each record once
	Hidden       []Hidden        // what was left out for the caller who reads it; never stored
	Brought      []FetchedRow    // of a preview, which keeps nothing: the rows that came
}

// FetchQuestion is one question of an execution to its source.
type FetchQuestion struct {
	Parameters json.RawMessage `json:"parameters,omitempty"` // with what occurrences filled
	About      string          `json:"about,omitempty"`      // name of the occurrence's first row for which it was asked; empty if it was for none
	Rows       int             `json:"rows"`                 // that came
}

// FetchedRow is a row as the source gave it.
type FetchedRow struct {
	Number   int // from 0
	Question int // index into the questions
	Name     string
	Data     Fields
}

// SourceQuery asks a source connector for rows.
type SourceQuery struct {
	Action     string
	Parameters json.RawMessage
	Limit      int // the most rows; 0: all
}

// RowKey is the member of a source connector's row that names it where no field of its type does.
const RowKey = "$key"

// ConnectorSource is something that a connector can be asked for rows.
type ConnectorSource struct {
	Key        string
	Title      Labels
	Help       Labels
	Category   string
	Parameters Schema
}

// Source finds what a connector can be asked for, by its key; nil if there is none.
func (c *Connector) Source(key string) *ConnectorSource {
	for i := range c.Sources {
		if c.Sources[i].Key == key {
			return &c.Sources[i]
		}
	}
	return nil
}

// FetchFacts is what is known of where a flow fetches its rows.
type FetchFacts struct {
	Integration *Integration                // nil if there is none
	Connector   *Connector                  // nil if it has never described itself
	Parameters  []Problem                   // what the action's schema says of the parameters, with paths inside them
	Lacks       []Permission                // what the group of the flow's consumer lacks to write the records
	AboutKnown  bool                        // whether there are records of the type that occurrences are about
	Field       func(path string) FieldFact // what the catalogue says of their fields; nil if there are none
	Mapping     []Problem                   // what the action's schema says of the places that are filled, with paths inside the mapping
}

// fetchProblems judges where a flow fetches its rows.
func fetchProblems(f *Flow, facts FlowFacts) []Problem {
	const path = "source.fetch"
	s := f.Definition.Source
	if s == nil || s.Fetch == nil {
		return nil
	}
	var known FetchFacts
	if facts.Fetch != nil {
		known = *facts.Fetch
	}
	p := askedProblems(path, f, known, facts)
	switch {
	case known.Integration == nil:
		return append(p, Problem{Code: ProblemIntegrationUnknown, Path: path + ".integration", Message: "What is fetched needs an integration"})
	case known.Connector == nil:
		return append(p, Problem{Code: ProblemConnectorUnknown, Path: path + ".integration",
			Message: fmt.Sprintf("the connector %q of this integration is not there", known.Integration.Connector), NextStep: "see connectors for its state"})
	case known.Connector.Source(s.Fetch.Action) == nil:
		return append(p, Problem{Code: ProblemActionUnknown, Path: path + ".action",
			Message: fmt.Sprintf("the connector %q has no source %q; they are listed by connectors.sources", known.Connector.Name, Clip(s.Fetch.Action, 60))})
	}
	for _, q := range known.Parameters {
		q.Path = joinPath(path+".parameters", q.Path)
		p = append(p, q)
	}
	for _, q := range known.Mapping {
		q.Path = joinPath(path+".mapping", q.Path)
		p = append(p, q)
	}
	for _, lack := range known.Lacks {
		p = append(p, Problem{Code: ProblemPermissionMissing, Path: "source.consumer",
			Message: fmt.Sprintf("what is fetched is written as records, which needs %s, and the group of the flow's consumer lacks it", lack), NextStep: "grant it to the group"})
	}
	return p
}

// askedProblems judges what a flow takes from occurrences to ask with.
func askedProblems(path string, f *Flow, known FetchFacts, facts FlowFacts) (p []Problem) {
	fetch := f.Definition.Source.Fetch
	if !f.ForEvents() {
		for at, given := range map[string]bool{"about": fetch.About != "", "mapping": len(fetch.Mapping) > 0} {
			if given {
				p = append(p, Problem{Code: ProblemTriggerMismatch, Path: Path(path, at),
					Message: "only a flow with the trigger EVENT has occurrences of which it can take what it asks with", NextStep: "choose the trigger EVENT, or leave this out"})
			}
		}
		slices.SortFunc(p, func(a, b Problem) int { return strings.Compare(a.Path, b.Path) })
		return p
	}
	if !known.AboutKnown {
		p = append(p, Problem{Code: ProblemSourceUnknown, Path: Path(path, "about"),
			Message: fmt.Sprintf("there is no record type %q; they are listed by catalog.recordTypes", Clip(fetch.About, 60))})
	}
	if f.Definition.Settings.Collect != nil {
		p = append(p, Problem{Code: ProblemSettingInvalid, Path: "settings.collect",
			Message: "a flow that fetches for what occurrences are about cannot collect: whom its messages are for is known only when its source was asked", NextStep: "leave settings.collect out, or take fetch away"})
	}
	if len(fetch.Mapping) == 0 {
		return p
	}
	facts.Field = known.Field
	at := Path(path, "mapping")
	for i, m := range fetch.Mapping {
		if m.Name == "" {
			p = append(p, Problem{Code: ProblemMappingPlaces, Path: Path(at, i, "name"), Message: "a value for a source needs the path of its parameter as a name", NextStep: "give it a name such as query.asset"})
		}
	}
	if len(p) > 0 {
		return p
	}
	return mappingProblems(at, fetch.Mapping, nil, facts, facts.options(FlowSettings{}))
}
