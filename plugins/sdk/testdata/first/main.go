// Program first is a connector that was written against the contract as it was first published, and is kept as it was: it imports nothing of
// this repository but the code that was generated then (wire). Tests start it with today's hub and today's suite. Do not bring it up to date.
package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"
	"time"

	"github.com/hashicorp/go-plugin"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"github.com/recado-hub/recado/plugins/sdk/testdata/first/wire"
)

func main() {
	signal.Ignore(os.Interrupt, syscall.SIGTERM, syscall.SIGHUP)
	go func(hub int) {
		for os.Getppid() == hub {
			time.Sleep(time.Second)
		}
		os.Exit(0)
	}(os.Getppid())
	plugin.Serve(&plugin.ServeConfig{
		HandshakeConfig:  plugin.HandshakeConfig{ProtocolVersion: 1, MagicCookieKey: "RECADO_CONNECTOR", MagicCookieValue: "b0f8c2a1-6e0f-4c59-9a35-d2a5b0a4d7e3"},
		VersionedPlugins: map[int]plugin.PluginSet{1: {"connector": &served{}}},
		GRPCServer: func(o []grpc.ServerOption) *grpc.Server {
			return grpc.NewServer(append(o, grpc.MaxRecvMsgSize(16<<20))...)
		},
	})
}

type served struct{ plugin.NetRPCUnsupportedPlugin }

func (served) GRPCServer(_ *plugin.GRPCBroker, s *grpc.Server) error {
	wire.RegisterConnectorServer(s, &connector{})
	return nil
}

func (served) GRPCClient(context.Context, *plugin.GRPCBroker, *grpc.ClientConn) (any, error) {
	return nil, errors.New("this is the connector's side")
}

type connector struct {
	wire.UnimplementedConnectorServer
}

func labels(text string) *wire.Labels {
	l := &wire.Labels{Text: map[string]string{}}
	for _, language := range []string{"pt-BR", "pt-PT", "es", "en", "fr", "it"} {
		l.Text[language] = text
	}
	return l
}

func (c *connector) Describe(context.Context, *wire.DescribeRequest) (*wire.DescribeResponse, error) {
	field := func(text string) *wire.FieldLabels { return &wire.FieldLabels{Title: labels(text), Help: labels(text)} }
	return &wire.DescribeResponse{Description: &wire.Description{
		Name: "first", Version: "1.0.0", Title: labels("First"), Roles: []wire.Role{wire.Role_ROLE_DESTINATION},
		Settings: &wire.Schema{
			Json: []byte(`{"type":"object","required":["file","token"],"properties":{
				"file":{"type":"string","minLength":1},"token":{"type":"string","writeOnly":true,"minLength":8}}}`),
			Labels: map[string]*wire.FieldLabels{"file": field("File"), "token": field("Token")},
		},
		Actions: []*wire.Action{{
			Key: "append", Role: wire.Role_ROLE_DESTINATION, Title: labels("Append a line"), Parameters: &wire.Schema{Json: []byte(`{"type":"object"}`)},
			Values:    &wire.ValuesSpec{Positional: true, Max: 9},
			Recipient: &wire.RecipientSpec{Format: "text", Parameter: "name", Title: labels("Name")},
		}},
		Limits:       []*wire.Limit{{Key: "rate", Scope: wire.LimitScope_LIMIT_SCOPE_INTEGRATION, PerSecond: 1000, Burst: 1000}},
		Capabilities: &wire.Capabilities{Check: true, InFlight: 16},
	}}, nil
}

func problems(in *wire.Integration) (file string, found []*wire.Problem) {
	var settings struct{ File string }
	_ = json.Unmarshal(in.GetSettingsJson(), &settings)
	missing := func(path string) {
		found = append(found, &wire.Problem{
			Code: "REQUIRED", Path: path, Message: "is missing", NextStep: "Fill it in.", Severity: wire.Problem_SEVERITY_ERROR,
		})
	}
	if settings.File == "" {
		missing("settings.file")
	}
	if in.GetSecrets()["token"] == "" {
		missing("secrets.token")
	}
	return settings.File, found
}

