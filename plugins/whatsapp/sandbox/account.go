package sandbox

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"
)

// AccountEvent is something that happens to a WhatsApp Business Account at Meta: the body of POST /sandbox/account.
type AccountEvent struct {
	Account string `json:"account,omitempty"` // WABA id; the first one if empty
	// Event is Meta's, for example DISABLED_UPDATE, ACCOUNT_RESTRICTION, ACCOUNT_VIOLATION, ACCOUNT_DELETED, VERIFIED_ACCOUNT.
	Event string `json:"event"`
	// Ban is the state of DISABLED_UPDATE. With DISABLE every message is refused with 131031 until REINSTATE; SCHEDULE_FOR_DISABLE
	// only tells.
	Ban string `json:"ban,omitempty"`
	// Restriction is the type of ACCOUNT_RESTRICTION, for example RESTRICTED_BIZ_INITIATED_MESSAGING, and Expires its end in seconds
	// since 1970. It has no effect on messages here: which code Meta then answers is not known.
	Restriction string `json:"restriction,omitempty"`
	Expires     int64  `json:"expires,omitempty"`
	Violation   string `json:"violation,omitempty"` // the type of ACCOUNT_VIOLATION, for example SCAM
}

// banStates are what Ban may be.
var banStates = []string{"DISABLE", "REINSTATE", "SCHEDULE_FOR_DISABLE"}

// HappenToAccount has something happen to an account, and the webhook told of it. The form of waba_ban_date is not verified.
func (s *Sandbox) HappenToAccount(ctx context.Context, e AccountEvent) (Told, error) {
	w, err := s.wabaOf(e.Account)
	switch {
	case err != nil:
		return Told{}, err
	case e.Event == "":
		return Told{}, errors.New("event: must be given, for example DISABLED_UPDATE")
	case e.Ban != "" && !slices.Contains(banStates, e.Ban):
		return Told{}, fmt.Errorf("ban: %q: must be one of %v", e.Ban, banStates)
	}
	value := map[string]any{"event": e.Event}
	if e.Ban != "" {
		value["ban_info"] = map[string]any{"waba_ban_state": e.Ban, "waba_ban_date": time.Now().UTC().Format("January 2, 2006")}
	}
	if e.Violation != "" {
		value["violation_info"] = map[string]any{"violation_type": e.Violation}
	}
	if e.Restriction != "" {
		one := map[string]any{"restriction_type": e.Restriction}
		if e.Expires > 0 {
			one["expiration"] = e.Expires
		}
		value["restriction_info"] = []any{one}
	}
	switch e.Ban {
	case "DISABLE":
		w.banned.Store(true)
	case "REINSTATE":
		w.banned.Store(false)
	}
	return s.tellMeta(ctx, w, "account_update", value), nil
}

// NumberEvent is something that happens to a business number at Meta: the body of POST /sandbox/number.
type NumberEvent struct {
	PhoneNumberID string `json:"phone_number_id,omitempty"` // the first one if empty
	// Event is Meta's: today ONBOARDING or THROUGHPUT_UPGRADE; older ones are FLAGGED, UNFLAGGED, UPGRADE and DOWNGRADE.
	Event string `json:"event"`
	// Limit and OldLimit are messaging limits such as TIER_2K.
	Limit    string `json:"limit,omitempty"`
	OldLimit string `json:"old_limit,omitempty"`
	// Quality is what the number shows from now on: GREEN, YELLOW or RED.
	Quality string `json:"quality,omitempty"`
}

// HappenToNumber has something happen to a number, and the webhook told of it. The limit is told both by its old name, current_limit, and
// by the one that Meta announced for 2026, max_daily_conversations_per_business.
func (s *Sandbox) HappenToNumber(ctx context.Context, e NumberEvent) (Told, error) {
	n, err := s.numberOf(e.PhoneNumberID, "")
	switch {
	case err != nil:
		return Told{}, err
	case e.Event == "":
		return Told{}, errors.New("event: must be given, for example FLAGGED")
	case e.Quality != "" && !slices.Contains([]string{"GREEN", "YELLOW", "RED"}, e.Quality):
		return Told{}, fmt.Errorf("quality: %q: must be GREEN, YELLOW or RED", e.Quality)
	}
	if e.Quality != "" {
		n.quality.Store(&e.Quality)
	}
	value := map[string]any{"display_phone_number": n.digits, "event": e.Event}
	if e.Limit != "" {
		value["current_limit"], value["max_daily_conversations_per_business"] = e.Limit, e.Limit
	}
	if e.OldLimit != "" {
		value["old_limit"] = e.OldLimit
	}
	return s.tellMeta(ctx, n.waba, "phone_number_quality_update", value), nil
}
