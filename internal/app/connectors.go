package app

import (
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/recado-hub/recado/internal/host"
	"github.com/recado-hub/recado/plugins/email"
	"github.com/recado-hub/recado/plugins/httpsource"
	"github.com/recado-hub/recado/plugins/sdk"
	"github.com/recado-hub/recado/plugins/sdk/outbound"
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

// commandLines says how each built-in connector is started: by this same executable.
func commandLines() (map[string][]string, error) {
	self, err := os.Executable()
	if err != nil {
		return nil, fmt.Errorf("the hub cannot find its own executable, of which it runs its connectors: %w", err)
	}
	lines := map[string][]string{}
	for name := range builtin {
		lines[name] = []string{self, ConnectorCommand, name}
	}
	return lines, nil
}

// hostOptions say how connectors are run.
func (h *Hub) hostOptions(o Options) (host.Options, error) {
	lines, err := commandLines()
	if err != nil {
		return host.Options{}, err
	}
	data, err := filepath.Abs(o.Data)
	if err != nil {
		return host.Options{}, err
	}
	if _, err := outbound.ParseAllowed(o.OutboundAllow); err != nil {
		return host.Options{}, fmt.Errorf("--outbound-allow: %w", err)
	}
	return host.Options{
		Builtin: lines, Environment: []string{outbound.AllowVariable + "=" + o.OutboundAllow}, Log: h.log, Outcomes: h.engine.Outcomes, Changed: h.engine.ConnectorChanged, Version: Version,
		SocketDir: socketDir(o.Data), Runtime: connectorRuntime, Limits: o.ConnectorLimits, Quarantine: host.QuarantineAfter(o.ConnectorStops),
		Plugins: host.Plugins{Dir: o.Plugins, Data: data, Any: o.TrustPlugins, Reserved: BuiltinConnectors()},
	}, nil
}
