package cli

import (
	"flag"
	"io"
	"maps"
	"testing"

	"github.com/recado-hub/recado/internal/hub"
)

func TestLimitsAreForAllConnectorsAndForOneOfItsOwn(t *testing.T) {
	t.Parallel()
	read := func(args ...string) (map[string]hub.ConnectorLimits, error) {
		f := flag.NewFlagSet("serve", flag.ContinueOnError)
		f.SetOutput(io.Discard)
		l := newLimitFlags(f)
		if err := f.Parse(args); err != nil {
			t.Fatal(err)
		}
		return l.finish()
	}
	usual := hub.ConnectorLimits{Memory: 512 << 20, OpenFiles: 4096, InFlight: 1024}
	for name, c := range map[string]struct {
		args []string
		want map[string]hub.ConnectorLimits
	}{
		"none given":                       {nil, map[string]hub.ConnectorLimits{"": usual}},
		"another memory for one":           {[]string{"--connector-memory", "512MiB,chat=2GiB"}, map[string]hub.ConnectorLimits{"": usual, "chat": {Memory: 2 << 30, OpenFiles: 4096, InFlight: 1024}}},
		"one that may do more, all others": {[]string{"--connector-in-flight", "8, chat=0", "--connector-files=64"}, map[string]hub.ConnectorLimits{"": {Memory: 512 << 20, OpenFiles: 64, InFlight: 8}, "chat": {Memory: 512 << 20, OpenFiles: 64}}},
		"bytes":                            {[]string{"--connector-memory", "1048576"}, map[string]hub.ConnectorLimits{"": {Memory: 1 << 20, OpenFiles: 4096, InFlight: 1024}}},
		"no limit":                         {[]string{"--connector-memory", "0"}, map[string]hub.ConnectorLimits{"": {OpenFiles: 4096, InFlight: 1024}}},
	} {
		if got, err := read(c.args...); err != nil || !maps.Equal(got, c.want) {
			t.Errorf("%s: %+v, %v", name, got, err)
		}
	}
	for name, args := range map[string][]string{
		"a unit that is none": {"--connector-memory", "5MB"}, "less than nothing": {"--connector-files", "-1"}, "nobody": {"--connector-in-flight", "=3"},
		"nothing": {"--connector-memory", ""}, "far too much": {"--connector-memory", "99999999999GiB"},
	} {
		if got, err := read(args...); err == nil {
			t.Errorf("%s: %+v", name, got)
		}
	}
}
