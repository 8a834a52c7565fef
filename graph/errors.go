package graph

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"runtime/debug"
	"slices"
	"strings"

	"github.com/99designs/gqlgen/graphql"
	"github.com/99designs/gqlgen/graphql/errcode"
	"github.com/vektah/gqlparser/v2/gqlerror"

	"github.com/recado-hub/recado/graph/model"
	"github.com/recado-hub/recado/internal/hub"
)

// Codes of errors that only this door has, beside those of hub: what was sent is no GraphQL request, the text does not
// parse, it does not fit the schema, it asks for too much, for the schema where that is
// not told, or it is not among the documents that are answered.
const (
	codeBadRequest    = "BAD_REQUEST"
	codeParse         = errcode.ParseFailed
	codeValidation    = errcode.ValidationFailed
	codeCost          = "TOO_COSTLY"
	codeIntrospection = "INTROSPECTION_OFF"
	codeTrusted       = "DOCUMENT_NOT_TRUSTED"
)

func init() {
	// On a websocket such an error ends the operation with a message of the type error instead of a response.
	for _, code := range []string{codeCost, codeIntrospection, codeTrusted, "PERSISTED_QUERY_NOT_FOUND"} {
		errcode.RegisterErrorType(code, errcode.KindProtocol)
	}
}

// inMutations says which hub errors a mutation reports in userErrors: those that the caller can mend by other input or
// another moment. All others, and every error of a query or a subscription, stand at the top of the response.
var inMutations = map[hub.Code]bool{
	hub.CodeInvalid:     true,
	hub.CodeNotFound:    true,
	hub.CodeConflict:    true,
	hub.CodeInUse:       true,
	hub.CodeTooLarge:    true,
	hub.CodeUnavailable: true,
}

// userErrors sorts the error of a mutation: into what its payload tells the caller, or into the error of the whole field.
func userErrors(err error) ([]*model.UserError, error) {
	list := []*model.UserError{}
	var e *hub.Error
	if !errors.As(err, &e) || !inMutations[e.Code] {
		return list, err
	}
	for _, p := range e.Problems {
		list = append(list, &model.UserError{Code: e.Code, Problem: text(p.Code), Message: p.Message,
			Field: splitPath(p.Path), NextStep: optional(p.NextStep)})
	}
	if len(list) == 0 {
		list = append(list, &model.UserError{Code: e.Code, Message: e.Message, Field: splitPath(e.Path)})
	}
	return list, nil
}

// missing turns NOT_FOUND into nothing: a query for a thing that is not there answers null.
func missing(err error) error {
	if err != nil && hub.CodeOf(err) == hub.CodeNotFound {
		return nil
	}
	return err
}

// splitPath writes a dotted path as a list; nil for none.
func splitPath(path string) []string {
	if path == "" {
		return nil
	}
	return strings.Split(path, ".")
}

// presenter shapes the errors at the top of a response. What is not meant for the caller goes to the log.
type presenter struct {
	log  *slog.Logger
	note func(hub.Denial)
}

// denied counts an error that refuses somebody for the audit log. It is called once for every error that leaves this door:
// for those of fields and subscriptions by present, for those of a request as a whole by who answers it.
func (p presenter) denied(ctx context.Context, s session, err error) {
	what := "/graphql"
	if names := asked(ctx); len(names) > 0 {
		what = strings.Join(names, ".")
	}
	if d, ok := hub.DenialOf(err, what, s.via); ok {
		p.note(d)
	}
}

func (p presenter) present(ctx context.Context, err error) *gqlerror.Error {
	shaped := graphql.DefaultErrorPresenter(ctx, err)
	p.denied(ctx, whose(ctx), err)
	var e *hub.Error
	switch {
	case errors.As(err, &e):
		e = ofArgument(ctx, shaped, e)
		shaped.Message, shaped.Extensions = sentence(ctx, e), extensions(e)
		if names := asked(ctx); e.Code == hub.CodeForbidden && len(names) > 0 {
			shaped.Extensions["asked"] = names
		}
	case shaped.Extensions["code"] != nil: // of the parser, of the validation or of a limit
		shaped = explain(ctx, shaped)
		shaped.Message = say(ctx, shaped.Message)
		if first, ok := shaped.Extensions[firstMistake].(string); ok {
			shaped.Extensions[firstMistake] = say(ctx, first)
		}
		return shaped
	case errors.Is(err, context.DeadlineExceeded):
		shaped.Message = say(ctx, "this took too long and was given up; ask for less, or try again later")
		shaped.Extensions = map[string]any{"code": string(hub.CodeUnavailable)}
	default:
		p.internal(ctx, shaped, err)
	}
	// The cause must not travel any further: what the caller may know of it is in the message.
	shaped.Err = nil
	return shaped
}

