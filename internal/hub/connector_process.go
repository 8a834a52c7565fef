package hub

import "time"

// ConnectorState is how the process of a connector is.
type ConnectorState string

// The states of a connector.
const (
	ConnectorStarting    ConnectorState = "STARTING" // the process was started and has not yet described itself
	ConnectorReady       ConnectorState = "READY"
	ConnectorBackoff     ConnectorState = "BACKOFF"     // it stopped; it is started again at Until
	ConnectorQuarantined ConnectorState = "QUARANTINED" // it stopped too often; it is left alone until Until
	ConnectorUntrusted   ConnectorState = "UNTRUSTED"   // its executable is not trusted, so it is not run
	ConnectorStopped     ConnectorState = "STOPPED"     // the hub is shutting down, or its executable was taken away
)

// ConnectorTrust says why the hub runs an executable, or does not.
type ConnectorTrust string

// The kinds of trust.
const (
	TrustBuiltIn ConnectorTrust = "BUILT_IN"  // it is the hub's own
	TrustPinned  ConnectorTrust = "PINNED"    // an operator trusts exactly these bytes
	TrustAny     ConnectorTrust = "ANY"       // the hub was told to run whatever lies in the directory
	TrustNone    ConnectorTrust = "UNTRUSTED" // it is not run
)

// ConnectorProcess is how a connector is run, and what an operator wants to know of it.
type ConnectorProcess struct {
	Trust  ConnectorTrust
	SHA256 string // of the executable that runs, or last ran, in hexadecimal; empty for a built-in one
	// Refused is the executable that lies in the plugins directory and is not run; nil if the one that lies there is.
	Refused *RefusedExecutable

	PID       int        // of the process; 0: none runs
	StartedAt *time.Time // when that process was ready
	LastError string     // why a process last stopped or was refused; it stays when the next one runs
	ErrorAt   *time.Time // when that was

	Usage  ConnectorUsage
	Bounds ConnectorLimits // of what it may use
}

// RefusedExecutable is a file of the plugins directory that is not run, and why.
type RefusedExecutable struct {
	File     string // its path
	Name     string // of the connector; empty if the file's name is none
	SHA256   string // empty if it could not be read
	Problem  string
	NextStep string
	At       time.Time // since when
}

// ConnectorUsage is what the processes of a connector use, with all that they started.
type ConnectorUsage struct {
	Memory      int64         // resident, bytes; 0: not known
	OpenFiles   int           // 0: not known
	CPU         time.Duration // of the processes that run now
	InFlight    int           // deliveries that were handed over and not answered
	LinesCut    int64         // lines of its log that were left out since the hub started, because there were too many
	MissedInRow int           // answers that did not come in time, with none in between
}

// ConnectorLimits bound what a connector may use. Zero is no bound.
type ConnectorLimits struct {
	Memory    int64 // resident, bytes, of all its processes
	OpenFiles int   // of each process
	InFlight  int   // deliveries of all its integrations that are handed over and not answered
}

// PluginsDirectory is the place of executables that are connectors.
type PluginsDirectory struct {
	Path    string
	ReadAt  time.Time // when it was last looked at
	Problem string    // why it cannot be read; what runs goes on
	Refused []RefusedExecutable
}

// Latency is how long a connector took for its last attempts, from when it was given each to its answer.
type Latency struct {
	Attempts      int // that count; 0: there were none since the hub started
	P50, P95, P99 time.Duration
}
