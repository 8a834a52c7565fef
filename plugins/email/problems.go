package email

import (
	"strings"

	"github.com/recado-hub/recado/plugins/sdk"
)

// problems collects what is wrong.
type problems []sdk.Problem

func (p *problems) add(code, path, message, next string) {
	*p = append(*p, sdk.Problem{Code: code, Path: path, Message: message, NextStep: next, Severity: sdk.SeverityError})
}

// refused is the outcome of a delivery that cannot be sent like this. What lies in the flow's own settings concerns all of its
// deliveries.
func refused(p sdk.Problem) sdk.Outcome {
	o := sdk.Outcome{Kind: sdk.Rejected, Scope: sdk.ScopeDelivery, Path: p.Path, Message: p.Path + " " + p.Message, NextStep: p.NextStep}
	if ofFlow(p.Path) {
		o.Kind, o.Scope = sdk.Misconfigured, sdk.ScopeFlow
	}
	return o
}

// ofFlow tells whether what is at a path lies in the flow's own settings.
func ofFlow(path string) bool { return path == "action" || strings.HasPrefix(path, "parameters") }
