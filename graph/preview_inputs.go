package graph

import (
	"github.com/recado-hub/recado/graph/model"
	"github.com/recado-hub/recado/internal/hub"
)

func flowPreviewInput(in model.FlowPreviewInput) (out hub.PreviewInput, err error) {
	if out.FlowKey, err = optionalKey(hub.KindFlow, in.Flow, "flow"); err != nil {
		return out, err
	}
	if out.EventKey, err = optionalKey(hub.KindEvent, in.Event, "event"); err != nil {
		return out, err
	}
	if in.Version != nil {
		if out.Version = *in.Version; out.Version < 1 {
			return out, hub.Invalid("version", "versions count from 1")
		}
	}
	if in.Draft != nil {
		draft, err := flowCreate(*in.Draft)
		if err != nil {
			return out, err
		}
		out.Draft = &draft
	}
	if !isNull(in.Parameters) {
		out.Parameters = in.Parameters
	}
	if in.On != nil {
		out.Sample, err = flowSample(in.On)
	}
	return out, err
}

func flowTestInput(in model.FlowTestInput) (out hub.TestInput, err error) {
	out.Recipient, out.Target = in.Recipient, in.Target
	hub.Assign(&out.ID, in.IdempotencyKey)
	out.Sample, err = flowSample(in.On)
	return out, err
}

// flowSample reads on what a flow is tried; what stands in a variable is not judged by the schema's @oneOf.
func flowSample(in *model.FlowSampleInput) (out hub.Sample, err error) {
	if out.OccurrenceKey, err = optionalKey(hub.KindOccurrence, in.Occurrence, "on.occurrence"); err != nil {
		return out, err
	}
	if out.RecordKey, err = optionalKey(hub.KindRecord, in.Record, "on.record"); err != nil {
		return out, err
	}
	if in.Sample != nil {
		out.Records = values(in.Sample)
	}
	if out.Empty() {
		return out, hub.Invalid("on", "try it on exactly one of an occurrence, a record and a sample")
	}
	return out, nil
}
