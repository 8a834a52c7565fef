import { getOperationAST, parse } from "graphql";
import { createClient } from "graphql-ws";

// makeFetcher is how GraphiQL asks: queries and mutations by POST, subscriptions over a websocket. The header Authorization of the Headers tab wins
// over the session.
export function makeFetcher({ endpoint, session, live }) {
  return async (params, { headers = {} } = {}) => {
    const own = new Headers(headers);
    const authorization = own.get("Authorization");
    if (!authorization && !session.state.token) {
      throw said("Sign in above, with the key and secret of a consumer or with a token; or set the header Authorization in the Headers tab.");
    }
    const { operation, asked } = understood(params);
    if (operation === "subscription") {
      return authorization ? follow(clientOf(endpoint, () => Object.fromEntries(own)), asked) : follow(live, asked);
    }
    return post(endpoint, session, asked, own);
  };
}

// understood finds the operation that is meant. Right after a change of tabs GraphiQL still has the name of the other one's.
function understood(params) {
  try {
    const document = parse(params.query);
    const named = getOperationAST(document, params.operationName);
    const { operation } = named ?? getOperationAST(document);
    return { operation, asked: named ? params : { ...params, operationName: undefined } };
  } catch {
    return { asked: params }; // the hub says what is wrong with it
  }
}

async function post(endpoint, session, params, headers) {
  const ours = !headers.has("Authorization");
  if (ours) headers.set("Authorization", `Bearer ${await session.fresh()}`);
  headers.set("Content-Type", "application/json");
  headers.set("Accept", "application/graphql-response+json, application/json;q=0.9");
  const answer = await fetch(endpoint, { method: "POST", credentials: "omit", headers, body: JSON.stringify(params) });
  if (answer.status === 401 && ours) session.signOut("The token is not valid any more.");
  const text = await answer.text();
  try {
    return JSON.parse(text);
  } catch {
    throw said(`It is answered ${answer.status}, with something that is no JSON: ${text.slice(0, 200)}`);
  }
}

function clientOf(endpoint, connectionParams, on) {
  return createClient({ url: endpoint.replace(/^http/, "ws"), connectionParams, retryAttempts: 0, on });
}

// liveOf is the websocket of the session. A subscription outlives the token with which it began: each new token is handed on in a ping.
export function liveOf(endpoint, session) {
  let socket;
  const client = clientOf(endpoint, async () => ({ Authorization: `Bearer ${await session.fresh()}` }), {
    connected: (opened) => (socket = opened),
    closed: () => (socket = undefined),
  });
  session.onRenewed((token) => socket?.send(JSON.stringify({ type: "ping", payload: { Authorization: `Bearer ${token}` } })));
  session.watch(() => session.state.token || client.terminate());
  return client;
}

function follow(client, params) {
  return {
    subscribe: ({ next, error, complete }) => ({
      unsubscribe: client.subscribe(params, { next, complete, error: (e) => error(readable(e)) }),
    }),
  };
}

function readable(e) {
  if (e instanceof CloseEvent) {
    const hint = e.code === 1006 ? " It could not be opened, or was cut off; a proxy between must let websockets through." : "";
    return said(`The websocket was closed: ${e.code} ${e.reason}.${hint}`);
  }
  return e instanceof Error ? said(e.message) : e;
}

// said is an error without a stack, which GraphiQL would show.
function said(message) {
  return { message };
}
