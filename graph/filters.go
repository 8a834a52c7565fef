package graph

import (
	"github.com/recado-hub/recado/graph/model"
	"github.com/recado-hub/recado/internal/hub"
)

func groupFilter(in *model.GroupFilterInput) (out hub.ListFilter) {
	if in != nil {
		hub.Assign(&out.Search, in.Search)
	}
	return out
}

func consumerFilter(in *model.ConsumerFilterInput) (out hub.ListFilter, err error) {
	if in == nil {
		return out, nil
	}
	out.Enabled = in.Enabled
	hub.Assign(&out.Search, in.Search)
	out.GroupKey, err = optionalKey(hub.KindGroup, in.Group, "filter.group")
	return out, err
}

func integrationFilter(in *model.IntegrationFilterInput) (out hub.ListFilter) {
	if in != nil {
		hub.Assign(&out.Search, in.Search)
		hub.Assign(&out.Type, in.Connector)
	}
	return out
}

func flowFilter(in *model.FlowFilterInput) (out hub.ListFilter) {
	if in != nil {
		out.Enabled = in.Enabled
		hub.Assign(&out.Search, in.Search)
		hub.Assign(&out.Archived, in.Archived)
	}
	return out
}

func eventFilter(in *model.EventFilterInput) (out hub.ListFilter, err error) {
	if in == nil {
		return out, nil
	}
	out.Enabled = in.Enabled
	hub.Assign(&out.Search, in.Search)
	hub.Assign(&out.Archived, in.Archived)
	hub.Assign(&out.Type, in.Type)
	out.FlowKey, err = optionalKey(hub.KindFlow, in.Flow, "filter.flow")
	return out, err
}

func occurrenceFilter(in *model.OccurrenceFilterInput) (out hub.OccurrenceFilter, err error) {
	if in == nil {
		return out, nil
	}
	hub.Assign(&out.Type, in.Type)
	hub.Assign(&out.Subject, in.Subject)
	hub.Assign(&out.Since, in.Since)
	hub.Assign(&out.Until, in.Until)
	out.ConsumerKey, err = optionalKey(hub.KindConsumer, in.Consumer, "filter.consumer")
	return out, err
}

func executionFilter(in *model.ExecutionFilterInput) (out hub.ExecutionFilter, err error) {
	if in == nil {
		return out, nil
	}
	out.States, out.Outcomes = in.States, in.Outcomes
	hub.Assign(&out.Trigger, in.Trigger)
	out.Test = in.Test
	hub.Assign(&out.Subject, in.Subject)
	hub.Assign(&out.Since, in.Since)
	hub.Assign(&out.Until, in.Until)
	if out.FlowKey, err = optionalKey(hub.KindFlow, in.Flow, "filter.flow"); err != nil {
		return out, err
	}
	if out.EventKey, err = optionalKey(hub.KindEvent, in.Event, "filter.event"); err != nil {
		return out, err
	}
	out.OccurrenceKey, err = optionalKey(hub.KindOccurrence, in.Occurrence, "filter.occurrence")
	return out, err
}

func deliveryFilter(in *model.DeliveryFilterInput) (out hub.DeliveryFilter, err error) {
	if in == nil {
		return out, nil
	}
	out.States, out.Test, out.Reasons, out.ProviderCodes, out.Target = in.States, in.Test, in.Reasons, in.ProviderCodes, in.Target
	hub.Assign(&out.Recipient, in.Recipient)
	hub.Assign(&out.ProviderID, in.ProviderID)
	hub.Assign(&out.Since, in.Since)
	hub.Assign(&out.Until, in.Until)
	if out.ExecutionKey, err = optionalKey(hub.KindExecution, in.Execution, "filter.execution"); err != nil {
		return out, err
	}
	if out.FlowKey, err = optionalKey(hub.KindFlow, in.Flow, "filter.flow"); err != nil {
		return out, err
	}
	out.IntegrationKey, err = optionalKey(hub.KindIntegration, in.Integration, "filter.integration")
	return out, err
}

func suppressionFilter(in *model.SuppressionFilterInput) (out hub.SuppressionFilter, err error) {
	if in == nil {
		return out, nil
	}
	out.Category, out.Active = in.Category, in.Active
	hub.Assign(&out.Recipient, in.Recipient)
	out.IntegrationKey, err = optionalKey(hub.KindIntegration, in.Integration, "filter.integration")
	return out, err
}

func auditFilter(in *model.AuditFilterInput) (out hub.AuditFilter, err error) {
	if in == nil {
		return out, nil
	}
	out.Kinds = in.Kinds
	hub.Assign(&out.Since, in.Since)
	hub.Assign(&out.Until, in.Until)
	if out.ConsumerKey, err = optionalKey(hub.KindConsumer, in.Consumer, "filter.consumer"); err != nil || in.Subject == nil {
		return out, err
	}
	if _, out.SubjectKey, err = hub.ParseID(*in.Subject); err != nil {
		err = hub.Invalid("filter.subject", "%q is not an id; use an id that this API returned", hub.Clip(*in.Subject, 40))
	}
	return out, err
}
