package app

import (
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"

	"github.com/recado-hub/recado/internal/host"
	"github.com/recado-hub/recado/plugins/sdk"
	"github.com/recado-hub/recado/plugins/sdk/outbound"
)

// BuiltinConnectors are the names of the connectors that come with the hub, sorted. No third party's connector may have one of them.
func BuiltinConnectors() []string { return slices.Sorted(maps.Keys(builtin)) }

// KnownConnector is a connector that a hub with certain directories knows, whether or not it runs it.
type KnownConnector struct {
	Name    string
	Builtin bool
	// Path of the executable; of a built-in one it is the hub's own.
	Path string
	// Command runs it; nil if no hub would.
	Command []string
	// Problem says why the hub does not run it, and what to do; empty if it does.
	Problem string
}

// KnownConnectors are the built-in connectors and the executables of Options.Plugins, by their names; without a directory the built-in ones
// alone. What Options.Data does not trust has a Problem, unless Options.TrustPlugins. It runs none of them.
func KnownConnectors(o Options) ([]KnownConnector, error) {
	lines, err := commandLines()
	if err != nil {
		return nil, err
	}
	var list []KnownConnector
	for _, name := range slices.Sorted(maps.Keys(lines)) {
		list = append(list, KnownConnector{Name: name, Builtin: true, Path: lines[name][0], Command: lines[name]})
	}
	if o.Plugins == "" {
		return list, nil
	}
	entries, err := os.ReadDir(o.Plugins)
	if err != nil {
		return nil, fmt.Errorf("the plugins directory cannot be read: %w", err)
	}
	pins, err := TrustedConnectors(o)
	if err != nil {
		return nil, err
	}
	for _, entry := range entries {
		name, ok := host.NameOf(entry.Name())
		if !ok {
			continue
		}
		path, err := filepath.Abs(filepath.Join(o.Plugins, entry.Name()))
		if err != nil {
			return nil, err
		}
		k := KnownConnector{Name: name, Path: path}
		switch problem := host.Judge(path, name, slices.Contains(BuiltinConnectors(), name)); {
		case problem != nil:
			k.Problem = problem.Error()
		case !o.TrustPlugins && !host.Trusted(pins, name, path):
			k.Problem = fmt.Sprintf("it is not trusted as it is; see where it comes from, then run: recado connector trust --data %s %s", o.Data, path)
		default:
			k.Command = []string{path}
		}
		list = append(list, k)
	}
	return list, nil
}

// JudgeDescription says why a hub does not run the connector of a name that describes itself like this; nil if it does.
func JudgeDescription(name string, d sdk.Description) error { return host.JudgeDescription(name, d) }

// ConnectorEnvironment is what a hub adds to the environment of its connectors; allow is as Options.OutboundAllow.
func ConnectorEnvironment(allow string) ([]string, error) {
	if _, err := outbound.ParseAllowed(allow); err != nil {
		return nil, fmt.Errorf("--outbound-allow: %w", err)
	}
	return []string{"RECADO_VERSION=" + Version, outbound.AllowVariable + "=" + allow}, nil
}

// FindConnector says how to run what a person named: the path of an executable, or the name of a built-in connector or of one in the plugins
// directory. Whoever names one means to run it: it need not be trusted.
func FindConnector(plugins, what string) (command []string, err error) {
	if info, err := os.Stat(what); err == nil && !info.IsDir() || strings.ContainsRune(what, filepath.Separator) {
		return executable(what, info, err)
	}
	known, err := KnownConnectors(Options{Plugins: plugins, TrustPlugins: true})
	if err != nil {
		return nil, err
	}
	names := []string{}
	for _, k := range known {
		if k.Name == what && k.Problem != "" {
			return nil, fmt.Errorf("%s: %s", k.Path, k.Problem)
		}
		if k.Name == what {
			return k.Command, nil
		}
		names = append(names, k.Name)
	}
	return nil, fmt.Errorf("there is no file and no connector %q; there is %s. Connectors of your own are found in the directory that --plugins names",
		what, strings.Join(names, ", "))
}

func executable(path string, info fs.FileInfo, err error) ([]string, error) {
	switch {
	case err != nil:
		return nil, err
	case info.IsDir():
		return nil, fmt.Errorf("%s is a directory; name the executable in it", path)
	case runtime.GOOS != "windows" && info.Mode()&0o111 == 0:
		return nil, fmt.Errorf("%s is no executable file; make it one with chmod +x", path)
	}
	absolute, err := filepath.Abs(path)
	return []string{absolute}, err
}
