package graph

import (
	"github.com/recado-hub/recado/graph/model"
	"github.com/recado-hub/recado/internal/hub"
)

// collect reads how a flow collects; nil if it does not.
func collect(in *model.CollectInput) (*hub.Collect, error) {
	if in == nil {
		return nil, nil
	}
	out := &hub.Collect{}
	hub.Assign(&out.By, in.By)
	hub.Assign(&out.Field, in.Field)
	hub.Assign(&out.Mode, in.Mode)
	if in.Limit != nil {
		if *in.Limit < 2 {
			return nil, hub.Invalid("settings.collect.limit", "must be between 2 and %d; leave it out for the default", hub.MaxCollected)
		}
		out.Limit = *in.Limit
	}
	var err error
	if out.WindowSeconds, err = seconds(&in.Window, "settings.collect.window"); err != nil {
		return nil, err
	}
	out.AtMostSeconds, err = seconds(in.AtMost, "settings.collect.atMost")
	return out, err
}
