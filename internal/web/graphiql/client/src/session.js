const KEPT = "recado:session";
const SOON = 60_000; // a token is renewed this long before it ends, or after three quarters of a short life
const AGAIN = 10_000; // when it could not be renewed, because the hub did not answer
const LONGEST = 2 ** 31 - 1; // of a timer

const signedOut = { token: "", until: 0, key: "", consumer: "", group: "", problem: "" };

// Session is who asks. A secret is kept in memory only, so that a token can be renewed; the token, which ends by itself, for as long as the browser's
// tab is open. Neither is ever part of an address.
export class Session {
  #at;
  #secret = "";
  #timer;
  #renewing = null;
  #watchers = new Set();
  #renewals = new Set();
  state = signedOut;

  constructor(at) {
    this.#at = at;
    const kept = recall();
    if (kept?.token && kept.until > Date.now()) this.#open(kept).catch(() => {});
    else if (kept?.key) this.#become({ ...signedOut, key: kept.key });
  }

  // watch calls back after every change of the state, and onRenewed when another token takes the place of one; both return how to stop that.
  watch = (fn) => add(this.#watchers, fn);
  onRenewed = (fn) => add(this.#renewals, fn);

  // signIn gets a token for a consumer's key and secret.
  async signIn(key, secret) {
    const given = await this.#ask(key, secret);
    this.#secret = secret;
    await this.#open({ ...given, key });
  }

  // use takes a token that somebody else got. It says by itself when it ends.
  async use(token) {
    this.#secret = "";
    await this.#open({ token, until: endOf(token), key: "" });
  }

  signOut(problem = "") {
    clearTimeout(this.#timer);
    this.#secret = "";
    this.#become({ ...signedOut, key: this.state.key, problem });
  }

  // fresh is a token that is good for a moment yet. A computer that slept may have missed the time to renew it.
  async fresh() {
    if (this.state.token && this.state.until - Date.now() < AGAIN) await this.#renew();
    return this.state.token;
  }

  async #open({ token, until, key }) {
    const who = await whoIs(this.#at.endpoint, token);
    this.#become({ ...signedOut, token, until, key, ...who });
    this.#plan(Date.now());
  }

  #plan(now, delay = Math.max((this.state.until - now) * 0.75, this.state.until - now - SOON)) {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#renew(), Math.min(Math.max(delay, 0), LONGEST));
  }

  #renew() {
    this.#renewing ??= this.#another().finally(() => (this.#renewing = null));
    return this.#renewing;
  }

  async #another() {
    const { key, until } = this.state;
    if (!this.#secret) {
      if (Date.now() >= until) this.signOut("The token has ended.");
      else this.#plan(Date.now(), until - Date.now());
      return;
    }
    try {
      const next = await this.#ask(key, this.#secret);
      this.#become({ ...this.state, ...next, problem: "" });
      this.#plan(Date.now());
      for (const fn of this.#renewals) fn(next.token);
    } catch (e) {
      if (e.refused || Date.now() >= until) this.signOut(`The token could not be renewed: ${e.message}`);
      else this.#plan(Date.now(), AGAIN);
    }
  }

  async #ask(key, secret) {
    const began = Date.now();
    const body = new URLSearchParams({ grant_type: "client_credentials", client_id: key, client_secret: secret });
    // Without credentials of the browser's own, which would else ask for some by itself when these are refused.
    const answer = await fetch(this.#at.tokenEndpoint, { method: "POST", credentials: "omit", body });
    const said = await answer.json().catch(() => ({}));
    if (!answer.ok) {
      const error = new Error(said.error_description ?? said.detail ?? `The hub answered ${answer.status}.`);
      error.refused = answer.status === 400 || answer.status === 401;
      throw error;
    }
    return { token: said.access_token, until: began + said.expires_in * 1000 };
  }

  #become(state) {
    this.state = state;
    keep(state);
    for (const fn of this.#watchers) fn();
  }
}

async function whoIs(endpoint, token) {
  const answer = await fetch(endpoint, {
    method: "POST",
    credentials: "omit",
    headers: { "Content-Type": "application/json", Accept: "application/graphql-response+json", Authorization: `Bearer ${token}` },
    body: JSON.stringify({ query: "query SignedIn { viewer { consumer { name } group { description } } }" }),
  });
  const { data, errors } = await answer.json();
  // A hub that answers trusted documents only does not tell who one is, but it has accepted the token.
  if (!data && answer.status === 401) throw new Error(errors[0].message);
  return { consumer: data?.viewer.consumer.name ?? "a consumer", group: data?.viewer.group.description ?? "" };
}

// endOf reads the end out of a token; without a word on it, it is used until it is refused.
function endOf(token) {
  try {
    const claims = JSON.parse(atob(token.split(".")[1].replaceAll("-", "+").replaceAll("_", "/")));
    return claims.exp * 1000 || Number.MAX_SAFE_INTEGER;
  } catch {
    return Number.MAX_SAFE_INTEGER;
  }
}

function add(set, fn) {
  set.add(fn);
  return () => set.delete(fn);
}

// A browser may forbid to keep anything.
function keep({ token, until, key }) {
  try {
    sessionStorage.setItem(KEPT, JSON.stringify({ token, until, key }));
  } catch {}
}

function recall() {
  try {
    return JSON.parse(sessionStorage.getItem(KEPT));
  } catch {
    return null;
  }
}