// ofArgument is an error with the place in the arguments of a field to which its path leads beyond the field, which is no place in the response.
// What is judged only there is a null that a variable brings where the schema has a default.
func ofArgument(ctx context.Context, shaped *gqlerror.Error, e *hub.Error) *hub.Error {
	f := graphql.GetFieldContext(ctx)
	if f == nil || e.Path != "" || len(shaped.Path) <= len(f.Path()) {
		return e
	}
	at := len(f.Path())
	placed := *e
	placed.Path, shaped.Path = strings.Join(steps(shaped.Path[at:]), "."), shaped.Path[:at]
	return &placed
}

// sentence is what an error says to the caller: the path of what is at fault, then the message in its language.
func sentence(ctx context.Context, e *hub.Error) string {
	said := *e
	said.Message = say(ctx, e.Message)
	return said.Error()
}

// explain makes errors of the library understood where its words alone do not say what is wrong. It is given none twice.
func explain(ctx context.Context, err *gqlerror.Error) *gqlerror.Error {
	locate(err)
	if !graphql.HasOperationContext(ctx) {
		return err
	}
	switch op := graphql.GetOperationContext(ctx); {
	case op.Doc == nil || op.Operation != nil:
	case op.OperationName == "":
		err.Message = fmt.Sprintf("the document has %d operations; say in operationName which one to run", len(op.Doc.Operations))
	default:
		err.Message = fmt.Sprintf("there is no operation %q in the document", hub.Clip(op.OperationName, 60))
	}
	return err
}

// locate says where a value of the operation is wrong. A path of a response leads into its data (GraphQL §7.1.2), so it belongs into the
// message, and for programs into the extensions.
func locate(err *gqlerror.Error) {
	if len(err.Path) < 2 {
		return
	}
	rest := err.Path[1:]
	switch err.Path[0] {
	case variablePath:
		err.Message = "variable " + rest.String() + ": " + err.Message
	case argumentPath:
		err.Message = "argument " + rest.String() + ": " + err.Message
	default:
		return
	}
	err.Path, err.Extensions["field"] = nil, steps(rest)
}

// asked is the way to the field that was asked for, by the names of the schema: the path of the response has aliases and
// places in lists instead.
func asked(ctx context.Context) (names []string) {
	for f := graphql.GetFieldContext(ctx); f != nil; f = f.Parent {
		if f.Field.Field != nil && f.Index == nil {
			names = append(names, f.Field.Name)
		}
	}
	slices.Reverse(names)
	return names
}

func (p presenter) internal(ctx context.Context, shaped *gqlerror.Error, err error) {
	if !errors.Is(err, context.Canceled) { // the client went away: nobody is waiting, nothing is wrong
		p.log.ErrorContext(ctx, "graphql: internal error", "request", whose(ctx).via.Request, "operation", operationName(ctx), "path", shaped.Path.String(), "error", err)
	}
	shaped.Message = say(ctx, "something went wrong inside the hub; its log says what")
	shaped.Extensions = map[string]any{"code": string(hub.CodeInternal)}
}

// recovered turns a panic into an error that the presenter then takes for an internal one.
func (p presenter) recovered(ctx context.Context, panicked any) error {
	p.log.ErrorContext(ctx, "graphql: panic", "request", whose(ctx).via.Request, "operation", operationName(ctx), "panic", fmt.Sprint(panicked), "stack", string(debug.Stack()))
	return errPanic
}

var errPanic = errors.New("a resolver panicked")

func operationName(ctx context.Context) string {
	if !graphql.HasOperationContext(ctx) {
		return ""
	}
	op := graphql.GetOperationContext(ctx)
	if op.OperationName == "" && op.Operation != nil {
		return op.Operation.Name
	}
	return op.OperationName
}

// shape writes a hub error as an error at the top of a response, outside of any field.
func shape(e *hub.Error) *gqlerror.Error {
	return &gqlerror.Error{Message: e.Error(), Extensions: extensions(e)}
}

func extensions(e *hub.Error) map[string]any {
	ext := map[string]any{"code": string(e.Code)}
	if e.Path != "" {
		ext["field"] = splitPath(e.Path)
	}
	if e.Code == hub.CodeCursorExpired {
		ext["oldest"] = e.Oldest
	}
	if e.Code == hub.CodeRateLimited {
		ext["quota"], ext["retryAfter"] = e.Quota, e.RetrySeconds()
	}
	if e.Code == hub.CodeForbidden {
		needs := make([]map[string]string, len(e.Needs))
		for i, n := range e.Needs {
			needs[i] = map[string]string{"module": n.Module, "submodule": n.Submodule, "action": string(n.Action)}
		}
		ext["needs"], ext["group"] = needs, e.Group
	}
	return ext
}

// plainError makes an error of this door: for a request that never becomes an operation, or one that is refused.
func plainError(code, format string, args ...any) *gqlerror.Error {
	return &gqlerror.Error{Message: fmt.Sprintf(format, args...), Extensions: map[string]any{"code": code}}
}
