package webhook

import (
	"github.com/recado-hub/recado/plugins/sdk"
	"github.com/recado-hub/recado/plugins/sdk/outbound"
)

// NewWith makes the connector with a guard that does not come from the environment.
func NewWith(g *outbound.Guard) sdk.Connector { return newConnector(g) }

// Statuses are all rows of the table of statuses, by their first one.
func Statuses() (list []int) {
	for _, v := range codes {
		list = append(list, v.from)
	}
	return list
}
