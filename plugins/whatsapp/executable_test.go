package whatsapp_test

import (
	"os"
	"testing"

	"github.com/recado-hub/recado/plugins/sdk"
	"github.com/recado-hub/recado/plugins/sdk/conformance"
	"github.com/recado-hub/recado/plugins/sdk/sdktest"
	"github.com/recado-hub/recado/plugins/whatsapp"
)

// TestMain makes the test binary also the connector.
func TestMain(m *testing.M) {
	if len(os.Args) == 3 && os.Args[1] == "connector" {
		sdk.Serve(whatsapp.New())
		return
	}
	os.Exit(m.Run())
}

// suite.json is what `recado connector test` needs to know: here Meta is the suite's own provider, which can also fail.
func TestTheSuiteOfTheExecutable(t *testing.T) {
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	file, err := conformance.ReadFile("suite.json")
	if err != nil {
		t.Fatal(err)
	}
	(&sdktest.Suite{Command: append([]string{self}, file.Args...), Local: file}).Run(t)
}
