package engine_test

import (
	"encoding/json"
	"fmt"
	"testing"
	"time"

	"github.com/recado-hub/recado/internal/hub"
	"github.com/recado-hub/recado/internal/hubtest"
)

// hangingFlows are enabled flows of a connector that answers nothing, more than are asked about at once.
func hangingFlows(t *testing.T, h *hubtest.Hub, reader int64) {
	t.Helper()
	const name = "slow"
	h.Connector.Hanging(name)
	settings := json.RawMessage(`{"phone_number_id":"106540352242922"}`)
	in, err := h.Engine.IntegrationCreate(t.Context(), h.Admin, hub.IntegrationInput{Connector: ptr(name), Name: ptr("slow one"), Settings: &settings,
		Secrets: map[string]string{"access_token": "a-token"}})
	if err != nil {
		t.Fatal(err)
	}
	for n := range 12 {
		flow := hubtest.AssignmentFlow(reader, in.Key)
		flow.Description = ptr(fmt.Sprint("by the slow one ", n))
		h.Flow(t, flow)
	}
}

func TestAConnectorThatHangsHoldsUpNoCheckOfTheFlowsOfOthers(t *testing.T) {
	scene(t, nil, func(t *testing.T, h *hubtest.Hub, a *hubtest.Assignment) {
		p := behind(h)
		hangingFlows(t, h, a.Reader.Consumer.Key)
		after(hub.CheckAgain + 5*time.Second) // it is being asked, for ten seconds about each flow
		for range 3 {
			asked := p.times()
			p.become(func(p *shelf) { p.status = "rejected" })
			notice(t, h, a.Integration.Key, ofTemplate)
			settled()
			if p.times() != asked+1 {
				t.Fatal("the other connector was not asked at once")
			}
			wantProblems(t, h, a.Flow.Key, "TEMPLATE_NOT_APPROVED targets.0.parameters.template", "")
			p.become(func(p *shelf) { p.status = "" })
			notice(t, h, a.Integration.Key, ofTemplate)
			settled()
			wantProblems(t, h, a.Flow.Key, "", "")
			after(7 * time.Second)
		}
	})
}

func TestAConnectorThatHangsIsAskedOneThingAtATimeAndNotWithoutEnd(t *testing.T) {
	scene(t, nil, func(t *testing.T, h *hubtest.Hub, a *hubtest.Assignment) {
		hangingFlows(t, h, a.Reader.Consumer.Key)
		before, _ := h.Connector.Hung()
		after(time.Hour)
		// Ten in five minutes at most: twelve flows in an hour.
		if asked, atOnce := h.Connector.Hung(); asked-before < 100 || asked-before > 150 || atOnce != 1 {
			t.Errorf("it was asked %d times in an hour, %d at once", asked-before, atOnce)
		}
	})
}

func TestTheEngineEndsWhileAConnectorHangs(t *testing.T) {
	scene(t, nil, func(t *testing.T, h *hubtest.Hub, a *hubtest.Assignment) {
		hangingFlows(t, h, a.Reader.Consumer.Key)
		after(hub.CheckAgain + 5*time.Second)
		began := time.Now()
		h.Stop(t)
		if took := time.Since(began); took > time.Second {
			t.Errorf("it took %s", took)
		}
	})
}
