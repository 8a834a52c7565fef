package hub

import (
	"encoding/json"
	"fmt"
)

// SourceFetch says where the rows of a flow come from before it reads them: a source connector is asked, and what it answers is taken over
// as records of the type that the flow's source action reads, with the rights of the flow's consumer. The flow then reads these
// records and no others.
type SourceFetch struct {
	IntegrationKey int64           `json:"integration"`
	Action         string          `json:"action"`               // of the connector: "read_rows"
	Parameters     json.RawMessage `json:"parameters,omitempty"` // an object, by the action's schema
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
	Integration *Integration // nil if there is none
	Connector   *Connector   // nil if it has never described itself
	Parameters  []Problem    // what the action's schema says of the parameters, with paths inside them
	Lacks       []Permission // what the group of the flow's consumer lacks to write the records
}

// fetchProblems judges where a flow fetches its rows.
func fetchProblems(f *Flow, facts FlowFacts) []Problem {
	const path = "source.fetch"
	s := f.Definition.Source
	if s == nil || s.Fetch == nil {
		return nil
	}
	if f.ForEvents() {
		return []Problem{{Code: ProblemTriggerMismatch, Path: path,
			Message: "a flow that events start reads what happened, and fetches nothing", NextStep: "choose another trigger, or take fetch away"}}
	}
	var known FetchFacts
	if facts.Fetch != nil {
		known = *facts.Fetch
	}
	switch {
	case known.Integration == nil:
		return []Problem{{Code: ProblemIntegrationUnknown, Path: path + ".integration", Message: "What is fetched needs an integration"}}
	case known.Connector == nil:
		return []Problem{{Code: ProblemConnectorUnknown, Path: path + ".integration",
			Message: fmt.Sprintf("the connector %q of this integration is not there", known.Integration.Connector), NextStep: "see connectors for its state"}}
	case known.Connector.Source(s.Fetch.Action) == nil:
		return []Problem{{Code: ProblemActionUnknown, Path: path + ".action",
			Message: fmt.Sprintf("the connector %q has no source %q; they are listed by connectors.sources", known.Connector.Name, Clip(s.Fetch.Action, 60))}}
	}
	var p []Problem
	for _, q := range known.Parameters {
		q.Path = joinPath(path+".parameters", q.Path)
		p = append(p, q)
	}
	for _, lack := range known.Lacks {
		p = append(p, Problem{Code: ProblemPermissionMissing, Path: "source.consumer",
			Message: fmt.Sprintf("what is fetched is written as records, which needs %s, and the group of the flow's consumer lacks it", lack), NextStep: "grant it to the group"})
	}
	return p
}
