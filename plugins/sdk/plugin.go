package sdk

import (
	"context"
	"sync/atomic"

	"github.com/hashicorp/go-plugin"
	"google.golang.org/grpc"
)

// ProtocolVersion is the version of the contract that this package speaks. Additions do not change it.
const ProtocolVersion = 1

// PluginName is the name under which a connector is dispensed.
const PluginName = "connector"

// Handshake is what a connector's process is started with. The cookie is no secret: it keeps a connector from being run by hand.
func Handshake() plugin.HandshakeConfig {
	return plugin.HandshakeConfig{
		ProtocolVersion:  ProtocolVersion,
		MagicCookieKey:   "RECADO_CONNECTOR",
		MagicCookieValue: "b0f8c2a1-6e0f-4c59-9a35-d2a5b0a4d7e3",
	}
}

// PluginSet is the host's set of this version: Dispense(PluginName) gives a [*Client].
func PluginSet() plugin.PluginSet {
	return plugin.PluginSet{PluginName: &Plugin{}}
}

// VersionedPlugins are the sets of all versions of the contract that this package speaks, for plugin.ClientConfig.
func VersionedPlugins() map[int]plugin.PluginSet {
	return map[int]plugin.PluginSet{ProtocolVersion: PluginSet()}
}

// Plugin ties the contract to hashicorp/go-plugin. The host leaves Connector nil.
type Plugin struct {
	plugin.NetRPCUnsupportedPlugin
	Connector Connector

	server atomic.Pointer[server]
}

// GRPCServer registers the connector.
func (p *Plugin) GRPCServer(_ *plugin.GRPCBroker, s *grpc.Server) error {
	p.server.Store(register(s, p.Connector))
	return nil
}

// GRPCClient gives a [*Client].
func (p *Plugin) GRPCClient(_ context.Context, _ *plugin.GRPCBroker, conn *grpc.ClientConn) (any, error) {
	return NewClient(conn), nil
}

var _ plugin.GRPCPlugin = (*Plugin)(nil)
