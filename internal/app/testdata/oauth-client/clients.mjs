// Signs in to a hub with OAuth clients that know nothing of it. Each check is one line of JSON on standard output:
// its name, and what went wrong. Run as: node clients.mjs ISSUER, with the client in CLIENT_ID and CLIENT_SECRET.
import assert from "node:assert/strict";
import * as jose from "jose";
import * as oauth from "oauth4webapi";
import * as openid from "openid-client";

const issuer = new URL(process.argv[2]);
const expectedIssuer = process.argv[2];
const { CLIENT_ID: id, CLIENT_SECRET: secret } = process.env;
const scope = "automator/fracttal_hub:SEE settings/api_connections:SEE";

async function check(name, fn) {
  let error = null;
  try {
    await fn();
  } catch (e) {
    error = `${e.stack} ${e.cause ? JSON.stringify(e.cause) : ""}`;
  }
  console.log(JSON.stringify({ name, error }));
}

// refusal is what a call is refused with.
async function refusal(call) {
  try {
    await call;
  } catch (e) {
    return e;
  }
  assert.fail("it was not refused");
}

async function viewer(token) {
  return fetch(new URL("/graphql", issuer), {
    method: "POST",
    headers: { "content-type": "application/json", authorization: `Bearer ${token}` },
    body: JSON.stringify({ query: "{ viewer { consumer { clientId } } }" }),
  });
}

function isToken(answer) {
  assert.equal(answer.token_type.toLowerCase(), "bearer");
  assert.ok(answer.expires_in > 14 * 60 && answer.expires_in <= 15 * 60, `it lives for ${answer.expires_in} s`);
}

// openid-client discovers, and does the rest by what it found.
for (const [how, method] of [["HTTP Basic", openid.ClientSecretBasic], ["the form", openid.ClientSecretPost]]) {
  const discover = (clientSecret) =>
    openid.discovery(issuer, id, undefined, method(clientSecret), { algorithm: "oauth2", execute: [openid.allowInsecureRequests] });
  await check(`openid-client by ${how} discovers the endpoints`, async () => {
    const found = (await discover(secret)).serverMetadata();
    assert.equal(found.issuer, expectedIssuer);
    assert.ok(found.scopes_supported.includes("settings/api_connections:SEE"));
  });
  await check(`openid-client by ${how} gets a token that opens the API`, async () => {
    const answer = await openid.clientCredentialsGrant(await discover(secret));
    isToken(answer);
    const r = await viewer(answer.access_token);
    assert.deepEqual((await r.json()).data, { viewer: { consumer: { clientId: id } } });
  });
  await check(`openid-client by ${how} gets a narrower token, and reads what it is`, async () => {
    const config = await discover(secret);
    const answer = await openid.clientCredentialsGrant(config, { scope });
    assert.equal(answer.scope, scope);
    const said = await openid.tokenIntrospection(config, answer.access_token);
    assert.equal(said.active, true);
    assert.equal(said.scope, scope);
    assert.equal(said.client_id, id);
    assert.equal(said.iss, expectedIssuer);
    assert.equal(said.aud, expectedIssuer);
    assert.equal(said.token_type.toLowerCase(), "bearer");
    assert.ok(said.exp > said.iat && said.jti && said.sub);
  });
  await check(`openid-client by ${how} takes a token back`, async () => {
    const config = await discover(secret);
    const { access_token: token } = await openid.clientCredentialsGrant(config);
    const { access_token: other } = await openid.clientCredentialsGrant(config);
    await openid.tokenRevocation(config, token, { token_type_hint: "access_token" });
    assert.deepEqual(await openid.tokenIntrospection(config, token), { active: false });
    assert.equal((await openid.tokenIntrospection(config, other)).active, true);
    const e = await refusal(openid.fetchProtectedResource(config, token, new URL("/graphql", issuer), "POST", "{}", new Headers({ "content-type": "application/json" })));
    assert.ok(e instanceof openid.WWWAuthenticateChallengeError, e);
    assert.equal(e.cause[0].scheme, "bearer");
    assert.equal(e.cause[0].parameters.error, "invalid_token");
    await openid.tokenRevocation(config, token);
    await openid.tokenRevocation(config, "no token at all");
  });
  await check(`openid-client by ${how} learns that its secret is wrong`, async () => {
    const e = await refusal(openid.clientCredentialsGrant(await discover("wrong")));
    assert.equal(e.status, 401);
    assert.ok(e instanceof openid.WWWAuthenticateChallengeError, e);
    assert.equal(e.cause[0].scheme, "basic");
    assert.equal((await e.response.json()).error, "invalid_client");
  });
  await check(`openid-client by ${how} learns that there is no such scope`, async () => {
    const e = await refusal(openid.clientCredentialsGrant(await discover(secret), { scope: "moon/dust:SEE" }));
    assert.ok(e instanceof openid.ResponseBodyError, e);
    assert.equal(e.status, 400);
    assert.equal(e.error, "invalid_scope");
    assert.ok(e.error_description);
  });
}

