package hub

import (
	"errors"

	"github.com/recado-hub/recado/internal/mapping"
)

// CompileMapping turns mapping entries into a program that can be run many times.
func CompileMapping(entries []MappingEntry) (*mapping.Program, error) {
	list := make([]mapping.Entry, len(entries))
	for i, e := range entries {
		list[i] = mapping.Entry{Field: e.Field, Position: e.Position}
	}
	return mapping.Compile(list)
}

func compileProblems(path string, entries []MappingEntry) []Problem {
	_, err := CompileMapping(entries)
	var at *mapping.CompileError
	switch {
	case err == nil:
		return nil
	case errors.As(err, &at):
		return []Problem{{Code: ProblemMappingInvalid, Path: joinPath(path, at.Path), Message: at.Message}}
	}
	return []Problem{{Code: ProblemMappingInvalid, Path: path, Message: err.Error()}}
}

// NormalRecipient writes a recipient as the action wants it: a telephone number as "+" and digits (ITU-T E.164). Without
// an action, or for one with a format of its own, the text stays as it is.
func NormalRecipient(s string, a *ConnectorAction) (string, error) {
	if a == nil || a.Recipient.Format != "e164" {
		return s, nil
	}
	return mapping.E164(s)
}
