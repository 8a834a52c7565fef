package sdk

import (
	"errors"
	"strings"
)

// ErrUnimplemented says that the connector does not offer the ability that was asked for.
var ErrUnimplemented = errors.New("the connector does not offer this")

// ErrUnavailable says that the connector's process cannot be reached: it ended, or is about to.
var ErrUnavailable = errors.New("the connector's process cannot be reached")

// SettingsError says that settings, secrets or parameters cannot be used.
type SettingsError struct {
	Problems []Problem
}

// Error lists the problems.
func (e *SettingsError) Error() string {
	if len(e.Problems) == 0 {
		return "the settings cannot be used"
	}
	parts := make([]string, len(e.Problems))
	for i, p := range e.Problems {
		parts[i] = p.Message
		if p.Path != "" {
			parts[i] = p.Path + ": " + p.Message
		}
	}
	return strings.Join(parts, "; ")
}
