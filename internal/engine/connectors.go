package engine

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"

	"github.com/recado-hub/recado/internal/hub"
	"github.com/recado-hub/recado/internal/sqlite"
)

// Connectors lists every connector with its state, and with what its processes use. Any valid token; what of it is refused needs SEE on
// settings/api_connections.
func (e *Engine) Connectors(_ context.Context, c hub.Caller) ([]*hub.Connector, error) {
	if err := c.NeedToken(); err != nil {
		return nil, err
	}
	list := e.connectors.List()
	for _, k := range list {
		disclose(c, k)
	}
	return list, nil
}

// disclose leaves out of a connector what the caller may not see: where on the hub's machine a file lies. The connector is the caller's own copy.
func disclose(c hub.Caller, k *hub.Connector) {
	if k != nil && !c.May(hub.RowAPIConnections, hub.See) {
		k.Refused = nil
	}
}

// Connector finds a connector by its name, also one that has never run; nil if there is none. Any valid token.
func (e *Engine) Connector(_ context.Context, c hub.Caller, name string) (*hub.Connector, error) {
	if err := c.NeedToken(); err != nil {
		return nil, err
	}
	k := e.listed(name)
	disclose(c, k)
	return k, nil
}

// listed finds a connector also if it has never described itself; nil if there is none.
func (e *Engine) listed(name string) *hub.Connector {
	for _, k := range e.connectors.List() {
		if k.Name == name {
			return k
		}
	}
	return nil
}

// ConnectorRestart has another process of a connector take over; what the one before has begun is finished. One that waits for its next
// start, or is in quarantine, is started at once. EDIT on settings/api_connections.
func (e *Engine) ConnectorRestart(ctx context.Context, c hub.Caller, name string) (*hub.Connector, error) {
	if err := c.Need(hub.RowAPIConnections, hub.Edit); err != nil {
		return nil, err
	}
	k := e.listed(name)
	if k == nil {
		return nil, &hub.Error{Code: hub.CodeNotFound, Path: "name", Message: fmt.Sprintf("there is no connector %q here; see connectors", hub.Clip(name, 40))}
	}
	asked, err := json.Marshal(name)
	if err != nil {
		return nil, err
	}
	if err := e.connectors.Restart(name); err != nil {
		return nil, err
	}
	err = e.db.Write(ctx, func(tx *sqlite.Tx) error {
		return tx.Audit(c, hub.AuditEntry{Kind: hub.AuditConnectorRestarted, Changes: []hub.AuditChange{{Path: "connector", To: asked}}})
	})
	if k = e.listed(name); err != nil {
		return nil, err
	}
	disclose(c, k)
	return k, nil
}

// PluginsDirectory is the place of third parties' connectors, with what lies there and is not run; nil if there is none. SEE on
// settings/api_connections.
func (e *Engine) PluginsDirectory(_ context.Context, c hub.Caller) (*hub.PluginsDirectory, error) {
	if err := c.Need(hub.RowAPIConnections, hub.See); err != nil {
		return nil, err
	}
	return e.connectors.Directory(), nil
}

// ConnectorLatency is how long a connector lately took to answer.
func (e *Engine) ConnectorLatency(name string) hub.Latency { return e.meters.of(name).recent.read() }

// connectorSeen is what of a connector is in the journal.
type connectorSeen struct {
	state   hub.ConnectorState
	pid     int
	version string
	refused string // the SHA-256 of the executable that is not run, or why it is not
}

// seenOf is what the journal is to say of a connector. One that was never told of has no process.
func seenOf(c *hub.Connector) connectorSeen {
	s := connectorSeen{state: c.State, pid: c.PID, version: c.Version}
	if c.Refused != nil {
		s.refused = c.Refused.SHA256 + c.Refused.Problem
	}
	return s
}

// ConnectorChanged is told by the host about each change of a connector: it goes into the journal, and when the
// connector is ready, what waited for it goes on. While the database cannot write, that is made up for later.
func (e *Engine) ConnectorChanged(c hub.Connector) {
	e.connectorMu.Lock()
	defer e.connectorMu.Unlock()
	e.connectorChanged(&c)
}

// connectorsMissed makes up for changes of connectors that could not be written when they happened.
func (e *Engine) connectorsMissed() {
	e.connectorMu.Lock()
	defer e.connectorMu.Unlock()
	if !e.connectorMissed {
		return
	}
	e.connectorMissed = false
	for _, c := range e.connectors.List() {
		e.connectorChanged(c)
	}
}

func (e *Engine) connectorChanged(c *hub.Connector) {
	was, is := e.connectorsSeen[c.Name], seenOf(c)
	lines := connectorLines(c, was, is)
	if len(lines) == 0 {
		return
	}
	wakes := slices.ContainsFunc(lines, func(l hub.Change) bool { return l.Aspect != hub.AspectProblems }) && is.state == hub.ConnectorReady
	err := e.db.Write(context.Background(), func(tx *sqlite.Tx) error {
		for _, l := range lines {
			tx.Change(l)
		}
		if !wakes {
			return nil
		}
		return tx.Wake(hub.ReasonConnectorDown, 0)
	})
	if err != nil {
		e.connectorMissed = true
		e.log.Error("a connector's change was not written to the journal; trying again", "connector", c.Name, "state", c.State, "error", err)
		return
	}
	e.connectorsSeen[c.Name] = is
	e.nudge()
	e.poke()
	e.askSoon()
}

// connectorLines are the lines of the journal about what changed of a connector: its state, the process that has the work, and whether
// there is an executable that is not run.
func connectorLines(c *hub.Connector, was, is connectorSeen) (list []hub.Change) {
	line := hub.Change{Subject: hub.SubjectConnector, Name: c.Name, Cause: hub.Reason{Code: hub.ReasonOutcome, Message: c.Problem}}
	if was.state != is.state {
		line.From, line.To = string(was.state), string(is.state)
		list = append(list, line)
	} else if is.state == hub.ConnectorReady && was.pid != is.pid && is.pid != 0 {
		line.Aspect, line.From, line.To = hub.AspectProcess, was.version, is.version
		list = append(list, line)
	}
	if was.refused != is.refused {
		line.Aspect, line.From, line.To = hub.AspectProblems, severityIf(was.refused), severityIf(is.refused)
		if line.Cause = (hub.Reason{Code: hub.ReasonCheck}); c.Refused != nil {
			line.Cause.Message, line.Cause.NextStep = c.Refused.Problem, c.Refused.NextStep
		}
		list = append(list, line)
	}
	return list
}

func severityIf(refused string) string {
	if refused == "" {
		return ""
	}
	return string(hub.SeverityWarning)
}
