package hub

import (
	"errors"
	"fmt"
	"math"
	"time"
)

// Code says what kind of error this is. Codes are stable: clients build on them; messages may change and are translated.
type Code string

// The error codes of the whole hub. Their HTTP and GraphQL shapes stand in one table, in package web and graph.
const (
	CodeInvalid         Code = "INVALID"         // the input is wrong; Path says where
	CodeNotFound        Code = "NOT_FOUND"       // there is no such thing, or the caller may not know of it
	CodeConflict        Code = "CONFLICT"        // somebody else changed it first, or the same id came with another body
	CodeInUse           Code = "IN_USE"          // it cannot go while others use it; the message names them
	CodeForbidden       Code = "FORBIDDEN"       // signed in, but a permission is missing; Needs says which
	CodeUnauthenticated Code = "UNAUTHENTICATED" // no valid token
	CodeTooLarge        Code = "TOO_LARGE"       // over a size limit, which the message names
	CodeRateLimited     Code = "RATE_LIMITED"    // too much in too short a time; RetryAfter says how long to wait
	CodeUnavailable     Code = "UNAVAILABLE"     // cannot be done now; trying again later makes sense
	CodeCursorExpired   Code = "CURSOR_EXPIRED"  // the journal has not been kept back to this cursor; Oldest is the oldest that can be used
	CodeInternal        Code = "INTERNAL"        // our fault; the detail is in the log and not in the answer
)

// Error is the one error type of the hub: a code for programs, a message for people, the path of the input at fault.
// An error that is no *Error is internal by definition: it is logged, and the caller learns nothing of it.
type Error struct {
	Code       Code
	Path       string // dotted path into the input, such as "targets.0.mapping.2.field"; empty when it concerns the whole
	Message    string // one sentence: what is wrong and what to do
	Problems   []Problem
	Needs      []Permission  // for FORBIDDEN: what is missing
	Group      string        // for FORBIDDEN: the description of the group that lacks it
	Oldest     string        // for CURSOR_EXPIRED: the oldest cursor that can be used
	Quota      string        // for RATE_LIMITED: what was used up
	RetryAfter time.Duration // for RATE_LIMITED, and for UNAVAILABLE where it is known: how long to wait
	Consumer   int64         // for FORBIDDEN and UNAUTHENTICATED: who was refused, for the audit log alone; 0: nobody who is known
}

// Error is the message with the path before it.
func (e *Error) Error() string {
	if e.Path == "" {
		return e.Message
	}
	return e.Path + ": " + e.Message
}

// Invalid makes an INVALID error for a path of the input.
func Invalid(path, format string, args ...any) *Error {
	return &Error{Code: CodeInvalid, Path: path, Message: fmt.Sprintf(format, args...)}
}

// NotFound makes the NOT_FOUND error for a thing of a kind.
func NotFound(kind Kind, key int64) *Error {
	return &Error{Code: CodeNotFound, Path: "id", Message: fmt.Sprintf("there is no %s", ID(kind, key))}
}

// Conflict makes a CONFLICT error.
func Conflict(path, format string, args ...any) *Error {
	return &Error{Code: CodeConflict, Path: path, Message: fmt.Sprintf(format, args...)}
}

// RateLimited is the error for a consumer that asks for more of something than it may in a minute.
func RateLimited(quota string, perMinute int, wait time.Duration) *Error {
	e := &Error{Code: CodeRateLimited, Quota: quota, RetryAfter: wait}
	seconds := e.RetrySeconds()
	if quota == "cost" {
		e.Message = fmt.Sprintf("this consumer has asked for too much: operations may cost %d a minute together; ask for less, or wait %d s", perMinute, seconds)
	} else {
		e.Message = fmt.Sprintf("this consumer has asked too often: %d requests a minute are answered; wait %d s", perMinute, seconds)
	}
	return e
}

// RetrySeconds is how long to wait in whole seconds, as the header Retry-After has it: one at least.
func (e *Error) RetrySeconds() int { return max(1, int(math.Ceil(e.RetryAfter.Seconds()))) }

// CursorExpired is the error for a cursor behind which lines of the journal are gone; oldest is the first one behind which
// none are.
func CursorExpired(oldest int64) *Error {
	return &Error{Code: CodeCursorExpired, Path: "after", Oldest: Cursor(oldest),
		Message: "the journal is not kept back to this cursor; read the lists for what you have missed, and go on from the oldest cursor"}
}

// Stale is the CONFLICT of an update that was written against an older version; it shows both.
func Stale(expected, current int) *Error {
	return Conflict("expectedVersion", "you changed version %d, but the current version is %d; read it again and repeat your change", expected, current)
}

// WithProblems is the INVALID error that carries a list of problems; the first one gives message and path.
func WithProblems(problems []Problem) *Error {
	if len(problems) == 0 {
		return nil
	}
	return &Error{Code: CodeInvalid, Path: problems[0].Path, Message: problems[0].Message, Problems: problems}
}

// CodeOf is the code of an error: that of the *Error in its chain, INTERNAL for any other error.
func CodeOf(err error) Code {
	var e *Error
	if errors.As(err, &e) {
		return e.Code
	}
	return CodeInternal
}

