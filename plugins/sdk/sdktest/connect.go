// Package sdktest is the suite that every connector must pass, as Go tests, and the means to run a connector inside a test.
//
// [Connect] puts a connector and a client on the two ends of a connection in memory: everything goes through the real protocol, only
// the process border is missing. [Suite] runs the checks of package conformance, each as a subtest: the same that `recado connector test`
// runs against an executable.
package sdktest

import (
	"testing"

	"github.com/recado-hub/recado/plugins/sdk"
	"github.com/recado-hub/recado/plugins/sdk/conformance"
)

// Connect serves c in this process and returns a client of it. Both end with the test.
func Connect(tb testing.TB, c sdk.Connector) *sdk.Client {
	tb.Helper()
	i, err := conformance.InMemory{Connector: c}.Start(tb.Context(), conformance.Surroundings{})
	if err != nil {
		tb.Fatalf("connecting to the connector: %v", err)
	}
	tb.Cleanup(i.Close)
	return i.Client
}
