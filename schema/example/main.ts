// Signs in, publishes a new work order, and prints what became of it:
//
//   CLIENT_ID=… CLIENT_SECRET=… npm start -- http://127.0.0.1:8080 OT-1496 +5511999991234
import { PublishOccurrenceDocument, PublishOutcomeDocument, type TypedDocumentString } from "./generated/graphql.js";

const [hub = "http://127.0.0.1:8080", folio = "OT-1496", phone = "+5511999991234"] = process.argv.slice(2);
const task = Number(folio.replace(/\D/g, ""));

async function signIn(id: string, secret: string): Promise<string> {
  const answer = await fetch(`${hub}/oauth/token`, {
    method: "POST",
    headers: { Authorization: "Basic " + Buffer.from(`${encodeURIComponent(id)}:${encodeURIComponent(secret)}`).toString("base64") },
    body: new URLSearchParams({ grant_type: "client_credentials" }),
  });
  if (!answer.ok) throw new Error(`signing in: ${answer.status} ${await answer.text()}`);
  return ((await answer.json()) as { access_token: string }).access_token;
}

// The document knows which variables it wants and what is answered: both are checked before anything is run.
async function ask<Answer, Variables>(token: string, document: TypedDocumentString<Answer, Variables>, variables: Variables): Promise<Answer> {
  const answer = await fetch(`${hub}/graphql`, {
    method: "POST",
    headers: { Authorization: `Bearer ${token}`, "Content-Type": "application/json" },
    body: JSON.stringify({ query: document.toString(), variables }),
  });
  const { data, errors } = (await answer.json()) as { data?: Answer; errors?: { message: string }[] };
  if (errors || !data) throw new Error(errors?.map((e) => e.message).join("; ") ?? `${answer.status}`);
  return data;
}

const token = await signIn(process.env.CLIENT_ID ?? "", process.env.CLIENT_SECRET ?? "");

const { occurrencePublish: published } = await ask(token, PublishOccurrenceDocument, {
  input: {
    source: "/example",
    id: `${folio}-new`, // the same again is a repeat, and starts nothing
    type: "work_management.work_orders.new",
    subject: folio,
    records: [
      {
        type: "work_order_task",
        key: `${task}`,
        data: {
          id_work_orders_tasks: task, wo_folio: folio, description: "Replace the conveyor belt", items_log_description: "Conveyor 3",
          user_assigned: "Jonas Campos", code_responsible: "JCAMPOS", created_by: "Ana Souza", creation_date: "2026-11-22T14:00:34Z",
        },
      },
      { type: "person", key: "JCAMPOS", data: { code: "JCAMPOS", name: "Jonas Campos", sms: phone } },
    ],
  },
});
if (!published?.occurrence) throw new Error(published?.userErrors.map((e) => `${e.field?.join(".")}: ${e.message}`).join("; "));
console.log(`${folio} came in as ${published.occurrence.id}${published.repeat ? ", once more" : ""}`);
for (const match of published.occurrence.matches) {
  console.log(`  ${match.event?.description ?? "an event"} ${match.fired ? "fired" : "did not fire"}`);
  for (const skipped of match.skipped) console.log(`    ${skipped.flow?.description ?? "a flow"} was not run: ${skipped.reason.message}`);
}

for (const { id, flow } of published.executions ?? []) {
  let { execution } = await ask(token, PublishOutcomeDocument, { execution: id });
  for (let tries = 0; tries < 60 && execution?.state !== "CLOSED"; tries++) {
    await new Promise((wake) => setTimeout(wake, 500));
    ({ execution } = await ask(token, PublishOutcomeDocument, { execution: id }));
  }
  console.log(`  ${flow?.description ?? "a flow"}: ${execution?.outcome ?? execution?.state} ${execution?.reason?.message ?? ""}`);
  for (const message of execution?.deliveries ?? []) {
    console.log(`    ${message.state} to ${message.recipient}: ${message.values.join(" · ")} ${message.reason?.message ?? ""}`);
  }
}