// Problem is one reason why something would fail, found before it does: a stable code, the path at fault, a sentence.
// Drafts may be saved with problems; what has problems cannot be enabled.
type Problem struct {
	Code     ProblemCode
	Path     string
	Message  string
	NextStep string // what to do about it; may be empty
	Severity Severity
}

// Severity says how bad a Problem is. The zero Severity is an error.
type Severity string

// The severities.
const (
	SeverityError   Severity = "ERROR"   // it would fail
	SeverityWarning Severity = "WARNING" // it works, but perhaps not for all rows; it keeps nothing from being enabled
)

// Level is the severity in force.
func (p Problem) Level() Severity {
	if p.Severity == "" {
		return SeverityError
	}
	return p.Severity
}

// Warning says whether the problem keeps nothing from being enabled.
func (p Problem) Warning() bool { return p.Severity == SeverityWarning }

// Apart tells what keeps something from being used from mere warnings.
func Apart(all []Problem) (problems, warnings []Problem) {
	for _, p := range all {
		if p.Warning() {
			warnings = append(warnings, p)
		} else {
			problems = append(problems, p)
		}
	}
	return problems, warnings
}

// ProblemCode is the stable code of a Problem.
type ProblemCode string

// The problems that the hub finds by itself. A connector's own problems carry its codes.
const (
	ProblemDescriptionEmpty   ProblemCode = "DESCRIPTION_EMPTY"
	ProblemSourceEmpty        ProblemCode = "SOURCE_EMPTY"
	ProblemSourceUnknown      ProblemCode = "SOURCE_ACTION_UNKNOWN"
	ProblemConsumerUnknown    ProblemCode = "CONSUMER_UNKNOWN"
	ProblemConsumerDisabled   ProblemCode = "CONSUMER_DISABLED"
	ProblemHubDisabled        ProblemCode = "CONSUMER_HUB_DISABLED"
	ProblemPermissionMissing  ProblemCode = "PERMISSION_MISSING"
	ProblemTargetEmpty        ProblemCode = "TARGET_EMPTY"
	ProblemTargetCount        ProblemCode = "TARGET_COUNT"
	ProblemIntegrationUnknown ProblemCode = "INTEGRATION_UNKNOWN"
	ProblemConnectorUnknown   ProblemCode = "CONNECTOR_UNKNOWN"
	ProblemConnectorDown      ProblemCode = "CONNECTOR_DOWN"
	ProblemActionUnknown      ProblemCode = "ACTION_UNKNOWN"
	ProblemParameterInvalid   ProblemCode = "PARAMETER_INVALID"
	ProblemRecipientEmpty     ProblemCode = "RECIPIENT_EMPTY"
	ProblemRecipientInvalid   ProblemCode = "RECIPIENT_INVALID"
	ProblemMappingEmpty       ProblemCode = "MAPPING_EMPTY"
	ProblemMappingInvalid     ProblemCode = "MAPPING_INVALID"
	ProblemMappingCount       ProblemCode = "MAPPING_COUNT"
	ProblemMappingPlaces      ProblemCode = "MAPPING_PLACES"
	ProblemValueTooLong       ProblemCode = "VALUE_TOO_LONG"
	ProblemValueMayMiss       ProblemCode = "VALUE_MAY_BE_MISSING"
	ProblemCoercion           ProblemCode = "VALUE_COERCED"
	ProblemFieldUnknown       ProblemCode = "FIELD_UNKNOWN"
	ProblemTermInvalid        ProblemCode = "TERM_INVALID"
	ProblemSettingInvalid     ProblemCode = "SETTING_INVALID"
	ProblemFlowUnknown        ProblemCode = "FLOW_UNKNOWN"
	ProblemFlowDisabled       ProblemCode = "FLOW_DISABLED"
	ProblemEventTypeUnknown   ProblemCode = "EVENT_TYPE_UNKNOWN"
	ProblemActionsEmpty       ProblemCode = "ACTIONS_EMPTY"
	ProblemRecordTypeUnknown  ProblemCode = "RECORD_TYPE_UNKNOWN"
	ProblemRecordInvalid      ProblemCode = "RECORD_INVALID"
	ProblemFlowMismatch       ProblemCode = "FLOW_MISMATCH"
	ProblemTriggerMismatch    ProblemCode = "TRIGGER_MISMATCH" // an event and a flow that it runs, which is not for events
	ProblemScheduleMissing    ProblemCode = "SCHEDULE_MISSING"
	ProblemScheduleInvalid    ProblemCode = "SCHEDULE_INVALID"
	ProblemSchedulePast       ProblemCode = "SCHEDULE_PAST"        // it will never be time again
	ProblemQuietTooLong       ProblemCode = "QUIET_HOURS_TOO_LONG" // a warning: messages are given up before they end
	ProblemZoneMissing        ProblemCode = "TIME_ZONE_MISSING"    // a warning: UTC stands in
	ProblemFollowUpInvalid    ProblemCode = "FOLLOW_UP_INVALID"
	ProblemFollowUpNever      ProblemCode = "FOLLOW_UP_UNTOLD" // nobody tells what it waits to hear
	ProblemUnchecked          ProblemCode = "UNCHECKED"        // the provider was not asked, or could not be; connectors say so too
)
