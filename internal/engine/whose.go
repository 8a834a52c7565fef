package engine

import (
	"context"
	"math/bits"
	"slices"
	"sync/atomic"
	"time"

	"github.com/recado-hub/recado/internal/hub"
	"github.com/recado-hub/recado/internal/sqlite"
)

// whose says to whom a receipt belongs.
type whose int

const (
	ours    whose = iota // to a delivery about which its callback may speak
	waits                // to none that is known, but it may turn out to be of one that is on its way
	foreign              // to a delivery about which its callback proves nothing
	nobodys              // to no delivery of this hub
)

// findDelivery finds the delivery of a receipt that came for an integration: by our own key, which only we give out, else by the
// provider's id. A callback proves something about deliveries of its integration and of that one's siblings, and of no others.
func (e *Engine) findDelivery(tx *sqlite.Tx, integration int64, rc hub.Receipt) (*hub.Delivery, whose, error) {
	if rc.DeliveryKey == 0 {
		return e.findByProvider(tx, integration, rc.ProviderID)
	}
	d, err := tx.Delivery(rc.DeliveryKey)
	if err != nil || d == nil {
		return nil, nobodys, err // a delivery is stored before its key is given out
	}
	mine, err := e.speaksOf(tx, integration, d)
	if err != nil || !mine {
		return nil, foreign, err
	}
	return d, ours, nil
}

func (e *Engine) findByProvider(tx *sqlite.Tx, integration int64, providerID string) (*hub.Delivery, whose, error) {
	if providerID == "" {
		return nil, nobodys, nil
	}
	if d, err := tx.DeliveryOfProvider(integration, providerID); err != nil || d != nil {
		return d, ours, err
	}
	namesakes, err := tx.DeliveriesOfProvider(providerID)
	if err != nil {
		return nil, nobodys, err
	}
	other := false
	for _, d := range namesakes {
		mine, err := e.speaksOf(tx, integration, d)
		if err != nil || mine {
			return d, ours, err
		}
		same, err := e.sameConnector(integration, d.IntegrationKey)
		if err != nil {
			return nil, nobodys, err
		}
		other = other || same // another connector's provider may give the same ids
	}
	if other {
		return nil, foreign, nil
	}
	return e.findLater(tx, integration)
}

// findLater says whether a receipt with an unknown id of the provider may be of a delivery that is on its way: then its outcome tells.
func (e *Engine) findLater(tx *sqlite.Tx, integration int64) (*hub.Delivery, whose, error) {
	in, err := e.integration(context.Background(), e.now(), integration)
	if err != nil || in == nil {
		return nil, nobodys, err
	}
	if c := e.connectors.Connector(in.Connector); c != nil && c.Capabilities.KeyedReceipts {
		return nil, nobodys, nil
	}
	family, err := e.siblings(tx, integration)
	if err != nil {
		return nil, nobodys, err
	}
	for _, key := range family {
		if unnamed, err := tx.HasUnnamed(key); err != nil || unnamed {
			return nil, waits, err
		}
	}
	return nil, nobodys, nil
}

// speaksOf says whether a callback for an integration proves anything about a delivery.
func (e *Engine) speaksOf(tx *sqlite.Tx, integration int64, d *hub.Delivery) (bool, error) {
	if d.IntegrationKey == integration {
		return true, nil
	}
	family, err := e.siblings(tx, integration)
	return slices.Contains(family, d.IntegrationKey), err
}

func (e *Engine) sameConnector(a, b int64) (bool, error) {
	ctx, rules := context.Background(), e.now()
	x, err := e.integration(ctx, rules, a)
	if err != nil || x == nil {
		return false, err
	}
	y, err := e.integration(ctx, rules, b)
	return y != nil && x.Connector == y.Connector, err
}

// turnAway counts a receipt of which nothing is kept.
func (e *Engine) turnAway(integration int64, w whose) {
	id := hub.ID(hub.KindIntegration, integration)
	if w == foreign {
		if n, tell := counted(&e.stats.receiptsForeign); tell {
			e.log.Warn("a callback spoke of another integration's message, which it does not prove: nothing of that was kept", "integration", id, "soFar", n)
		}
		return
	}
	if n, tell := counted(&e.stats.receiptsUnknown); tell {
		e.log.Warn("a callback spoke of a message that is not of this hub: nothing of that was kept", "integration", id, "soFar", n)
	}
}

// counted counts what came from outside. tell is true at each power of two, so that nobody can fill the log with it.
func counted(counter *atomic.Int64) (n int64, tell bool) {
	n = counter.Add(1)
	return n, bits.OnesCount64(uint64(n)) == 1
}

// waitingAge is how long a receipt waits for its delivery to become known: as long as providers are asked about UNKNOWN ones.
const waitingAge = 7 * 24 * time.Hour

// pruneReceipts forgets receipts that have waited too long, and notices when none waits any more.
func (e *Engine) pruneReceipts(ctx context.Context) error {
	if !e.stats.orphans.Load() {
		return nil
	}
	return e.db.Write(ctx, func(tx *sqlite.Tx) error {
		n, err := tx.ReceiptsPrune(tx.Now().Add(-waitingAge))
		if err != nil || n > 0 {
			return err
		}
		waiting, err := tx.HasWaitingReceipts()
		if err == nil {
			e.stats.orphans.Store(waiting) // transactions run one after the other, so that none can be missed
		}
		return err
	})
}
