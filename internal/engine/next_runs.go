package engine

import (
	"context"
	"time"

	"github.com/recado-hub/recado/internal/hub"
)

// FlowNextRuns lists the next times at which a flow's schedule would run it after now, at most n, were it enabled. SEE on
// automator/fracttal_hub.
func (e *Engine) FlowNextRuns(_ context.Context, c hub.Caller, f *hub.Flow, now time.Time, n int) ([]time.Time, error) {
	if err := c.Need(hub.RowHub, hub.See); err != nil {
		return nil, err
	}
	plan, ok := f.Definition.Plan()
	if !ok {
		return nil, nil
	}
	return plan.Upcoming(now, n), nil
}

// ScheduleNextRuns lists the next times of a schedule after now, at most n, or what is wrong with it. SEE on
// automator/fracttal_hub.
func (e *Engine) ScheduleNextRuns(_ context.Context, c hub.Caller, s *hub.Schedule, now time.Time, n int) ([]time.Time, []hub.Problem, error) {
	if err := c.Need(hub.RowHub, hub.See); err != nil {
		return nil, nil, err
	}
	plan, problems := s.Plan()
	if len(problems) > 0 {
		return nil, problems, nil
	}
	return plan.Upcoming(now, n), nil, nil
}