func (c *connector) Check(_ context.Context, r *wire.CheckRequest) (*wire.CheckResponse, error) {
	if r.GetUse() != nil {
		return nil, status.Error(codes.Unimplemented, "only settings are checked")
	}
	_, found := problems(r.GetIntegration())
	return &wire.CheckResponse{Problems: found}, nil
}

// Deliver appends a line for each delivery, one after the other.
func (c *connector) Deliver(s wire.Connector_DeliverServer) error {
	first, err := s.Recv()
	if err != nil {
		return err
	}
	file, found := problems(first.GetOpen())
	if len(found) > 0 {
		st := status.New(codes.FailedPrecondition, "the settings cannot be used")
		if detailed, err := st.WithDetails(&wire.Problems{Problems: found}); err == nil {
			st = detailed
		}
		return st.Err()
	}
	if err := s.Send(&wire.DeliverResponse{Message: &wire.DeliverResponse_Opened{Opened: &wire.Opened{InFlight: 16}}}); err != nil {
		return err
	}
	for {
		r, err := s.Recv()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		batch := &wire.OutcomeBatch{}
		for _, d := range r.GetBatch().GetDeliveries() {
			o := send(file, d)
			o.DeliveryId, o.Attempt = d.GetId(), d.GetAttempt()
			batch.Outcomes = append(batch.Outcomes, o)
		}
		if len(batch.Outcomes) == 0 {
			continue // a recall: everything was begun
		}
		if err := s.Send(&wire.DeliverResponse{Message: &wire.DeliverResponse_Batch{Batch: batch}}); err != nil {
			return err
		}
	}
}

// send makes every kind of outcome: the recipient asks for it.
func send(file string, d *wire.Delivery) *wire.Outcome {
	var parameters map[string]any
	switch {
	case d.GetDeadlineUnixMs() != 0 && time.Now().UnixMilli() >= d.GetDeadlineUnixMs():
		return &wire.Outcome{Kind: wire.OutcomeKind_OUTCOME_KIND_RETRY, Message: "too late", Detail: map[string]string{"not_started": "true"}}
	case d.GetAction() != "append":
		return &wire.Outcome{Kind: wire.OutcomeKind_OUTCOME_KIND_MISCONFIGURED, Scope: wire.Scope_SCOPE_FLOW, Path: "action", Message: "is unknown", NextStep: "Choose another."}
	case len(d.GetParametersJson()) > 0 && json.Unmarshal(d.GetParametersJson(), &parameters) != nil:
		return &wire.Outcome{Kind: wire.OutcomeKind_OUTCOME_KIND_REJECTED, Path: "parameters", Message: "are no object"}
	case d.GetRecipient() == "":
		return &wire.Outcome{Kind: wire.OutcomeKind_OUTCOME_KIND_REJECTED, Scope: wire.Scope_SCOPE_RECIPIENT, Path: "recipient", Message: "is empty", ProviderCode: "E1"}
	case d.GetRecipient() == "later":
		return &wire.Outcome{Kind: wire.OutcomeKind_OUTCOME_KIND_RETRY, Message: "too fast", RetryAfterMs: 7000, Limit: "rate"}
	case d.GetRecipient() == "nobody knows":
		return &wire.Outcome{Kind: wire.OutcomeKind_OUTCOME_KIND_UNKNOWN, Message: "no answer came"}
	}
	f, err := os.OpenFile(file, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o600)
	if err != nil {
		return &wire.Outcome{Kind: wire.OutcomeKind_OUTCOME_KIND_RETRY, Scope: wire.Scope_SCOPE_INTEGRATION, Path: "settings.file", Message: "cannot be opened"}
	}
	_, err = fmt.Fprintf(f, "%q %q %d\n", d.GetId(), d.GetRecipient(), len(d.GetValues()))
	if closed := f.Close(); err == nil {
		err = closed
	}
	if err != nil {
		return &wire.Outcome{Kind: wire.OutcomeKind_OUTCOME_KIND_UNKNOWN, Message: "it may have been written in part"}
	}
	return &wire.Outcome{Kind: wire.OutcomeKind_OUTCOME_KIND_ACCEPTED, ProviderId: "line-" + d.GetId()}
}
