package conformance

import (
	"context"
	"fmt"
	"slices"
)

// Check is one thing that a connector must do.
type Check struct {
	// Name is stable, such as `deliver/many`: what comes before the slash is the part of the contract.
	Name string
	// Title is what must hold, as a sentence.
	Title string
	// Why says what goes wrong with a connector that does not.
	Why string
	// Guide is the section of plugins/README.md that says more, as its anchor.
	Guide string

	run func(*T)
}

// Checks are all checks, in the order in which they run: those at the end judge what was seen on the way.
func Checks() []Check {
	return slices.Concat(startChecks(), describeChecks(), settingsChecks(), previewChecks(), deliverChecks(), providerChecks(),
		receiveChecks(), lookupChecks(), queryChecks(), processChecks(), outcomeChecks(), secretChecks())
}

// Status is how a check ended.
type Status string

// The statuses.
const (
	Passed Status = "PASSED"
	Failed Status = "FAILED"
	// Skipped could not run, for the reason that is given. It says nothing about the connector.
	Skipped Status = "SKIPPED"
	// NotOffered is about an ability that the connector does not have.
	NotOffered Status = "NOT_OFFERED"
)

// T is one check under way. Its methods that end it do so by a panic that the session catches.
type T struct {
	context.Context
	*Session
	check    *Check
	problems []string
	status   Status
	reason   string
}

// mostProblems of one check are told; the rest is only counted.
const mostProblems = 10

// fail notes what is wrong and goes on.
func (t *T) fail(format string, args ...any) {
	t.problems = append(t.problems, t.watch.clean(fmt.Sprintf(format, args...)))
}

type ended struct{}

// stop notes what is wrong and ends the check.
func (t *T) stop(format string, args ...any) {
	t.fail(format, args...)
	panic(ended{})
}

// skip ends a check that cannot run.
func (t *T) skip(format string, args ...any) { t.end(Skipped, fmt.Sprintf(format, args...)) }

// without ends a check of an ability that is not offered.
func (t *T) without(ability string, offered bool) {
	if !offered {
		t.end(NotOffered, "the connector does not offer "+ability)
	}
}

func (t *T) end(status Status, reason string) {
	t.status, t.reason = status, t.watch.clean(reason)
	panic(ended{})
}
