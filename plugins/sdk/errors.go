package sdk

import (
	"errors"
	"strings"
	"time"
)

// ErrUnimplemented says that the connector does not offer the ability that was asked for.
var ErrUnimplemented = errors.New("the connector does not offer this")

// ErrUnavailable says that the connector's process cannot be reached: it ended, or is about to.
var ErrUnavailable = errors.New("the connector's process cannot be reached")

// RetryError says that a source cannot be asked now, and may be again. On the wire it is a status with the detail google.rpc.RetryInfo.
type RetryError struct {
	// After is how long to wait at least, as the system behind the source wants it; 0: as the hub thinks best.
	After time.Duration
	// Message says what stands in the way; no secrets.
	Message string
}

// Error is the message.
func (e *RetryError) Error() string { return e.Message }

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
