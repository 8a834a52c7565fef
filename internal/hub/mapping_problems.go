package hub

import (
	"fmt"
	"unicode/utf8"

	"github.com/recado-hub/recado/internal/mapping"
)

func recipientProblems(path string, r Recipient, a *ConnectorAction, facts FlowFacts, country string) []Problem {
	switch {
	case r.None():
		return []Problem{{Code: ProblemRecipientEmpty, Path: path, Message: "The recipient cannot be empty: give a constant or a field"}}
	case r.Constant != "" && r.Field != "":
		return []Problem{{Code: ProblemRecipientInvalid, Path: path, Message: "The recipient is either a constant or a field, not both"}}
	}
	if problem := r.Mapping().Check(); problem != nil {
		return []Problem{{Code: ProblemRecipientInvalid, Path: path, Message: problem.Message}}
	}
	return partProblems(path, r, a, facts, country)
}

// partProblems judges the constants and the fields of a recipient, each at its own path.
func partProblems(path string, r Recipient, a *ConnectorAction, facts FlowFacts, country string) (p []Problem) {
	switch {
	case r.Field != "" && facts.Field != nil:
		p = fieldProblems(path+".field", r.Field, facts)
	case r.Constant != "":
		if _, err := NormalRecipient(r.Constant, a, country); err != nil {
			p = []Problem{{Code: ProblemRecipientInvalid, Path: path + ".constant", Message: err.Error()}}
		}
	}
	for i, part := range r.All {
		p = append(p, partProblems(Path(path, "all", i), part, a, facts, country)...)
	}
	for i, part := range r.First {
		p = append(p, partProblems(Path(path, "first", i), part, a, facts, country)...)
	}
	return p
}

func mappingProblems(path string, entries []MappingEntry, a *ConnectorAction, facts FlowFacts, o mapping.Options) []Problem {
	if len(entries) == 0 && a != nil && a.Values.Max == 0 {
		return nil // the action takes no values
	}
	if len(entries) == 0 {
		return []Problem{{Code: ProblemMappingEmpty, Path: path, Message: "Mapping to destination configuration cannot be empty"}}
	}
	p := compileProblems(path, entries, o)
	for i, e := range entries {
		p = append(p, entryProblems(Path(path, i), e, a, facts)...)
	}
	if a == nil {
		return p
	}
	if len(entries) < a.Values.Min || len(entries) > a.Values.Max {
		p = append(p, Problem{Code: ProblemMappingCount, Path: path,
			Message: fmt.Sprintf("the action %q takes %d to %d values, the mapping gives %d", a.Key, a.Values.Min, a.Values.Max, len(entries))})
	}
	return append(p, placeProblems(path, entries, a)...)
}

// placeProblems says that the action does not take values in such places. A mixture is a problem of its own.
func placeProblems(path string, entries []MappingEntry, a *ConnectorAction) []Problem {
	named := entries[0].Name != ""
	switch {
	case named && a.Values.Positional && !a.Values.Named:
		return []Problem{{Code: ProblemMappingPlaces, Path: path, Message: fmt.Sprintf("the action %q takes values by position, and the mapping gives names", a.Key),
			NextStep: "give each value a position from 1 instead of its name"}}
	case !named && a.Values.Named && !a.Values.Positional:
		return []Problem{{Code: ProblemMappingPlaces, Path: path, Message: fmt.Sprintf("the action %q takes values by name, and the mapping gives positions", a.Key),
			NextStep: "give each value a name instead of its position"}}
	}
	return nil
}

// entryProblems judges what a value is made of: fields must exist, and the flow's consumer must be allowed to see them.
func entryProblems(path string, e MappingEntry, a *ConnectorAction, facts FlowFacts) (p []Problem) {
	if a != nil && a.Values.MaxLength > 0 {
		for _, text := range []struct {
			at string
			s  *string
		}{{"constant", e.Constant}, {"default", e.Default}} {
			if text.s != nil && utf8.RuneCountInString(*text.s) > a.Values.MaxLength {
				p = append(p, Problem{Code: ProblemValueTooLong, Path: Path(path, text.at),
					Message: fmt.Sprintf("the text has %d characters, and a value of the action %q has at most %d", utf8.RuneCountInString(*text.s), a.Key, a.Values.MaxLength)})
			}
		}
	}
	if facts.Field == nil {
		return p
	}
	fields, lookups := e.Reads()
	at := Path(path, "field")
	if e.Field == "" {
		at = Path(path, "expression")
	}
	for _, field := range fields {
		p = append(p, fieldProblems(at, field, facts)...)
	}
	if facts.Lookup != nil {
		for _, l := range lookups {
			p = append(p, lookupProblems(at, l, facts)...)
		}
	}
	return append(p, missingProblems(path, e, facts)...)
}

func lookupProblems(path string, l mapping.Lookup, facts FlowFacts) []Problem {
	fact := facts.Lookup(l.Type, l.Field)
	name := Clip(l.Type, 60) + "." + Clip(l.Field, 60)
	if !fact.Known {
		return []Problem{{Code: ProblemFieldUnknown, Path: path,
			Message: fmt.Sprintf("there is no field %q to look up; record types and their fields are listed by catalog.recordTypes", name)}}
	}
	return grantProblems(path, name, fact, facts)
}

// missingProblems warns of a value that a record may lack, which would fail its delivery. Of an expression nobody can tell.
func missingProblems(path string, e MappingEntry, facts FlowFacts) []Problem {
	if e.Field == "" || e.Missing() != MissingFail {
		return nil
	}
	if fact := facts.Field(e.Field); !fact.Known || fact.Type == "" || fact.Filled {
		return nil
	}
	return []Problem{{Code: ProblemValueMayMiss, Path: Path(path, "missing"), Severity: SeverityWarning,
		Message:  fmt.Sprintf("a record may have nothing in %q: its delivery fails then", Clip(e.Field, 60)),
		NextStep: "set what happens to DEFAULT with a text, or to SKIP; or leave it, if that must not happen unseen"}}
}
