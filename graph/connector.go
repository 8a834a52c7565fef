package graph

import (
	"time"

	"github.com/recado-hub/recado/graph/model"
	"github.com/recado-hub/recado/internal/hub"
)

// usageOf shows what a connector uses. What is 0 is not known, or not bounded.
func usageOf(c *hub.Connector) *model.ConnectorUsage {
	u, most := &c.Usage, &c.Bounds
	out := &model.ConnectorUsage{Memory: mebibytes(u.Memory), MemoryLimit: mebibytes(most.Memory), OpenFiles: positive(u.OpenFiles),
		OpenFilesLimit: positive(most.OpenFiles), InFlightLimit: positive(most.InFlight), LinesCut: int(u.LinesCut), MissedInRow: u.MissedInRow}
	if u.Memory > 0 { // then the time is known, too
		cpu := u.CPU.Round(time.Millisecond)
		out.CPU = &cpu
	}
	return out
}

func mebibytes(n int64) *float64 {
	if n <= 0 {
		return nil
	}
	m := float64(n*10>>20) / 10
	return &m
}
