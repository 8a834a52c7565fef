package hub

import (
	"errors"
	"net/netip"
	"strings"
	"time"
	"unicode"
)

// AuditKind says what happened.
type AuditKind string

// The kinds of entries of the audit log.
const (
	AuditCreated            AuditKind = "CREATED"
	AuditChanged            AuditKind = "CHANGED"
	AuditDeleted            AuditKind = "DELETED"
	AuditArchived           AuditKind = "ARCHIVED"
	AuditEnabled            AuditKind = "ENABLED"  // maybe with other fields
	AuditDisabled           AuditKind = "DISABLED" // likewise
	AuditPaused             AuditKind = "PAUSED"   // a flow or an integration
	AuditResumed            AuditKind = "RESUMED"  // likewise
	AuditQueuePaused        AuditKind = "QUEUE_PAUSED"
	AuditQueueResumed       AuditKind = "QUEUE_RESUMED"
	AuditConnectorRestarted AuditKind = "CONNECTOR_RESTARTED" // by a person
	AuditSecretRotated      AuditKind = "SECRET_ROTATED"
	AuditSecretsChanged     AuditKind = "SECRETS_CHANGED" // of an integration, maybe with other fields
	AuditStarted            AuditKind = "STARTED"         // a flow, by hand
	AuditCancelled          AuditKind = "CANCELLED"       // an execution
	AuditFlushed            AuditKind = "FLUSHED"         // an execution that collected
	AuditResolved           AuditKind = "RESOLVED"        // a delivery of which nobody knew whether it was sent
	AuditReplayed           AuditKind = "REPLAYED"        // an execution, or many at once
	AuditRetried            AuditKind = "RETRIED"         // a delivery that had failed
	AuditLookedUp           AuditKind = "LOOKED_UP"       // a delivery, at its provider
	AuditTokenGranted       AuditKind = "TOKEN_GRANTED"
	AuditTokenRefused       AuditKind = "TOKEN_REFUSED"
	AuditTokenRevoked       AuditKind = "TOKEN_REVOKED"
	AuditDenied             AuditKind = "DENIED"
	AuditRetentionChanged   AuditKind = "RETENTION_CHANGED" // how long the hub keeps things
	AuditKeysRotated        AuditKind = "KEYS_ROTATED"
	AuditSecretsResealed    AuditKind = "SECRETS_RESEALED"
	AuditBootstrapped       AuditKind = "BOOTSTRAPPED"
	AuditAdministratorReset AuditKind = "ADMINISTRATOR_RESET"
)

// AuditDoor says through which door something came.
type AuditDoor string

// The doors.
const (
	DoorGraphQL AuditDoor = "GRAPHQL"
	DoorOAuth   AuditDoor = "OAUTH"
	DoorEvents  AuditDoor = "EVENTS"
	DoorMetrics AuditDoor = "METRICS"
	DoorCommand AuditDoor = "COMMAND" // of the machine itself: a command, or the first start
)

// AuditSubject says what kind of object an entry is about.
type AuditSubject string

// The subjects of entries.
const (
	AuditGroup       AuditSubject = "GROUP"
	AuditConsumer    AuditSubject = "CONSUMER"
	AuditIntegration AuditSubject = "INTEGRATION"
	AuditFlow        AuditSubject = "FLOW"
	AuditEvent       AuditSubject = "EVENT"
	AuditExecution   AuditSubject = "EXECUTION"
	AuditDelivery    AuditSubject = "DELIVERY"
	AuditSuppression AuditSubject = "SUPPRESSION"
)

// auditSubjects says of each subject which ids it has, and which row of the permission matrix guards what is in it.
var auditSubjects = map[AuditSubject]struct {
	kind Kind
	row  Row
}{
	AuditGroup:       {KindGroup, RowUserAccounts},
	AuditConsumer:    {KindConsumer, RowAPIConnections},
	AuditIntegration: {KindIntegration, RowAPIConnections},
	AuditFlow:        {KindFlow, RowHub},
	AuditEvent:       {KindEvent, RowEvents},
	AuditExecution:   {KindExecution, RowHub},
	AuditDelivery:    {KindDelivery, RowHub},
	AuditSuppression: {KindSuppression, RowHub},
}

