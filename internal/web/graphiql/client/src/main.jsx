import { useMemo } from "react";
import { createRoot } from "react-dom/client";
import { GraphiQL } from "graphiql";
import "@graphiql/react/style.css";
import "@graphiql/plugin-doc-explorer/style.css";
import "@graphiql/plugin-history/style.css";
import "graphiql/graphiql.css";
import "./page.css";
import { Bar, useSession } from "./bar.jsx";
import { liveOf, makeFetcher } from "./fetcher.js";
import { Session } from "./session.js";

const given = JSON.parse(document.getElementById("given").textContent);

globalThis.MonacoEnvironment = {
  getWorker: (_, label) => new Worker(new URL(given.workers[label] ?? given.workers.editor, import.meta.url), { type: "module" }),
};

// The page stands at the endpoint itself, wherever a proxy puts that.
const endpoint = location.origin + location.pathname;
const session = new Session({ endpoint, tokenEndpoint: new URL("oauth/token", location.href).href });
const live = liveOf(endpoint, session);

// A link may bring a query, as ?query=…&variables=…; nothing runs by itself.
const asked = new URLSearchParams(location.search);
const query = asked.get("query") ?? undefined;
const variables = asked.get("variables") ?? undefined;
const tabs = query ? [{ query, variables }, ...given.tabs] : given.tabs;

function Page() {
  const { consumer } = useSession(session);
  // Another fetcher has GraphiQL read the schema anew, with the rights of whoever signed in.
  const fetcher = useMemo(() => makeFetcher({ endpoint, session, live }), [consumer]);
  return (
    <>
      <Bar session={session} licences={given.licences} />
      <GraphiQL
        fetcher={fetcher}
        initialQuery={query}
        initialVariables={variables}
        defaultTabs={tabs}
        inputValueDeprecation
        schemaDescription
        showPersistHeadersSettings={false}
      >
        <GraphiQL.Logo>GraphiQL</GraphiQL.Logo>
      </GraphiQL>
    </>
  );
}

createRoot(document.getElementById("page")).render(<Page />);
