package sdk

import (
	"errors"
	"fmt"
	"testing"
	"time"
)

func TestWhenASourceWantsToBeAskedAgainCrossesTheWireWithoutSecrets(t *testing.T) {
	t.Parallel()
	sent := statusOf(fmt.Errorf("asking: %w", &RetryError{After: 90 * time.Second, Message: "busy, says s3cret-token"}), map[string]string{"token": "s3cret-token"})
	var got *RetryError
	if err := errorOf(t.Context(), sent); !errors.As(err, &got) || got.After != 90*time.Second || got.Message != "busy, says ***" {
		t.Errorf("%v came of %v", err, sent)
	}
}