// Kind is the kind of the subject's ids; empty for no subject.
func (s AuditSubject) Kind() Kind { return auditSubjects[s].kind }

// Row is the row of the permission matrix that guards the subject; ok is false for no subject.
func (s AuditSubject) Row() (row Row, ok bool) {
	of, ok := auditSubjects[s]
	return of.row, ok
}

// Via is the way by which a caller reached the hub.
type Via struct {
	Door    AuditDoor
	Address string // of the peer; empty for a command
	Request string // id of the request, which the answer and the log have too
}

// maxRequestID bounds what a caller can call its request, in bytes.
const maxRequestID = 128

// ViaOf is the way of a request: remote is the peer as net/http writes it, with its port, which says nothing and is left out.
func ViaOf(door AuditDoor, remote, request string) Via {
	address := remote
	if at, err := netip.ParseAddrPort(remote); err == nil {
		address = at.Addr().Unmap().WithZone("").String()
	}
	if len(request) > maxRequestID {
		request = request[:maxRequestID]
	}
	return Via{Door: door, Address: Clip(address, 64), Request: request}
}

// AuditEntry is one line of the audit log: who did what to which object, when and from where. It never changes, with one
// exception: tokens and denials of one hour that are alike share an entry, whose Count and LastAt grow.
type AuditEntry struct {
	Key    int64
	At     time.Time // of the first, if it stands for several
	LastAt time.Time // of the last; the same as At for a single one
	Count  int
	Kind   AuditKind

	ConsumerKey  int64  // who did it; 0: nobody who is known
	ConsumerName string // at that moment
	ClientID     string // the beginning of what an unknown client called itself; see ClipClientID

	Subject     AuditSubject // empty: nothing in particular
	SubjectKey  int64
	SubjectName string // at that moment
	Changes     []AuditChange

	Asked  string       // of a denial: what was asked for, such as "POST /events" or "flowUpdate"
	Reason string       // of a refusal or a denial: its code
	Needs  []Permission // of a denial: what was missing
	Others bool         // it stands for all that had no room of their own in the hour

	Via    Via
	Hidden []Hidden // what was left out, because the caller may not see the subject
}

// ID is the public id.
func (e *AuditEntry) ID() string { return ID(KindAudit, e.Key) }

// AuditFilter narrows the audit log. Zero fields do not narrow.
type AuditFilter struct {
	Kinds        []AuditKind
	ConsumerKey  int64 // who did it
	SubjectKey   int64
	Since, Until time.Time
}

// maxClientID is how many characters of an unknown client's name are kept.
const maxClientID = 8

// ClipClientID is what is kept of the name that an unknown client gave itself: enough to recognise it by. Somebody may have
// sent the secret in the place of the key; what is kept of a secret must not make the rest worth guessing.
func ClipClientID(s string) string {
	return Clip(strings.Map(func(r rune) rune {
		if r == unicode.ReplacementChar || !unicode.IsPrint(r) {
			return '?'
		}
		return r
	}, s), maxClientID)
}

// Denial is a request that was refused, or a token that was granted or refused: what the audit log keeps of it.
type Denial struct {
	Kind        AuditKind // AuditDenied, AuditTokenGranted or AuditTokenRefused
	ConsumerKey int64     // 0: nobody who is known
	ClientID    string    // as it was sent, if nobody is known
	Asked       string
	Reason      string
	Needs       []Permission
	Via         Via
}

// maxAsked bounds what a denial says of what was asked for, in characters.
const maxAsked = 120

// DenialOf reads an error that refused a request: one that says FORBIDDEN, or UNAUTHENTICATED of a consumer that is known.
// ok is false for any other.
func DenialOf(err error, asked string, via Via) (d Denial, ok bool) {
	var e *Error
	if !errors.As(err, &e) || e.Code != CodeForbidden && (e.Code != CodeUnauthenticated || e.Consumer == 0) {
		return d, false
	}
	return Denial{Kind: AuditDenied, ConsumerKey: e.Consumer, Asked: Clip(asked, maxAsked), Reason: string(e.Code), Needs: e.Needs, Via: via}, true
}
