package graph

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"strings"

	"github.com/99designs/gqlgen/graphql"
	"github.com/99designs/gqlgen/graphql/handler/extension"
	"github.com/vektah/gqlparser/v2/gqlerror"
)

// persisted is the extension of a request by which a document stands for its hash, as Apollo's clients and those that follow them have it:
// {"persistedQuery": {"version": 1, "sha256Hash": "…"}}.
const persisted = "persistedQuery"

// documents finds the text of an operation that is asked for by a hash. Without trusted documents any text can be left here under its hash
// first (automatic persisted queries); with them nothing else is answered.
type documents struct {
	trusted map[string]string // texts by their ids; nil: everything is answered
	hashes  map[string]bool   // of the trusted texts, for those who send them in full
	auto    extension.AutomaticPersistedQuery
}

// maxPersisted is how many bytes of text are kept for those who ask by a hash.
const maxPersisted = 4 << 20

func newDocuments(trusted map[string]string) documents {
	d := documents{trusted: trusted, hashes: map[string]bool{}, auto: extension.AutomaticPersistedQuery{Cache: texts{newCache[string](maxPersisted)}}}
	for _, text := range trusted {
		d.hashes[hashOf(text)] = true
	}
	return d
}

// ExtensionName names the extension to gqlgen.
func (d documents) ExtensionName() string { return "Documents" }

// Validate has nothing to look at.
func (d documents) Validate(graphql.ExecutableSchema) error { return nil }

// MutateOperationParameters puts in the text that was asked for, or refuses one that is not trusted.
func (d documents) MutateOperationParameters(ctx context.Context, params *graphql.RawParams) *gqlerror.Error {
	if d.trusted != nil {
		return d.onlyTrusted(params)
	}
	err := d.auto.MutateOperationParameters(ctx, params)
	if err != nil && err.Extensions["code"] == nil {
		err.Extensions = map[string]any{"code": codeBadRequest}
	}
	return err
}

func (d documents) onlyTrusted(params *graphql.RawParams) *gqlerror.Error {
	known := d.hashes[hashOf(params.Query)]
	if asked, ok := params.Extensions[persisted].(map[string]any); ok {
		id, _ := asked["sha256Hash"].(string)
		var text string
		if text, known = d.trusted[id]; known && (params.Query == "" || params.Query == text) {
			params.Query = text
			return nil
		}
		known = false
	}
	if known {
		return nil
	}
	return plainError(codeTrusted, "this hub answers only documents that it was given beforehand, and this one is not among them; whoever runs it can add it")
}

// byDocumentID has a request ask by a hash that names its document in the other way: {"documentId": "sha256:…"}, as the appendix on persisted
// documents of GraphQL over HTTP has it.
func byDocumentID(params *graphql.RawParams, id string) {
	if id == "" {
		return
	}
	if params.Extensions == nil {
		params.Extensions = map[string]any{}
	}
	params.Extensions[persisted] = map[string]any{"version": 1, "sha256Hash": strings.TrimPrefix(id, "sha256:")}
}

// asksByHash says whether a request needs no text.
func asksByHash(params *graphql.RawParams) bool { return params.Extensions[persisted] != nil }

func hashOf(text string) string {
	sum := sha256.Sum256([]byte(text))
	return hex.EncodeToString(sum[:])
}

// texts are kept by their hashes.
type texts struct{ *cache[string] }

// Add keeps a text.
func (t texts) Add(_ context.Context, hash, text string) { t.add(hash, text, len(hash)+len(text)) }