// oauth4webapi leaves each step to its user, and judges each answer.
const insecure = { [oauth.allowInsecureRequests]: true };
const as = await oauth.processDiscoveryResponse(issuer, await oauth.discoveryRequest(issuer, { algorithm: "oauth2", ...insecure }));
const client = { client_id: id };
for (const [how, auth] of [["HTTP Basic", oauth.ClientSecretBasic(secret)], ["the form", oauth.ClientSecretPost(secret)]]) {
  const grant = async (more = {}) =>
    oauth.processClientCredentialsResponse(as, client, await oauth.clientCredentialsGrantRequest(as, client, auth, new URLSearchParams(more), insecure));
  const introspect = async (token) =>
    oauth.processIntrospectionResponse(as, client, await oauth.introspectionRequest(as, client, auth, token, insecure));
  const revoke = async (token) => oauth.processRevocationResponse(await oauth.revocationRequest(as, client, auth, token, insecure));

  await check(`oauth4webapi by ${how} gets, reads and takes back a token`, async () => {
    const answer = await grant({ scope });
    isToken(answer);
    assert.equal((await introspect(answer.access_token)).scope, scope);
    await revoke(answer.access_token);
    assert.deepEqual(await introspect(answer.access_token), { active: false });
    assert.equal((await viewer(answer.access_token)).status, 401);
  });
  await check(`oauth4webapi by ${how} learns which grant types there are`, async () => {
    assert.deepEqual(as.grant_types_supported, ["client_credentials"]);
    const r = await oauth.genericTokenEndpointRequest(as, client, auth, "refresh_token", new URLSearchParams({ refresh_token: "x" }), insecure);
    const e = await refusal(oauth.processGenericTokenEndpointResponse(as, client, r));
    assert.equal(e.error, "unsupported_grant_type");
  });
  await check(`oauth4webapi by ${how} accepts the token as a resource server does (RFC 9068)`, async () => {
    const { access_token: token } = await grant({ scope });
    const request = new Request(new URL("/graphql", issuer), { headers: { authorization: `Bearer ${token}` } });
    const claims = await oauth.validateJwtAccessToken(as, request, expectedIssuer, insecure);
    assert.equal(claims.client_id, id);
    assert.equal(claims.scope, scope);
  });
}
await check("oauth4webapi without a secret gets nothing", async () => {
  const r = await oauth.clientCredentialsGrantRequest(as, client, oauth.None(), new URLSearchParams(), insecure);
  assert.equal(r.status, 401);
  assert.equal((await r.clone().json()).error, "invalid_client");
  await refusal(oauth.processClientCredentialsResponse(as, client, r));
});

// jose knows of keys and signatures alone.
await check("jose verifies the token with the published keys", async () => {
  const config = await openid.discovery(issuer, id, undefined, openid.ClientSecretBasic(secret), { algorithm: "oauth2", execute: [openid.allowInsecureRequests] });
  const { access_token: token } = await openid.clientCredentialsGrant(config);
  const keys = jose.createRemoteJWKSet(new URL(as.jwks_uri));
  const wanted = { issuer: expectedIssuer, audience: expectedIssuer, typ: "at+jwt", algorithms: ["ES256"], requiredClaims: ["sub", "jti", "iat", "exp", "client_id"] };
  const { payload, protectedHeader } = await jose.jwtVerify(token, keys, wanted);
  assert.equal(payload.client_id, id);
  const [published] = keys.jwks().keys;
  assert.equal(protectedHeader.kid, published.kid);
  assert.equal(published.kid, await jose.calculateJwkThumbprint(published));
  const [header, body, signature] = token.split(".");
  const forged = Buffer.from(JSON.stringify({ ...payload, client_id: "another" })).toString("base64url");
  const e = await refusal(jose.jwtVerify([header, forged, signature].join("."), keys, wanted));
  assert.equal(e.code, "ERR_JWS_SIGNATURE_VERIFICATION_FAILED");
  assert.ok(body !== forged);
});
