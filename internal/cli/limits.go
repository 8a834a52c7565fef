package cli

import (
	"flag"
	"fmt"
	"strconv"
	"strings"

	"github.com/recado-hub/recado/internal/hub"
)

// limitFlags are the flags of serve that bound what connectors use. Each is one number for all of them, and NAME=NUMBER for one of its own.
type limitFlags struct{ memory, files, inFlight string }

func newLimitFlags(f *flag.FlagSet) *limitFlags {
	l := &limitFlags{}
	f.StringVar(&l.memory, "connector-memory", "512MiB", "most `memory` of a connector, watched on Linux: 512MiB, or 512MiB,NAME=1GiB; 0: no limit")
	f.StringVar(&l.files, "connector-files", "4096", "most open `files` of a connector's process, on Linux: 4096, or 4096,NAME=16384; 0: no limit")
	f.StringVar(&l.inFlight, "connector-in-flight", "1024", "most `deliveries` that are with a connector at once, over all of its integrations: 1024, or 1024,NAME=16; 0: no limit")
	return l
}

// finish reads them.
func (l *limitFlags) finish() (map[string]hub.ConnectorLimits, error) {
	memory, err := perConnector("--connector-memory", l.memory, bytesOf)
	if err != nil {
		return nil, err
	}
	files, err := perConnector("--connector-files", l.files, countOf)
	if err != nil {
		return nil, err
	}
	inFlight, err := perConnector("--connector-in-flight", l.inFlight, countOf)
	if err != nil {
		return nil, err
	}
	all := map[string]hub.ConnectorLimits{}
	for _, m := range []map[string]int64{memory, files, inFlight} {
		for name := range m {
			all[name] = hub.ConnectorLimits{Memory: of(memory, name), OpenFiles: int(of(files, name)), InFlight: int(of(inFlight, name))}
		}
	}
	return all, nil
}

func of(m map[string]int64, name string) int64 {
	if own, ok := m[name]; ok {
		return own
	}
	return m[""]
}

// perConnector reads a list of numbers, of which each may be for one connector.
func perConnector(name, list string, number func(string) (int64, error)) (map[string]int64, error) {
	out := map[string]int64{}
	for part := range strings.SplitSeq(list, ",") {
		who, text, own := strings.Cut(strings.TrimSpace(part), "=")
		if !own {
			who, text = "", who
		}
		n, err := number(text)
		if err != nil || n < 0 || own && who == "" {
			return nil, fmt.Errorf("%s: %q is no limit; write a number for all, and NAME=NUMBER for one connector, with commas between", name, part)
		}
		out[who] = n
	}
	return out, nil
}

func countOf(s string) (int64, error) { return strconv.ParseInt(s, 10, 32) }

// bytesOf reads a size such as 512MiB, 2GiB or 1048576.
func bytesOf(s string) (int64, error) {
	shift := 0
	for unit, by := range map[string]int{"KiB": 10, "MiB": 20, "GiB": 30} {
		if rest, ok := strings.CutSuffix(s, unit); ok {
			s, shift = rest, by
		}
	}
	n, err := strconv.ParseInt(s, 10, 32+30-shift)
	return n << shift, err
}
