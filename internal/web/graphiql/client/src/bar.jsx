import { useState, useSyncExternalStore } from "react";

export function useSession(session) {
  return useSyncExternalStore(session.watch, () => session.state);
}

// Bar is above the editor: who asks, or the form to sign in.
export function Bar({ session, licences }) {
  const state = useSession(session);
  return (
    <header className="bar">
      <strong>Recado</strong>
      {state.token ? <SignedIn session={session} state={state} /> : <SignIn session={session} state={state} />}
      <a href={new URL(licences, import.meta.url).href} target="_blank" rel="noreferrer">
        Licences
      </a>
    </header>
  );
}

function SignedIn({ session, state }) {
  return (
    <>
      <span className="who" role="status">
        Signed in as <b>{state.consumer}</b>
        {state.group && ` (${state.group})`}
      </span>
      <button type="button" onClick={() => session.signOut()}>
        Sign out
      </button>
    </>
  );
}

function SignIn({ session, state }) {
  const [byToken, setByToken] = useState(false);
  const [problem, setProblem] = useState("");
  const [busy, setBusy] = useState(false);
  const submit = async (event) => {
    event.preventDefault();
    const given = new FormData(event.currentTarget);
    setBusy(true);
    setProblem("");
    try {
      if (byToken) await session.use(given.get("token").trim().replace(/^Bearer\s+/i, ""));
      else await session.signIn(given.get("key").trim(), given.get("secret"));
    } catch (e) {
      setProblem(e.message);
      setBusy(false);
    }
  };
  return (
    <form onSubmit={submit}>
      {byToken ? (
        <input key="token" name="token" type="password" placeholder="Token" aria-label="Token" autoComplete="off" required />
      ) : (
        <>
          <input key="key" name="key" placeholder="Key" aria-label="Key" autoComplete="username" defaultValue={state.key} required />
          <input key="secret" name="secret" type="password" placeholder="Secret" aria-label="Secret" autoComplete="current-password" required />
        </>
      )}
      <button type="submit" disabled={busy}>
        {byToken ? "Use it" : "Sign in"}
      </button>
      <button type="button" className="plain" onClick={() => setByToken(!byToken)}>
        {byToken ? "with key and secret" : "or paste a token"}
      </button>
      {(problem || state.problem) && <span role="alert">{problem || state.problem}</span>}
    </form>
  );
}
