package graph

import (
	"github.com/recado-hub/recado/graph/model"
	"github.com/recado-hub/recado/internal/hub"
)

func retentionUpdate(in model.RetentionUpdateInput) hub.RetentionInput {
	out := hub.RetentionInput{History: cleared(in.History), Payloads: cleared(in.Payloads), Unmatched: cleared(in.Unmatched), Audit: cleared(in.Audit),
		BeginsAt: cleared(in.BeginsAt)}
	hub.Assign(&out.ExpectedVersion, in.ExpectedVersion)
	hub.Assign(&out.DryRun, in.DryRun)
	return out
}

func flowRetentionUpdate(in model.FlowRetentionUpdateInput) hub.FlowRetentionInput {
	out := hub.FlowRetentionInput{History: cleared(in.History), Payloads: cleared(in.Payloads)}
	hub.Assign(&out.ExpectedVersion, in.ExpectedVersion)
	hub.Assign(&out.DryRun, in.DryRun)
	return out
}
