package sqlite

import (
	"errors"

	"github.com/recado-hub/recado/internal/hub"
)

// administers says whether who is in the group can change consumers: with it, everything that was taken away can be given
// back; without anybody who has it, nothing can.
func administers(g *hub.Group) bool { return g.Grants.Allows(hub.RowAPIConnections, hub.Edit) }

var errFound = errors.New("found")

// stillAdministered refuses a change, which stands in the transaction already, that left no enabled consumer to
// administer the API for good: one that will expire does not count. path is what the change was to.
func (tx *Tx) stillAdministered(path string) error {
	err := tx.each("SELECT "+groups.columns+" FROM groups WHERE EXISTS (SELECT 1 FROM consumers WHERE group_key = groups.key AND enabled = 1 AND expires_at IS NULL) ORDER BY key",
		nil, func(r scanner) error {
			g, err := groups.scan(r)
			if err == nil && administers(g) {
				return errFound
			}
			return err
		})
	switch {
	case errors.Is(err, errFound):
		return nil
	case err != nil:
		return err
	}
	return hub.Invalid(path, "this would leave no enabled consumer without an expiry date that may administer the API (%s:%s); give another one that right first",
		hub.RowAPIConnections, hub.Edit)
}
