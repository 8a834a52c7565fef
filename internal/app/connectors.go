package app

import (
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"runtime"
	"slices"
	"strings"

	"github.com/recado-hub/recado/plugins/email"
	"github.com/recado-hub/recado/plugins/httpsource"
	"github.com/recado-hub/recado/plugins/sdk"
	"github.com/recado-hub/recado/plugins/webhook"
	"github.com/recado-hub/recado/plugins/whatsapp"
)

// builtin is the connectors that come with the hub. They run as child processes like any other.
var builtin = map[string]func() sdk.Connector{
	email.Name:      email.New,
	httpsource.Name: httpsource.New,
	webhook.Name:    webhook.New,
	whatsapp.Name:   whatsapp.New,
}

// ConnectorCommand is the first argument by which the hub's own executable runs one of its connectors: the program that
// calls Start must hand "connector NAME" over to ServeConnector.
const ConnectorCommand = "connector"

// ServeConnector is what a connector's process does: it serves the named connector to the hub that started it, and returns
// when the hub lets it go.
func ServeConnector(name string) error {
	make, ok := builtin[name]
	if !ok {
		return fmt.Errorf("there is no built-in connector %q; there is %s", name, strings.Join(slices.Sorted(maps.Keys(builtin)), ", "))
	}
	sdk.Serve(make())
	return nil
}

// connectorPrefix begins the name of every third-party connector's executable.
const connectorPrefix = "recado-connector-"

// connectorName is what may follow the prefix, and what the connector must describe itself by.
var connectorName = regexp.MustCompile(`^[a-z][a-z0-9-]{0,39}$`)

// commandLines says how each connector is started: the built-in ones by this same executable, and every executable
// recado-connector-NAME in the plugins directory by itself. The directory is read once, at start; whoever can write to it
// decides what the hub runs.
func commandLines(plugins string) (map[string][]string, error) {
	self, err := os.Executable()
	if err != nil {
		return nil, fmt.Errorf("the hub cannot find its own executable, of which it runs its connectors: %w", err)
	}
	lines := map[string][]string{}
	for name := range builtin {
		lines[name] = []string{self, ConnectorCommand, name}
	}
	if plugins == "" {
		return lines, nil
	}
	entries, err := os.ReadDir(plugins)
	if err != nil {
		return nil, fmt.Errorf("the plugins directory cannot be read: %w", err)
	}
	for _, entry := range entries {
		name, path, err := thirdParty(plugins, entry)
		if err != nil {
			return nil, err
		}
		if name != "" {
			lines[name] = []string{path}
		}
	}
	return lines, nil
}

// thirdParty reads the name of a connector from an entry of the plugins directory; it is empty for any other file.
func thirdParty(plugins string, entry os.DirEntry) (name, path string, err error) {
	name, ok := strings.CutPrefix(strings.TrimSuffix(entry.Name(), ".exe"), connectorPrefix)
	if !ok {
		return "", "", nil
	}
	path, err = filepath.Abs(filepath.Join(plugins, entry.Name()))
	if err != nil {
		return "", "", err
	}
	info, err := os.Stat(path) // a link is followed: that is how some packages install
	switch {
	case err != nil:
		return "", "", fmt.Errorf("the connector %s cannot be read: %w", path, err)
	case !connectorName.MatchString(name):
		return "", "", fmt.Errorf("the connector %s cannot be called %q: a name has lower-case letters, digits and dashes, 40 at most", path, name)
	case builtin[name] != nil:
		return "", "", fmt.Errorf("the connector %s bears the name of a built-in one; give it another name", path)
	case !info.Mode().IsRegular() || runtime.GOOS != "windows" && info.Mode()&0o111 == 0:
		return "", "", fmt.Errorf("the connector %s is no executable file; make it one with chmod +x, or take it away", path)
	}
	return name, path, nil
}
