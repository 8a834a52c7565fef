/* eslint-disable */
import type { DocumentTypeDecoration } from '@graphql-typed-document-node/core';
export type Maybe<T> = T | null;
export type InputMaybe<T> = Maybe<T>;
export type Exact<T extends { [key: string]: unknown }> = { [K in keyof T]: T[K] };
export type MakeOptional<T, K extends keyof T> = Omit<T, K> & { [SubKey in K]?: Maybe<T[SubKey]> };
export type MakeMaybe<T, K extends keyof T> = Omit<T, K> & { [SubKey in K]: Maybe<T[SubKey]> };
export type MakeEmpty<T extends { [key: string]: unknown }, K extends keyof T> = { [_ in K]?: never };
export type Incremental<T> = T | { [P in keyof T]?: P extends ' $fragmentName' | '__typename' ? T[P] : never };
/** All built-in and custom scalars, mapped to their actual values */
export type Scalars = {
  ID: { input: string; output: string; }
  String: { input: string; output: string; }
  Boolean: { input: boolean; output: boolean; }
  Int: { input: number; output: number; }
  Float: { input: number; output: number; }
  /** A place in a list or in the journal. Opaque: hand back what this API returned, and build none yourself. */
  Cursor: { input: string; output: string; }
  /** A point in time in UTC, to the millisecond, as RFC 3339: `2026-11-22T14:00:34.404Z`. Input may carry any offset. */
  DateTime: { input: string; output: string; }
  /** A length of time as ISO 8601: `PT15M`, `P1D` (a day is 24 hours). Years and months are refused, since their length varies. */
  Duration: { input: string; output: string; }
  /** Any JSON value: object, list, text, number, boolean or null. */
  JSON: { input: unknown; output: unknown; }
  /**
   * What a clock on the wall shows: a date and a time without an offset, to the second, `2026-12-01T08:00:00`. Which point in time
   * that is, the time zone beside it says. The seconds may be left out of input.
   */
  LocalDateTime: { input: string; output: string; }
  /** A language of the product, as a BCP 47 tag: `pt-BR`, `pt-PT`, `es`, `en`, `fr` or `it`. */
  Locale: { input: string; output: string; }
};

/** A column of the permission matrix. */
export type Action =
  /** Create. */
  | 'ADD'
  /** Change. */
  | 'EDIT'
  /** Delete or archive. */
  | 'REMOVE'
  /** Make reports. */
  | 'REPORT'
  /** Read. */
  | 'SEE';

/** Through which door something came. */
export type AuditDoor =
  /** The machine itself: a command, or the first start. */
  | 'COMMAND'
  /** The endpoint for events. */
  | 'EVENTS'
  /** This API. */
  | 'GRAPHQL'
  /** The endpoint for the metrics. */
  | 'METRICS'
  /** The OAuth endpoints. */
  | 'OAUTH';

/** By what a list of entries of the audit log is sorted. */
export type AuditEntryOrderField =
  /** By the time when it was done; of a tally, when it was done first. */
  | 'AT';

/** The order of a list of entries of the audit log. A cursor holds for the order of the list that it is of. */
export type AuditEntryOrderInput = {
  /** Which end comes first. */
  direction?: OrderDirection;
  /** By what it is sorted. */
  field?: AuditEntryOrderField;
};

/** Narrows the audit log. Fields that are left out do not narrow. */
export type AuditFilterInput = {
  /** Only what this consumer did, or was refused. It need not be there any more. */
  consumer?: InputMaybe<Scalars['ID']['input']>;
  /** Only these kinds. */
  kinds?: InputMaybe<Array<AuditKind>>;
  /** Only what happened, or was counted last, at this time or later. */
  since?: InputMaybe<Scalars['DateTime']['input']>;
  /** Only what was done to this object, of whatever kind. It need not be there any more. */
  subject?: InputMaybe<Scalars['ID']['input']>;
  /** Only what happened, or was counted first, before this time. */
  until?: InputMaybe<Scalars['DateTime']['input']>;
};

/** What an entry of the audit log tells. */
export type AuditKind =
  /** A new administrator was made on the machine itself, because access was lost. */
  | 'ADMINISTRATOR_RESET'
  /** A flow or an event was taken out of use for good. */
  | 'ARCHIVED'
  /** The first start made the first consumer. */
  | 'BOOTSTRAPPED'
  /** An execution was cancelled. */
  | 'CANCELLED'
  /** An object was changed. */
  | 'CHANGED'
  /** A person had another process of a connector take over; `changes` name the connector. */
  | 'CONNECTOR_RESTARTED'
  /** An object was made. */
  | 'CREATED'
  /** An object was deleted. */
  | 'DELETED'
  /** A request of a known consumer was refused, or a client could not prove itself elsewhere than for a token. Counted by what was asked for, by whom and from where. */
  | 'DENIED'
  /** A flow, an event or a consumer was disabled; other fields may have changed with it. */
  | 'DISABLED'
  /** A flow, an event or a consumer was enabled; other fields may have changed with it. */
  | 'ENABLED'
  /** The collection of an execution was closed before its time. */
  | 'FLUSHED'
  /** The key that signs tokens was replaced, on the machine itself. */
  | 'KEYS_ROTATED'
  /** A provider was asked what became of a delivery. */
  | 'LOOKED_UP'
  /** A flow or an integration was paused by a person. */
  | 'PAUSED'
  /** The whole queue was paused; `changes` say why. */
  | 'QUEUE_PAUSED'
  /** The paused queue was let go on. */
  | 'QUEUE_RESUMED'
  /** An execution was replayed, by itself or with others. */
  | 'REPLAYED'
  /** Somebody said what became of a delivery of which nobody knew whether it was sent. */
  | 'RESOLVED'
  /** A paused flow or integration was let go on. */
  | 'RESUMED'
  /** How long the hub keeps things was changed. */
  | 'RETENTION_CHANGED'
  /** A failed delivery was sent again. */
  | 'RETRIED'
  /** Secrets of an integration were set, replaced or taken away; other fields may have changed with them. */
  | 'SECRETS_CHANGED'
  /** The secrets of all integrations were sealed with a new key, on the machine itself. */
  | 'SECRETS_RESEALED'
  /** A consumer got a new secret. */
  | 'SECRET_ROTATED'
  /** A flow was run by hand. */
  | 'STARTED'
  /** A consumer was given a token. Counted by consumer and address. */
  | 'TOKEN_GRANTED'
  /** A request for a token was refused. Counted by consumer or client, address and code. */
  | 'TOKEN_REFUSED'
  /** A token was taken back before it expired. Counted by who did it, whose it was, and address. */
  | 'TOKEN_REVOKED';

/** What kind of object an entry of the audit log is about. */
export type AuditSubject =
  /** An API consumer. */
  | 'CONSUMER'
  /** A delivery. */
  | 'DELIVERY'
  /** An event. */
  | 'EVENT'
  /** An execution. */
  | 'EXECUTION'
  /** A flow. */
  | 'FLOW'
  /** A permission group. */
  | 'GROUP'
  /** An integration. */
  | 'INTEGRATION'
  /** A suppression. */
  | 'SUPPRESSION';

/** How a circuit breaker stands. */
export type BreakerState =
  /** Messages go through. */
  | 'CLOSED'
  /** They wait. */
  | 'OPEN'
  /** They wait, and one is on its way to try. */
  | 'PROBING';

/** What of a thing changed. */
export type ChangeAspect =
  /** The circuit breaker of an integration. */
  | 'BREAKER'
  /** An occurrence joined an execution that collects, or a person closed it: from and to are how many occurrences there were and are. */
  | 'COLLECTED'
  /** An execution fetched: to is how many rows its source gave; or it could not be asked: to is what is waited for, and the cause says why. From is empty. */
  | 'FETCH'
  /** What a follow-up waited to hear of a message came to hold, so that it goes: to is a `FollowUpCondition`, from is empty. */
  | 'FOLLOW_UP'
  /** The outcome of an execution. */
  | 'OUTCOME'
  /**
   * What a connector or a provider says of a flow or an integration; of a connector, whether there is an executable that is not run. From and to
   * are the severity of the worst problem, empty if there is none.
   */
  | 'PROBLEMS'
  /** Another process of a connector has taken over, after it was replaced, restarted or needed too much memory: from and to are the versions. */
  | 'PROCESS'
  /** A receipt was kept that moved nothing. */
  | 'RECEIPT'
  /** Its state. */
  | 'STATE';

/** The kinds of things whose changes are in the journal. */
export type ChangeSubject =
  /** A connector. */
  | 'CONNECTOR'
  /** A delivery. */
  | 'DELIVERY'
  /** An execution. */
  | 'EXECUTION'
  /** A flow. */
  | 'FLOW'
  /** An integration. */
  | 'INTEGRATION'
  /** An occurrence. */
  | 'OCCURRENCE'
  /** The queue as a whole. */
  | 'QUEUE'
  /** A suppression: `ACTIVE` when it begins or becomes longer, `LIFTED` when the recipient opts in again, `REMOVED` by a person. */
  | 'SUPPRESSION';

/** What a flow gathers apart. */
export type CollectBy =
  /** What differs in a field of the row. */
  | 'FIELD'
  /** Nothing: all that it is run for is one. */
  | 'FLOW'
  /** Each recipient. A row with several is gathered for each of them. */
  | 'RECIPIENT'
  /** Each record. */
  | 'RECORD';

/** How a flow gathers what happens, to tell it in one message. */
export type CollectInput = {
  /** With DEBOUNCE, how long after its first occurrence a collection closes at the latest: 7 days at most, ten windows if left out. */
  atMost?: InputMaybe<Scalars['Duration']['input']>;
  /** What is gathered apart; FLOW if left out. */
  by?: InputMaybe<CollectBy>;
  /** The path of a field of the rows; given with FIELD, and only with it. */
  field?: InputMaybe<Scalars['String']['input']>;
  /** With how many occurrences a collection closes at once: 2 to 500, 100 if left out. */
  limit?: InputMaybe<Scalars['Int']['input']>;
  /** When the window closes; DIGEST if left out. */
  mode?: InputMaybe<CollectMode>;
  /** How long the window is: whole seconds, 7 days at most. */
  window: Scalars['Duration']['input'];
};

/** When the window of a collection closes. */
export type CollectMode =
  /** When nothing has come for a window: it begins anew with each occurrence, until `atMost`. */
  | 'DEBOUNCE'
  /** A window after its first occurrence. */
  | 'DIGEST';

/** What a connector can be used for. */
export type ConnectorRole =
  /** Messages go out through it. */
  | 'DESTINATION'
  /** Rows come in through it. */
  | 'SOURCE';

/** How the process of a connector is. */
export type ConnectorState =
  /** It stopped; it is started again at `until`. */
  | 'BACKOFF'
  /** It stopped too often; it is left alone until `until`, or until `connectorRestart`. */
  | 'QUARANTINED'
  /** It works. */
  | 'READY'
  /** The process was started and has not yet described itself. */
  | 'STARTING'
  /** The hub is shutting down, or its executable was taken away. */
  | 'STOPPED'
  /** Its executable is not trusted, so it is not run; `refused` says what to do. */
  | 'UNTRUSTED';

/** Why the hub runs the executable of a connector, or does not. */
export type ConnectorTrust =
  /** The hub was told to run whatever lies in the plugins directory (`--trust-plugins`). */
  | 'ANY'
  /** It is a part of the hub. */
  | 'BUILT_IN'
  /** An operator trusts exactly these bytes (`recado connector trust`). */
  | 'PINNED'
  /** It is not run. */
  | 'UNTRUSTED';

/** A new consumer. Its key and secret are generated. */
export type ConsumerCreateInput = {
  /** What its GraphQL operations may cost together in a minute; no less than one may cost at this hub (`--max-cost`). 0: without end. Left out or null: what the hub has for everybody. */
  costBudget?: InputMaybe<Scalars['Int']['input']>;
  /** A longer description, 2000 characters at most. */
  description?: InputMaybe<Scalars['String']['input']>;
  /** Whether the consumer can sign in and be used by flows. */
  enabled?: InputMaybe<Scalars['Boolean']['input']>;
  /** When the consumer expires: a time to come. Left out or null: never. */
  expiresAt?: InputMaybe<Scalars['DateTime']['input']>;
  /** The permission group. The caller must hold everything that it grants. */
  group: Scalars['ID']['input'];
  /** Whether flows may read with the rights of this consumer. */
  hubEnabled?: InputMaybe<Scalars['Boolean']['input']>;
  /**
   * Your own key of this call, 256 bytes at most. The same key and input again within 24 hours makes nothing and is answered with the consumer that was
   * made the first time, as it is now; with another input it is a CONFLICT. Without one every call makes something.
   */
  idempotencyKey?: InputMaybe<Scalars['String']['input']>;
  /** What the consumer is called on the screen: 1 to 100 characters. */
  name: Scalars['String']['input'];
  /** How many requests it may make in a minute, at `/graphql` and `/events` together; 0: without end. Left out or null: as many as the hub has for everybody. */
  rateLimit?: InputMaybe<Scalars['Int']['input']>;
};

/** Narrows the list of consumers. Fields that are left out do not narrow. */
export type ConsumerFilterInput = {
  /** Only enabled (true) or only disabled (false) ones. */
  enabled?: InputMaybe<Scalars['Boolean']['input']>;
  /** Only consumers of this group. Finds none of another than the caller's own if that may not see groups. */
  group?: InputMaybe<Scalars['ID']['input']>;
  /** A part of the name, in upper or lower case. */
  search?: InputMaybe<Scalars['String']['input']>;
};

/** By what a list of consumers is sorted. */
export type ConsumerOrderField =
  /** By the time when the consumer was made. */
  | 'CREATED_AT'
  /** By the name, without regard to upper and lower case and to accents. Equal ones by age. */
  | 'NAME'
  /** By the time of the last change. What is changed while a list is read takes another place in it. */
  | 'UPDATED_AT';

/** The order of a list of consumers. A cursor holds for the order of the list that it is of. */
export type ConsumerOrderInput = {
  /** Which end comes first. */
  direction?: OrderDirection;
  /** By what it is sorted. */
  field?: ConsumerOrderField;
};

/** How the secret of a consumer is replaced. */
export type ConsumerSecretRotateInput = {
  /** The version that the change was made against; another current version is a CONFLICT. Without it nothing is checked. */
  expectedVersion?: InputMaybe<Scalars['Int']['input']>;
  /**
   * How long the secret of until now stays valid beside the new one, so that whoever uses it has time to change: `PT0S`, which is
   * the default, ends it at once; `P30D` is the most. A secret that is older still ends in any case.
   */
  keepOldFor?: InputMaybe<Scalars['Duration']['input']>;
  /**
   * Whether all tokens of the consumer that were given out until now end, and with them the subscriptions that they opened: for a secret
   * that may have leaked. False lets each live until it expires. Tokens that are fetched from then on count, with the old secret too
   * if it is kept.
   */
  revokeTokens?: InputMaybe<Scalars['Boolean']['input']>;
};

/** Changes to a consumer. A field that is left out stays as it is. */
export type ConsumerUpdateInput = {
  /** What its GraphQL operations may cost together in a minute; no less than one may cost at this hub (`--max-cost`). 0: without end; null: what the hub has for everybody. Holds at once; what was used of this minute counts. */
  costBudget?: InputMaybe<Scalars['Int']['input']>;
  /** A longer description, 2000 characters at most; null clears it. */
  description?: InputMaybe<Scalars['String']['input']>;
  /** Whether the consumer can sign in and be used by flows. False holds at once, also for tokens given out before. Cannot be null. */
  enabled?: InputMaybe<Scalars['Boolean']['input']>;
  /** The version that the change was made against; another current version is a CONFLICT. Without it nothing is checked. */
  expectedVersion?: InputMaybe<Scalars['Int']['input']>;
  /** When the consumer expires: a time to come; null: never. */
  expiresAt?: InputMaybe<Scalars['DateTime']['input']>;
  /** The permission group. The caller must hold everything that it grants. Cannot be null. */
  group?: InputMaybe<Scalars['ID']['input']>;
  /** Whether flows may read with the rights of this consumer. Cannot be null. */
  hubEnabled?: InputMaybe<Scalars['Boolean']['input']>;
  /** What the consumer is called on the screen: 1 to 100 characters. Cannot be null. */
  name?: InputMaybe<Scalars['String']['input']>;
  /** How many requests it may make in a minute, at `/graphql` and `/events` together; 0: without end; null: as many as the hub has for everybody. Holds at once; what was used of this minute counts. */
  rateLimit?: InputMaybe<Scalars['Int']['input']>;
};

/** By a cron expression. */
export type CronScheduleInput = {
  /** Nothing runs after this time. */
  end?: InputMaybe<Scalars['DateTime']['input']>;
  /**
   * Five fields: minute, hour, day of the month, month, day of the week (0 and 7 are Sunday). Each is `*`, a value, a range
   * `8-18`, either with a step `/2`, or a list of these; `JAN` and `MON` are understood. `0 8 * * MON-FRI` is eight in the
   * morning from Monday to Friday. When both days are narrowed, one of them will do. `@hourly`, `@daily`, `@weekly`,
   * `@monthly` and `@yearly` are understood, too.
   */
  expression: Scalars['String']['input'];
  /** What becomes of runs that the hub cannot begin in time. */
  missed?: MissedRuns;
  /** Nothing runs before this time. */
  start?: InputMaybe<Scalars['DateTime']['input']>;
  /** The IANA name of the time zone, such as `America/Sao_Paulo`. */
  timeZone: Scalars['String']['input'];
};

/** Once, when the clock of a time zone shows a time. */
export type DateScheduleInput = {
  /** What the clock shows. */
  local: Scalars['LocalDateTime']['input'];
  /** What becomes of it if the hub cannot run it in time; ALL is the same as ONCE here. */
  missed?: MissedRuns;
  /** The IANA name of the time zone, such as `Europe/Madrid`. */
  timeZone: Scalars['String']['input'];
};

/** Which failed deliveries are to be sent again, and how fast. */
export type DeliveriesRetryInput = {
  /** Where to go on in the list: the `endCursor` of the call before. Use the same key. */
  after?: InputMaybe<Scalars['Cursor']['input']>;
  /** How many deliveries of the list are looked at, the newest first: 1 to 1,000. */
  atMost: Scalars['Int']['input'];
  /** Only says what would be sent again. */
  dryRun?: Scalars['Boolean']['input'];
  /** Which deliveries, as in the list; only FAILED ones are sent again. Test messages are left out unless `test` asks for them. */
  filter: DeliveryFilterInput;
  /** Your own key of this call, 256 bytes at most: with the same key no delivery is sent again twice, however often the call is repeated. */
  idempotencyKey: Scalars['String']['input'];
  /** How many of them go in a second, so that they do not hold up what else there is to do: 1 to 100. Calls with the same key keep it together: the next page goes behind the one before. */
  perSecond?: Scalars['Int']['input'];
};

/** Narrows the list of deliveries. Fields that are left out do not narrow. */
export type DeliveryFilterInput = {
  /** Only of this execution. */
  execution?: InputMaybe<Scalars['ID']['input']>;
  /** Only of this flow. */
  flow?: InputMaybe<Scalars['ID']['input']>;
  /** Only those that go through this integration. Finds none if the caller may not see integrations. */
  integration?: InputMaybe<Scalars['ID']['input']>;
  /** Only those whose `reason` has one of these codes of the provider; an empty text is none. Name the `states`, too. */
  providerCodes?: InputMaybe<Array<Scalars['String']['input']>>;
  /** Only the message with this id of the provider. Finds none whose recipient the caller may not see. */
  providerId?: InputMaybe<Scalars['String']['input']>;
  /** Only those whose `reason` has one of these codes. Name the `states`, too: those to be sent, and those in which nothing was sent. */
  reasons?: InputMaybe<Array<ReasonCode>>;
  /** Only to this recipient, written as `recipient` is. Finds none whose recipient the caller may not see. */
  recipient?: InputMaybe<Scalars['String']['input']>;
  /** Only those that came to be at this time or later. */
  since?: InputMaybe<Scalars['DateTime']['input']>;
  /** Only those in one of these states. */
  states?: InputMaybe<Array<DeliveryState>>;
  /** Only those of the target at this place in the flow's targets, from 0. Name the `flow` or the `execution`, too. */
  target?: InputMaybe<Scalars['Int']['input']>;
  /** Only test messages (true), or all but these (false). */
  test?: InputMaybe<Scalars['Boolean']['input']>;
  /** Only those that came to be before this time. */
  until?: InputMaybe<Scalars['DateTime']['input']>;
};

/** By what a list of deliveries is sorted. */
export type DeliveryOrderField =
  /** By the time when the delivery came to be. */
  | 'CREATED_AT';

/** The order of a list of deliveries. A cursor holds for the order of the list that it is of. */
export type DeliveryOrderInput = {
  /** Which end comes first. */
  direction?: OrderDirection;
  /** By what it is sorted. */
  field?: DeliveryOrderField;
};

/** How a person settles a delivery of which nobody knows whether it was sent. */
export type DeliveryResolution =
  /** The person knows that it did not go out; it stays unsent. */
  | 'NOT_SENT'
  /** Send it again, even if it may then arrive twice. */
  | 'SEND_AGAIN'
  /** The person saw that the message went out. */
  | 'SENT_BY_PROVIDER';

/** How a person settles a delivery. */
export type DeliveryResolveInput = {
  /** What the person knows or decides. */
  resolution: DeliveryResolution;
};

/** Where a message is on its way to its recipient. */
export type DeliveryState =
  /** The provider took it. */
  | 'ACCEPTED'
  /** Taken back before it was sent. */
  | 'CANCELLED'
  /** It is on the recipient's device. */
  | 'DELIVERED'
  /** It was not delivered; `reason` says why. */
  | 'FAILED'
  /** To be sent: now, or at `dueAt`. */
  | 'PENDING'
  /** The recipient has seen it. */
  | 'READ'
  /** With the connector; the request may have left. */
  | 'SENDING'
  /** The provider sent it on. */
  | 'SENT'
  /** Not sent: the recipient must not be messaged, the flow wants no message when a value is missing, or it would follow up a message that needs it not. `reason` says which. */
  | 'SUPPRESSED'
  /** The request may have left and no answer came: nobody knows yet. It is never sent again blindly. */
  | 'UNKNOWN';

/** What the hub looks for by itself. */
export type DerivedKind =
  /** The list has an element that it had not before. */
  | 'ADDED'
  /** The field has one of the values, and had none of them before. */
  | 'BECAME'
  /** The field has another value than before, and is not empty. */
  | 'CHANGED'
  /** The record is new. */
  | 'CREATED'
  /** The time of the field, later by the setting `days_after` or earlier by each of `days_before`, has come. */
  | 'DUE'
  /** The number is under the lower limit, and was not before. */
  | 'FELL_UNDER'
  /** The number is under the lower limit or over the upper one. */
  | 'OUT_OF_RANGE'
  /** The list lacks an element that it had before. */
  | 'REMOVED'
  /** The number is over the upper limit, and was not before. */
  | 'ROSE_OVER';

/** When the hub looks whether something has happened. */
export type DerivedOn =
  /** When time has passed. */
  | 'CLOCK'
  /** When a record is written. */
  | 'UPSERT';

/** How often one cause counts. */
export type DerivedPer =
  /** Once for each record. */
  | 'RECORD'
  /** Once for what the records belong to, such as the work order of several tasks. */
  | 'SUBJECT';

/** When the terms of an event were asked. */
export type EvaluationTime =
  /** Now, since the event was not asked then. */
  | 'NOW'
  /** When the occurrence came in. */
  | 'THEN';

/** A draft of an event to try on occurrences that came in. */
export type EventBacktestInput = {
  /** Flows of which to tell whom they would have sent to, 20 at most. It needs SEE on automator/fracttal_hub. */
  flows?: InputMaybe<Array<Scalars['ID']['input']>>;
  /** How many occurrences to look at, the newest first: 1 to 10000. */
  limit?: InputMaybe<Scalars['Int']['input']>;
  /** How many samples to give: 0 to 100. */
  samples?: InputMaybe<Scalars['Int']['input']>;
  /** Only occurrences that came in at this time or later. */
  since?: InputMaybe<Scalars['DateTime']['input']>;
  /** The conditions; without conditions if left out. */
  terms?: InputMaybe<TermsInput>;
  /** The key of the event type, of `catalog.eventTypes`. */
  type: Scalars['String']['input'];
  /** Only occurrences that came in before this time. */
  until?: InputMaybe<Scalars['DateTime']['input']>;
};

/** A new event. It may be an incomplete draft: `problems` says what is missing. */
export type EventCreateInput = {
  /** What the event is called on the screen, 200 characters at most. Needed to enable the event. */
  description?: InputMaybe<Scalars['String']['input']>;
  /** The flows to run, 20 at most. Needed to enable the event. */
  flows?: InputMaybe<Array<Scalars['ID']['input']>>;
  /**
   * Your own key of this call, 256 bytes at most. The same key and input again within 24 hours makes nothing and is answered with the event that was
   * made the first time, as it is now; with another input it is a CONFLICT. Without one every call makes something.
   */
  idempotencyKey?: InputMaybe<Scalars['String']['input']>;
  /** The conditions; without conditions if left out. */
  terms?: InputMaybe<TermsInput>;
  /** The key of the event type, of `catalog.eventTypes`. Needed to enable the event. */
  type?: InputMaybe<Scalars['String']['input']>;
};

/** Narrows the list of events. Fields that are left out do not narrow. */
export type EventFilterInput = {
  /** Whether archived ones are listed too. */
  archived?: InputMaybe<Scalars['Boolean']['input']>;
  /** Only enabled (true) or only disabled (false) ones. */
  enabled?: InputMaybe<Scalars['Boolean']['input']>;
  /** Only events that run this flow. Finds none if the caller may not see flows. */
  flow?: InputMaybe<Scalars['ID']['input']>;
  /** A part of the description, in upper or lower case. */
  search?: InputMaybe<Scalars['String']['input']>;
  /** Only events of this type, by its key. */
  type?: InputMaybe<Scalars['String']['input']>;
};

/** By what a list of events is sorted. */
export type EventOrderField =
  /** By the time when the event was made. */
  | 'CREATED_AT'
  /** By the description, without regard to upper and lower case and to accents. Equal ones by age. */
  | 'DESCRIPTION'
  /** By the time of the last change. What is changed while a list is read takes another place in it. */
  | 'UPDATED_AT';

/** The order of a list of events. A cursor holds for the order of the list that it is of. */
export type EventOrderInput = {
  /** Which end comes first. */
  direction?: OrderDirection;
  /** By what it is sorted. */
  field?: EventOrderField;
};

/** Where an event type comes from. */
export type EventOrigin =
  /** The maintenance product has it under this name. */
  | 'FRACTTAL'
  /** Recado defines it where the product has only a name or nothing. */
  | 'RECADO';

/** Changes to an event. A field that is left out stays as it is. */
export type EventUpdateInput = {
  /** What the event is called on the screen, 200 characters at most; null clears it. */
  description?: InputMaybe<Scalars['String']['input']>;
  /** The version that the change was made against; another current version is a CONFLICT. Without it nothing is checked. */
  expectedVersion?: InputMaybe<Scalars['Int']['input']>;
  /** The flows to run, 20 at most; the list replaces the old one, and null clears it. */
  flows?: InputMaybe<Array<Scalars['ID']['input']>>;
  /** The conditions; null takes all away. */
  terms?: InputMaybe<TermsInput>;
  /** The key of the event type, of `catalog.eventTypes`; null clears it. */
  type?: InputMaybe<Scalars['String']['input']>;
};

/** Narrows the list of executions. Fields that are left out do not narrow. */
export type ExecutionFilterInput = {
  /** Only those that this event started. Finds none if the caller may not see events. */
  event?: InputMaybe<Scalars['ID']['input']>;
  /** Only of this flow. */
  flow?: InputMaybe<Scalars['ID']['input']>;
  /** Only those that this occurrence started or joined. Finds none if the caller may not see it. */
  occurrence?: InputMaybe<Scalars['ID']['input']>;
  /** Only those with one of these outcomes. */
  outcomes?: InputMaybe<Array<ExecutionOutcome>>;
  /** Only those that came to be at this time or later. */
  since?: InputMaybe<Scalars['DateTime']['input']>;
  /** Only those in one of these states. */
  states?: InputMaybe<Array<ExecutionState>>;
  /** Only about this subject, such as the folio of a work order. Finds none whose subject the caller may not see. */
  subject?: InputMaybe<Scalars['String']['input']>;
  /** Only test messages (true), or all but these (false). */
  test?: InputMaybe<Scalars['Boolean']['input']>;
  /** Only those that this started. */
  trigger?: InputMaybe<ExecutionTrigger>;
  /** Only those that came to be before this time. */
  until?: InputMaybe<Scalars['DateTime']['input']>;
};

/** By what a list of executions is sorted. */
export type ExecutionOrderField =
  /** By the time when the execution came to be. */
  | 'CREATED_AT';

/** The order of a list of executions. A cursor holds for the order of the list that it is of. */
export type ExecutionOrderInput = {
  /** Which end comes first. */
  direction?: OrderDirection;
  /** By what it is sorted. */
  field?: ExecutionOrderField;
};

/** How an execution ended, computed from its deliveries. */
export type ExecutionOutcome =
  /** Somebody cancelled it before anything was sent. */
  | 'CANCELLED'
  /** No delivery was accepted, or the execution failed before there was any. */
  | 'FAILED'
  /** Some deliveries were accepted, some failed. */
  | 'PARTIAL'
  /** Nothing was to be sent. */
  | 'SKIPPED'
  /** Every delivery was accepted or better. */
  | 'SUCCEEDED'
  /** Of at least one delivery nobody knows whether it was sent. */
  | 'UNSETTLED';

/** How an execution is to be replayed. */
export type ExecutionReplayInput = {
  /**
   * Whether what went out already, or may have, is sent again: people may then be messaged twice. Otherwise it is left out, as
   * SUPPRESSED with the reason ALREADY_SENT, and the replay is refused if nothing else is left.
   */
  evenIfSent?: Scalars['Boolean']['input'];
  /** Your own key of this replay, 256 bytes at most: the same flow and key again is a repeat and returns the first replay; with another input it is a CONFLICT. Without one every call is a replay. */
  idempotencyKey?: InputMaybe<Scalars['String']['input']>;
  /**
   * Records in place of those of the original, 500 at most, judged by the catalogue and kept with the execution, not among the hub's
   * records. Those of the type that the flow reads are its rows; what they refer to is looked for among the others, then among the stored
   * ones. Giving them needs ADD on the rows that guard them, as publishing them would.
   */
  input?: InputMaybe<Array<RecordInput>>;
  /** Which state of the records it reads; NOW if left out, or GIVEN with `input`. */
  records?: InputMaybe<ReplayRecords>;
  /** Which version of the flow is to run. */
  version: ReplayVersion;
};

/** Where an execution is on its way. */
export type ExecutionState =
  /** No delivery is to be sent or being sent any more: `outcome` says how it ended. */
  | 'CLOSED'
  /** It waits for a worker. */
  | 'QUEUED'
  /** A worker holds it, or deliveries are with the connector. */
  | 'RUNNING'
  /** It goes on by itself later: `waitingFor` and `until` say why and when. */
  | 'WAITING';

/** What starts an execution. */
export type ExecutionTrigger =
  /** The clock, at the date of its flow. */
  | 'DATE'
  /** An event of the dispatcher. */
  | 'EVENT'
  /** The clock, by the schedule of its flow. */
  | 'FREQUENCY'
  /** A consumer, with `flowRun`. */
  | 'MANUAL'
  /** A consumer, with `executionReplay` or `executionsReplay`: it runs an earlier execution again. */
  | 'REPLAY';

/** Which executions are to be cancelled. */
export type ExecutionsCancelInput = {
  /** Where to go on in the list: the `endCursor` of the call before. What was cancelled is in the list no more, so a repeat needs none. */
  after?: InputMaybe<Scalars['Cursor']['input']>;
  /** How many executions of the list are looked at, the newest first: 1 to 1,000. */
  atMost: Scalars['Int']['input'];
  /** Only says what would be cancelled. */
  dryRun?: Scalars['Boolean']['input'];
  /** Which executions, as in the list. If it names no states they are QUEUED, RUNNING and WAITING; others cannot be cancelled. */
  filter: ExecutionFilterInput;
};

/** Which executions are to be replayed, and how. */
export type ExecutionsReplayInput = {
  /** Where to go on in the list: the `endCursor` of the call before. Use the same key. */
  after?: InputMaybe<Scalars['Cursor']['input']>;
  /** How many executions of the list are looked at, the newest first: 1 to 1,000. */
  atMost: Scalars['Int']['input'];
  /** Only says what would be replayed. */
  dryRun?: Scalars['Boolean']['input'];
  /** Whether what went out already, or may have, is sent again: people may then be messaged twice. */
  evenIfSent?: Scalars['Boolean']['input'];
  /**
   * Which executions, as in the list. If it names no outcomes they are FAILED, PARTIAL and SKIPPED: what a person cancelled, and
   * what may have been sent, is replayed only if it is named. Test messages are never replayed.
   */
  filter: ExecutionFilterInput;
  /** Your own key of this call, 256 bytes at most: with the same key no execution is replayed twice, however often the call is repeated. */
  idempotencyKey: Scalars['String']['input'];
  /** How many of them begin in a second, so that they do not hold up what else there is to do: 1 to 100. Calls with the same key keep it together: the next page goes behind the one before. */
  perSecond?: Scalars['Int']['input'];
  /** Which state of the records they read: NOW, which it is if left out, or THEN. */
  records?: InputMaybe<ReplayRecords>;
  /** Which version of each flow is to run. */
  version: ReplayVersion;
};

/** Which values a field takes. Null fits every field but the one that names the record. */
export type FieldType =
  /** Anything: nobody has said what it is. */
  | 'ANY'
  /** True or false. */
  | 'BOOLEAN'
  /** One of its listed values. */
  | 'ENUM'
  /** A whole number of 64 bits. */
  | 'INTEGER'
  /** A list of anything. What its elements are is in `items`, and what is in them, if they are objects, in `fields`. */
  | 'LIST'
  /** Any number. */
  | 'NUMBER'
  /** An object with the parts in `fields`; a path goes on with a dot: `last_data.value`. */
  | 'OBJECT'
  /** No value of its own: it leads to another record. */
  | 'REFERENCE'
  /** Text; a whole number is taken as its digits. */
  | 'TEXT'
  /** A point in time with its offset, as text by RFC 3339, or a date, which is the midnight in UTC that it begins with. It is kept in UTC. */
  | 'TIMESTAMP';

/** A new flow. It may be an incomplete draft: `problems` says what is missing. */
export type FlowCreateInput = {
  /** What the flow is called on the screen, 200 characters at most. Needed to enable the flow. */
  description?: InputMaybe<Scalars['String']['input']>;
  /** Which of the rows it keeps; all if left out. */
  filter?: InputMaybe<TermsInput>;
  /**
   * Your own key of this call, 256 bytes at most. The same key and input again within 24 hours makes nothing and is answered with the flow that was
   * made the first time, as it is now; with another input it is a CONFLICT. Without one every call makes something.
   * In a draft it means nothing.
   */
  idempotencyKey?: InputMaybe<Scalars['String']['input']>;
  /** When it runs by itself. Needed to enable a flow with the trigger DATE or FREQUENCY; others have none. */
  schedule?: InputMaybe<FlowScheduleInput>;
  /** How it sends. */
  settings?: InputMaybe<FlowSettingsInput>;
  /** Which rows it reads, and with whose rights. Needed to enable the flow. */
  source?: InputMaybe<FlowSourceInput>;
  /** Through what, to whom and with which values it sends: 10 targets at most. Needed to enable the flow. */
  targets?: InputMaybe<Array<FlowTargetInput>>;
  /** What starts the flow; EVENT if left out. */
  trigger?: InputMaybe<FlowTrigger>;
};

/** Narrows the list of flows. Fields that are left out do not narrow. */
export type FlowFilterInput = {
  /** Whether archived ones are listed too. */
  archived?: InputMaybe<Scalars['Boolean']['input']>;
  /** Only enabled (true) or only disabled (false) ones. */
  enabled?: InputMaybe<Scalars['Boolean']['input']>;
  /** A part of the description, in upper or lower case. */
  search?: InputMaybe<Scalars['String']['input']>;
};

/** By what a list of flows is sorted. */
export type FlowOrderField =
  /** By the time when the flow was made. */
  | 'CREATED_AT'
  /** By the description, without regard to upper and lower case and to accents. Equal ones by age. */
  | 'DESCRIPTION'
  /** By the time of the last change. What is changed while a list is read takes another place in it. */
  | 'UPDATED_AT';

/** The order of a list of flows. A cursor holds for the order of the list that it is of. */
export type FlowOrderInput = {
  /** Which end comes first. */
  direction?: OrderDirection;
  /** By what it is sorted. */
  field?: FlowOrderField;
};

/**
 * Which messages of a flow must not overtake each other. Of those that have the same, one is under way at a time, in the order in which
 * they were made; the others are PENDING with `waitingFor` ORDERED, and `reason` names the delivery that holds them. One holds them until it is
 * ACCEPTED or ends otherwise, while it is tried again or waits for anything, and while it is UNKNOWN for as long as `unknownWait`; what the
 * policy is then decides. Messages with another record or recipient are not held up, nor are those of a target with another integration.
 */
export type FlowOrdering =
  /** None: each goes as soon as it can. */
  | 'NONE'
  /** Those to one recipient go one after the other, whatever they are about. */
  | 'RECIPIENT'
  /** Those about one record go one after the other, whoever they are for. */
  | 'RECORD';

/** Which flow is to be previewed, and on what. */
export type FlowPreviewInput = {
  /** A draft, in place of what the flow has saved if there is one. It may be incomplete: `problems` says what is missing. */
  draft?: InputMaybe<FlowCreateInput>;
  /**
   * An event whose terms the rows must satisfy. If left out, on an occurrence, each event of its type is asked that runs the
   * flow; without any, and on a record or a sample, all rows are taken. It needs SEE on automator/events and on the rows that guard
   * what its terms read.
   */
  event?: InputMaybe<Scalars['ID']['input']>;
  /** A saved flow. Its events are asked when it is tried on an occurrence. */
  flow?: InputMaybe<Scalars['ID']['input']>;
  /** On what it is tried. If left out it is the source query alone, as of flows that people or the clock run. */
  on?: InputMaybe<FlowSampleInput>;
  /** The parameters of the source action, an object, in place of all those that the flow has. */
  parameters?: InputMaybe<Scalars['JSON']['input']>;
  /** A version of it other than the current one. */
  version?: InputMaybe<Scalars['Int']['input']>;
};

/** A change of how long the history of a flow is kept. A field that is left out stays as it is, and null is what holds for the hub. */
export type FlowRetentionUpdateInput = {
  /** True: change nothing, and answer what would hold. */
  dryRun?: InputMaybe<Scalars['Boolean']['input']>;
  /** The version of the retention that you have read; another one is a CONFLICT. Left out: the last change wins. */
  expectedVersion?: InputMaybe<Scalars['Int']['input']>;
  /** How long its history is kept: a day at least, 100 years at most. */
  history?: InputMaybe<Scalars['Duration']['input']>;
  /** How long its payloads are kept: a day at least, and not longer than its history. */
  payloads?: InputMaybe<Scalars['Duration']['input']>;
};

/** Which version of a flow is to be brought back. */
export type FlowRollbackInput = {
  /** The version that the caller has seen; another current version is a CONFLICT. Without it nothing is checked. */
  expectedVersion?: InputMaybe<Scalars['Int']['input']>;
  /** The number of the version whose description and definition the flow is to have again. */
  version: Scalars['Int']['input'];
};

/** How a flow is to be run by hand. */
export type FlowRunInput = {
  /** Your own key of this run, 256 bytes at most: the same flow and key again is a repeat and returns the first execution; with other parameters or records it is a CONFLICT. Without one every call is a run. */
  idempotencyKey?: InputMaybe<Scalars['String']['input']>;
  /** The parameters of the source action, an object, in place of all those that the flow has. Without them those of the flow hold. */
  parameters?: InputMaybe<Scalars['JSON']['input']>;
  /** Narrows the run to these records, 500 at most, which must be of the type that the flow reads; its filter holds for them, too. Needed for a flow with the trigger EVENT; without them the source query finds the records. */
  records?: InputMaybe<Array<Scalars['ID']['input']>>;
};

/** On what a flow is tried: exactly one of the fields. */
export type FlowSampleInput =
  /** The id of an occurrence that came in, with the records as it brought them. It needs SEE on the row that guards its type. */
  { occurrence: Scalars['ID']['input']; record?: never; sample?: never; }
  |  /** The id of a record as it is now, of the type that the flow reads. It needs SEE on the row that guards its type. */
  { occurrence?: never; record: Scalars['ID']['input']; sample?: never; }
  |  /**
   * Records that you give, 500 at most, judged by the catalogue and not stored. Those of the type that the flow reads are its
   * rows; what they refer to is looked for among the others, then among the stored ones.
   */
  { occurrence?: never; record?: never; sample: Array<RecordInput>; };

/**
 * When a flow runs by itself: exactly one of the fields. `date` and `instant` are for the trigger DATE, `cron` and `interval` for
 * FREQUENCY.
 *
 * Cron expressions, dates, and intervals of days, weeks and months speak of the clock on the wall of their time zone. A time
 * that the clock leaps over when it is set forward runs right after the leap; one that it shows twice when it is set back runs
 * once, at the first. Intervals of minutes and hours are elapsed time.
 */
export type FlowScheduleInput =
  /** By a cron expression. */
  { cron: CronScheduleInput; date?: never; instant?: never; interval?: never; }
  |  /** Once, when the clock of a time zone shows a time. */
  { cron?: never; date: DateScheduleInput; instant?: never; interval?: never; }
  |  /** Once, at a point in time. */
  { cron?: never; date?: never; instant: InstantScheduleInput; interval?: never; }
  |  /** Every so many minutes, hours, days, weeks or months. */
  { cron?: never; date?: never; instant?: never; interval: IntervalScheduleInput; };

/** How a flow sends. A field that is left out or null takes its default. */
export type FlowSettingsInput = {
  /** How it gathers what happens, to tell it in one message; every occurrence by itself if left out. */
  collect?: InputMaybe<CollectInput>;
  /** The country of telephone numbers without a country code, as ISO 3166-1 alpha-2: `BR`. If left out, numbers need a country code. */
  defaultCountry?: InputMaybe<Scalars['String']['input']>;
  /** The language in which values read; as data if left out. */
  locale?: InputMaybe<Scalars['Locale']['input']>;
  /** How old a delivery may get before it is given up: 30 days at most, a day if left out. Whole seconds. */
  maxAge?: InputMaybe<Scalars['Duration']['input']>;
  /** How often a delivery is tried at most: 1 to 50, 8 if left out. */
  maxAttempts?: InputMaybe<Scalars['Int']['input']>;
  /**
   * How many messages of the flow may be under way with connectors at once: 1 to 1024, as many as they take if left out. It holds at once,
   * also for messages that wait.
   */
  maxInFlight?: InputMaybe<Scalars['Int']['input']>;
  /**
   * Which messages of the flow must not overtake each other; NONE if left out. It holds for messages that are made with this version: what
   * waits when it is saved has no order.
   */
  ordering?: InputMaybe<FlowOrdering>;
  /** When it sends nothing; never if left out. */
  quietHours?: InputMaybe<QuietHoursInput>;
  /** The time zone of dates, by its name in IANA's list: `America/Sao_Paulo`. UTC if left out. */
  timeZone?: InputMaybe<Scalars['String']['input']>;
  /** What happens to a delivery of which nobody knows whether it was sent; HOLD if left out. */
  unknownPolicy?: InputMaybe<UnknownPolicy>;
  /** How long such a delivery waits before the policy takes effect: 7 days at most, 15 minutes if left out. Whole seconds. */
  unknownWait?: InputMaybe<Scalars['Duration']['input']>;
};

/** Which rows a flow reads, and with whose rights. */
export type FlowSourceInput = {
  /** The key of the source action, of `catalog.sourceActions`. Needed to enable the flow. */
  action?: InputMaybe<Scalars['String']['input']>;
  /** The consumer with whose rights the rows are read. Needed to enable the flow. */
  consumer?: InputMaybe<Scalars['ID']['input']>;
  /** A source connector to ask before the rows are read. Null or left out: the records are read as they are. */
  fetch?: InputMaybe<SourceFetchInput>;
  /** Where the rows come from. */
  module?: SourceModule;
  /** The parameters of the source action, an object. */
  parameters?: InputMaybe<Scalars['JSON']['input']>;
  /** To which rows the query is narrowed when an occurrence started the flow. */
  rows?: SourceRows;
};

/** Through what, to whom and with which values a flow sends. */
export type FlowTargetInput = {
  /** The key of the connector's action. Needed to enable the flow. */
  action?: InputMaybe<Scalars['String']['input']>;
  /** Which messages of another target it follows up, if these come to nothing; left out: it sends whatever becomes of others. */
  followUp?: InputMaybe<FollowUpInput>;
  /** The integration. Needed to enable the flow. */
  integration?: InputMaybe<Scalars['ID']['input']>;
  /** Which value stands at which place of the message: all by position, or all by name. Needed to enable the flow. */
  mapping?: InputMaybe<Array<MappingEntryInput>>;
  /** The parameters of the action, an object by its schema. */
  parameters?: InputMaybe<Scalars['JSON']['input']>;
  /** Who gets the message. Needed to enable the flow. */
  recipient?: InputMaybe<RecipientInput>;
};

/** How one test message is to be sent. */
export type FlowTestInput = {
  /** Your own key of this test, 256 bytes at most: the same flow and key again is a repeat and returns the first one; with another input it is a CONFLICT. Without one every call is a test. */
  idempotencyKey?: InputMaybe<Scalars['String']['input']>;
  /** On what the flow is tested. The message is that of the first row that passes the flow's filter; terms of events are not asked. */
  on: FlowSampleInput;
  /** To whom it goes, whoever the records name: a telephone number, with country code unless the flow has a default country. */
  recipient: Scalars['String']['input'];
  /** The place of the target whose message it is in the flow's targets, from 0. A test of a flow with several takes one for each. */
  target?: Scalars['Int']['input'];
};

/** What starts a flow. */
export type FlowTrigger =
  /** The clock, once. */
  | 'DATE'
  /** An event of the dispatcher. */
  | 'EVENT'
  /** The clock, again and again. */
  | 'FREQUENCY'
  /** People and programs, whenever they want, with `flowRun`. They can run flows with other triggers, too. */
  | 'MANUAL';

/** Changes to a flow. A field that is left out stays as it is. */
export type FlowUpdateInput = {
  /** What the flow is called on the screen, 200 characters at most; null clears it. */
  description?: InputMaybe<Scalars['String']['input']>;
  /** The version that the change was made against; another current version is a CONFLICT. Without it nothing is checked. */
  expectedVersion?: InputMaybe<Scalars['Int']['input']>;
  /** Which of the rows it keeps; null keeps all. */
  filter?: InputMaybe<TermsInput>;
  /** When it runs by itself: it replaces the old schedule, and the next run is found anew; null clears it. */
  schedule?: InputMaybe<FlowScheduleInput>;
  /** How it sends; all settings are replaced, and null takes the defaults. */
  settings?: InputMaybe<FlowSettingsInput>;
  /** Which rows it reads, and with whose rights; null clears it. */
  source?: InputMaybe<FlowSourceInput>;
  /** Through what, to whom and with which values it sends: 10 targets at most; it replaces the old list, and null clears it. */
  targets?: InputMaybe<Array<FlowTargetInput>>;
  /** What starts the flow; null is EVENT. Events that run the flow keep it from being enabled with another trigger. */
  trigger?: InputMaybe<FlowTrigger>;
};

/**
 * What must have become of a message for its follow-up to go. One that is FAILED satisfies each of these at once, and so does one that is SUPPRESSED
 * since its recipient cannot be reached by the integration at the moment. One that was taken back, or was not to be sent for another
 * reason, has no follow-up. Whether it is UNKNOWN is no matter of failure: nobody can tell.
 */
export type FollowUpCondition =
  /** It is FAILED. One of which nobody knows (UNKNOWN) did not fail, unless somebody says so within the time. */
  | 'FAILED'
  /** It is neither DELIVERED nor READ when the time is over, for all that is known. */
  | 'NOT_DELIVERED'
  /** It is not READ when the time is over, for all that is known. */
  | 'NOT_READ';

/** When a target sends: only if a message of another target came to nothing. */
export type FollowUpInput = {
  /** The place of the other target in the list, from 0. It stands before this one, and may itself be a follow-up; they go 3 deep at most. */
  of: Scalars['Int']['input'];
  /**
   * What must have become of its message. A connector that has no receipts (`capabilities.receipts`) never says DELIVERED or READ: then only FAILED
   * makes sense, and anything else is a problem with the code FOLLOW_UP_UNTOLD.
   */
  when: FollowUpCondition;
  /** In which time the message has to arrive: 30 days at most, whole seconds. Needed to enable the flow; with FAILED a day if left out. */
  within?: InputMaybe<Scalars['Duration']['input']>;
};

/** The kinds of inputs. */
export type FormInput =
  /** One of the options. */
  | 'CHOICE'
  /** Some of the options: the value is a list. */
  | 'CHOICES'
  /** A day. */
  | 'DATE'
  /** A moment (RFC 3339). */
  | 'DATE_TIME'
  /** An e-mail address. */
  | 'EMAIL'
  /** A whole number. */
  | 'INTEGER'
  /** Anything: a field for JSON. */
  | 'JSON'
  /** Several lines of text. */
  | 'LINES'
  /** A list; the inputs of an item follow, with `[]` in their paths. */
  | 'LIST'
  /** A number. */
  | 'NUMBER'
  /** An object; its inputs follow. */
  | 'OBJECT'
  /** A password field. */
  | 'SECRET'
  /** Yes or no. */
  | 'SWITCH'
  /** A line of text. */
  | 'TEXT'
  /** A time of day. */
  | 'TIME'
  /** A URL. */
  | 'URL';

/** What a caller grants on one row of the permission matrix. */
export type GrantInput = {
  /** The columns to grant; only cells that the row has. */
  actions: Array<Action>;
  /** The module of the row, as a key of `catalog.permissions`. */
  module: Scalars['String']['input'];
  /** The submodule of the row, as a key of `catalog.permissions`. */
  submodule: Scalars['String']['input'];
};

/** What is to be different of the clone of a group. */
export type GroupCloneInput = {
  /** What the clone is called on the screen: 1 to 200 characters. */
  description: Scalars['String']['input'];
  /**
   * Your own key of this call, 256 bytes at most. The same key and input again within 24 hours makes nothing and is answered with the group that was
   * made the first time, as it is now; with another input it is a CONFLICT. Without one every call makes something.
   */
  idempotencyKey?: InputMaybe<Scalars['String']['input']>;
  /** A longer note, 2000 characters at most; empty if left out. */
  note?: InputMaybe<Scalars['String']['input']>;
};

/** A new group. */
export type GroupCreateInput = {
  /** What the group is called on the screen: 1 to 200 characters. */
  description: Scalars['String']['input'];
  /**
   * The permission matrix. Nobody grants what they do not hold, and a cell that is absent from `catalog.permissions` cannot be
   * granted. At most one of `grants`, `selectAll` and `unselectAll` is given; without any, a group that is not read-only
   * grants nothing.
   */
  grants?: InputMaybe<Array<GrantInput>>;
  /**
   * Your own key of this call, 256 bytes at most. The same key and input again within 24 hours makes nothing and is answered with the group that was
   * made the first time, as it is now; with another input it is a CONFLICT. Without one every call makes something.
   */
  idempotencyKey?: InputMaybe<Scalars['String']['input']>;
  /** A longer note, 2000 characters at most. */
  note?: InputMaybe<Scalars['String']['input']>;
  /** True grants SEE wherever it exists and nothing else; any other matrix is then refused. */
  readOnly?: InputMaybe<Scalars['Boolean']['input']>;
  /** True grants every cell that exists. */
  selectAll?: InputMaybe<Scalars['Boolean']['input']>;
  /** True grants nothing. */
  unselectAll?: InputMaybe<Scalars['Boolean']['input']>;
};

/** Narrows the list of groups. Fields that are left out do not narrow. */
export type GroupFilterInput = {
  /** A part of the description, in upper or lower case. */
  search?: InputMaybe<Scalars['String']['input']>;
};

/** By what a list of groups is sorted. */
export type GroupOrderField =
  /** By the time when the group was made. */
  | 'CREATED_AT'
  /** By the description, without regard to upper and lower case and to accents. Equal ones by age. */
  | 'DESCRIPTION'
  /** By the time of the last change. What is changed while a list is read takes another place in it. */
  | 'UPDATED_AT';

/** The order of a list of groups. A cursor holds for the order of the list that it is of. */
export type GroupOrderInput = {
  /** Which end comes first. */
  direction?: OrderDirection;
  /** By what it is sorted. */
  field?: GroupOrderField;
};

/** Changes to a group. A field that is left out stays as it is. */
export type GroupUpdateInput = {
  /** What the group is called on the screen: 1 to 200 characters. Cannot be null. */
  description?: InputMaybe<Scalars['String']['input']>;
  /** The version that the change was made against; another current version is a CONFLICT. Without it nothing is checked. */
  expectedVersion?: InputMaybe<Scalars['Int']['input']>;
  /**
   * The whole permission matrix; it replaces the old one, and null clears it. Nobody grants what they do not hold, and a cell
   * that is absent from `catalog.permissions` cannot be granted. At most one of `grants`, `selectAll` and `unselectAll` is
   * given.
   */
  grants?: InputMaybe<Array<GrantInput>>;
  /** A longer note, 2000 characters at most; null clears it. */
  note?: InputMaybe<Scalars['String']['input']>;
  /**
   * True grants SEE wherever it exists and nothing else: it replaces the matrix, and any other is refused. False leaves the
   * matrix as it is and lets it be changed. Cannot be null.
   */
  readOnly?: InputMaybe<Scalars['Boolean']['input']>;
  /** True grants every cell that exists, in place of the old matrix. */
  selectAll?: InputMaybe<Scalars['Boolean']['input']>;
  /** True grants nothing, in place of the old matrix. */
  unselectAll?: InputMaybe<Scalars['Boolean']['input']>;
};

/** Once, at a point in time. */
export type InstantScheduleInput = {
  /** The point in time. */
  at: Scalars['DateTime']['input'];
  /** What becomes of it if the hub cannot run it in time; ALL is the same as ONCE here. */
  missed?: MissedRuns;
};

/** A new integration. */
export type IntegrationCreateInput = {
  /** The name of the connector: `whatsapp`. */
  connector: Scalars['String']['input'];
  /**
   * Your own key of this call, 256 bytes at most. The same key and input again within 24 hours makes nothing and is answered with the integration that was
   * made the first time, as it is now; with another input it is a CONFLICT. Without one every call makes something.
   */
  idempotencyKey?: InputMaybe<Scalars['String']['input']>;
  /** How many messages its connector may have through it at once: 1 to 1024, and never more than it takes; as many as it takes if left out. */
  maxInFlight?: InputMaybe<Scalars['Int']['input']>;
  /** What the integration is called on the screen: 1 to 100 characters. */
  name: Scalars['String']['input'];
  /** The secrets. */
  secrets?: InputMaybe<Array<SecretInput>>;
  /** The settings, an object by the connector's schema, without the secrets; 64 KiB at most. */
  settings?: InputMaybe<Scalars['JSON']['input']>;
};

/** Narrows the list of integrations. Fields that are left out do not narrow. */
export type IntegrationFilterInput = {
  /** Only integrations of this connector, by name. */
  connector?: InputMaybe<Scalars['String']['input']>;
  /** A part of the name, in upper or lower case. */
  search?: InputMaybe<Scalars['String']['input']>;
};

/** By what a list of integrations is sorted. */
export type IntegrationOrderField =
  /** By the time when the integration was made. */
  | 'CREATED_AT'
  /** By the name, without regard to upper and lower case and to accents. Equal ones by age. */
  | 'NAME'
  /** By the time of the last change. What is changed while a list is read takes another place in it. */
  | 'UPDATED_AT';

/** The order of a list of integrations. A cursor holds for the order of the list that it is of. */
export type IntegrationOrderInput = {
  /** Which end comes first. */
  direction?: OrderDirection;
  /** By what it is sorted. */
  field?: IntegrationOrderField;
};

/** Whether deliveries go out through an integration. */
export type IntegrationState =
  /**
   * They wait until somebody mends what `reason` says and calls `integrationCheck`, or until the provider tells that it is in order again
   * and a check finds nothing wrong; or, if a person paused it, until `integrationResume`.
   */
  | 'PAUSED'
  /** They do. */
  | 'READY';

/** Changes to an integration. A field that is left out stays as it is. */
export type IntegrationUpdateInput = {
  /** The version that the change was made against; another current version is a CONFLICT. Without it nothing is checked. */
  expectedVersion?: InputMaybe<Scalars['Int']['input']>;
  /** How many messages its connector may have through it at once: 1 to 1024, and never more than it takes. Null: as many as it takes. */
  maxInFlight?: InputMaybe<Scalars['Int']['input']>;
  /** What the integration is called on the screen: 1 to 100 characters. Cannot be null. */
  name?: InputMaybe<Scalars['String']['input']>;
  /** The secrets to set or to take away; others stay as they are. */
  secrets?: InputMaybe<Array<SecretInput>>;
  /** All settings; they replace the old ones. Changing one that decides where secrets are sent needs the secrets again. Null clears them. */
  settings?: InputMaybe<Scalars['JSON']['input']>;
};

/** Every so many minutes, hours, days, weeks or months. */
export type IntervalScheduleInput = {
  /**
   * The first run, from which the others are counted, as the clock shows it in the time zone. If left out they are counted
   * from a Monday at midnight long ago: weeks begin on Mondays, and every 6 hours is at 0, 6, 12 and 18 while the clock is not
   * set.
   */
  anchor?: InputMaybe<Scalars['LocalDateTime']['input']>;
  /** Nothing runs after this time. */
  end?: InputMaybe<Scalars['DateTime']['input']>;
  /** How many units lie between two runs: 1 to 10,000. */
  every: Scalars['Int']['input'];
  /** What becomes of runs that the hub cannot begin in time. */
  missed?: MissedRuns;
  /** Nothing runs before this time. */
  start?: InputMaybe<Scalars['DateTime']['input']>;
  /** The IANA name of the time zone, such as `Europe/Lisbon`. */
  timeZone: Scalars['String']['input'];
  /** The unit. */
  unit: ScheduleUnit;
};

/** For what a rate limit is counted. */
export type LimitScope =
  /** For all deliveries of an integration together. */
  | 'INTEGRATION'
  /** For each recipient by itself. */
  | 'RECIPIENT';

/** What a provider knows of a message when it is asked. */
export type LookupState =
  /** The provider took it. */
  | 'FOUND'
  /** The provider certainly never took it. */
  | 'NOT_FOUND'
  /** The provider cannot say, perhaps later. */
  | 'UNDECIDED';

/**
 * Puts a value at a place of the message. Exactly one of `field`, `constant` and `expression` is given, and exactly one of
 * `position` and `name`.
 */
export type MappingEntryInput = {
  /** A text that is the same for every row, 64 KiB at most. */
  constant?: InputMaybe<Scalars['String']['input']>;
  /** The text that stands in; given with DEFAULT, and only with it. */
  default?: InputMaybe<Scalars['String']['input']>;
  /**
   * An expression in JSON Logic (jsonlogic.com) over the row, 8 KiB at most: `{"cat": ["OT ", {"var": "wo_folio"}]}`. Its
   * operators are listed in schema/README.md.
   */
  expression?: InputMaybe<Scalars['JSON']['input']>;
  /** The path of a field of the row. */
  field?: InputMaybe<Scalars['String']['input']>;
  /** What happens to a delivery when the value is missing in the row; FAIL if left out. */
  missing?: InputMaybe<MissingPolicy>;
  /** The name of the parameter: a letter, then letters, digits and `_.-`, 100 at most. All entries have names, or none. */
  name?: InputMaybe<Scalars['String']['input']>;
  /** The position in the message, from 1 and without gaps. */
  position?: InputMaybe<Scalars['Int']['input']>;
};

/**
 * What becomes of planned runs that the hub cannot begin within a minute of their time: it was not running, or its clock leapt.
 * A flow that is disabled or paused has no planned runs.
 */
export type MissedRuns =
  /** Each is run, the oldest first, with its `scheduledFor`; at most 100. */
  | 'ALL'
  /** One run stands for all of them; its timeline says for how many. */
  | 'ONCE'
  /** They are not run. `Flow.missedRuns` tells. */
  | 'SKIP';

/**
 * What happens to a delivery when a value of its message is missing in the row: the row has no such field, or nothing in it,
 * or the expression yields nothing.
 */
export type MissingPolicy =
  /** The entry's default stands in. */
  | 'DEFAULT'
  /** The delivery fails, and its reason says which value is missing. */
  | 'FAIL'
  /** The delivery is SUPPRESSED with the reason VALUE_MISSING: it is not sent, and that is no failure. */
  | 'SKIP';

/** Narrows the list of occurrences. Fields that are left out do not narrow. */
export type OccurrenceFilterInput = {
  /** Only those that this consumer sent. Finds none of another than the caller if that may not see consumers. */
  consumer?: InputMaybe<Scalars['ID']['input']>;
  /** Only those that came in at this time or later. */
  since?: InputMaybe<Scalars['DateTime']['input']>;
  /** Only about this subject, such as the folio of a work order. */
  subject?: InputMaybe<Scalars['String']['input']>;
  /** Only of this event type, by its key. */
  type?: InputMaybe<Scalars['String']['input']>;
  /** Only those that came in before this time. */
  until?: InputMaybe<Scalars['DateTime']['input']>;
};

/** By what a list of occurrences is sorted. */
export type OccurrenceOrderField =
  /** By the time when the occurrence came in. */
  | 'RECEIVED_AT';

/** The order of a list of occurrences. A cursor holds for the order of the list that it is of. */
export type OccurrenceOrderInput = {
  /** Which end comes first. */
  direction?: OrderDirection;
  /** By what it is sorted. */
  field?: OccurrenceOrderField;
};

/** An occurrence to publish: the attributes of a CloudEvent (CloudEvents 1.0) and the records that it brings. */
export type OccurrencePublishInput = {
  /**
   * Notice by itself what else the records tell, and let events fire for it. True if left out. What the occurrence tells is never
   * told twice: neither its own type, nor that a record of the type that it is about is new.
   */
  derive?: InputMaybe<Scalars['Boolean']['input']>;
  /**
   * Extension attributes of CloudEvents, as an object: names of lower-case letters and digits, values that are text, numbers or booleans, 8 KiB together at
   * most. They are kept as the occurrence's `extensions`, and are no part of its content. As at `POST /events`, `recadoderive` says what `derive` does, and wins
   * over it, and `traceparent` and `tracestate` say to which trace the occurrence belongs.
   */
  extensions?: InputMaybe<Scalars['JSON']['input']>;
  /** Your own id of it, 256 bytes at most. The same source and id again is a repeat: it returns the first one, and other content under them is a CONFLICT. */
  id: Scalars['String']['input'];
  /** The records that it brings, 500 at most: for a new work order one for each task, and persons if you like. */
  records?: InputMaybe<Array<RecordInput>>;
  /** Where it comes from, such as `/fracttal/plant-7`; 256 bytes at most. */
  source: Scalars['String']['input'];
  /** The key of the main record, such as the folio of a work order; 256 bytes at most. */
  subject?: InputMaybe<Scalars['String']['input']>;
  /** When it happened; when it came in, if left out. */
  time?: InputMaybe<Scalars['DateTime']['input']>;
  /** The key of the event type, of `catalog.eventTypes`. */
  type: Scalars['String']['input'];
};

/**
 * How a field is compared with a value. Which operations fit a field is in `catalog.recordTypes.fields.operations`. Text is equal
 * letter by letter; timestamps compare as moments, whatever their offsets. A field that is empty is neither equal to a value nor greater, less or
 * within; an operation that says "not" or "none" holds for it.
 */
export type Operation =
  /** Lies between two values, both included: the value is a list of two, the lower one first. */
  | 'BETWEEN'
  /** Is not what it was before the occurrence; of a record that is new everything was empty. Takes no value. Only in events, not in a flow's filter. */
  | 'CHANGED'
  /** Was this before the occurrence and is something else now; with null: was empty. Only in events. */
  | 'CHANGED_FROM'
  /** Was something else before the occurrence and is this now; with null: became empty. Only in events. */
  | 'CHANGED_TO'
  /** The text has this part, in upper or lower case. Of a list: it has this element, by its whole text, or by its `description` as labels have one. */
  | 'CONTAINS'
  /** The opposite of CONTAINS. */
  | 'DOES_NOT_CONTAIN'
  /** Is equal to; with null: is empty. */
  | 'EQUAL'
  /** Is a greater number, or a later moment. */
  | 'GREATER'
  /** Is a greater number, a later moment, or the same. */
  | 'GREATER_OR_EQUAL'
  /** Is equal to one of a list of values; null among them: or is empty. */
  | 'IS_ANY_OF'
  /** Holds nothing: no value, no text, no element. Takes no value. */
  | 'IS_EMPTY'
  /** Is equal to none of a list of values. */
  | 'IS_NONE_OF'
  /** Holds something. Takes no value. */
  | 'IS_NOT_EMPTY'
  /** Is a smaller number, or an earlier moment. */
  | 'LESS'
  /** Is a smaller number, an earlier moment, or the same. */
  | 'LESS_OR_EQUAL'
  /** Is not equal to; with null: is not empty. */
  | 'NOT_EQUAL'
  /** The text begins with this, in upper or lower case. */
  | 'STARTS_WITH'
  /** Is a moment from so many times 24 hours ago to now; the value is a whole number of days, 1 to 36500. */
  | 'WITHIN_LAST_DAYS'
  /** Is a moment from now to so many times 24 hours ahead; the value is a whole number of days, 1 to 36500. */
  | 'WITHIN_NEXT_DAYS';

/** Which end of a sorted list comes first. */
export type OrderDirection =
  /** From A to Z, from the oldest to the newest. */
  | 'ASC'
  /** From Z to A, from the newest to the oldest. */
  | 'DESC';

/** Where a record type or a field comes from. */
export type Origin =
  /** The tenant declared it. */
  | 'CUSTOM'
  /** The maintenance product has it under this name. */
  | 'FRACTTAL'
  /** Recado defines it. */
  | 'RECADO';

/** What became of one attempt, as the connector says it. */
export type OutcomeKind =
  /** The provider took the message. */
  | 'ACCEPTED'
  /** Not sent, and nothing else will be until somebody mends what `scope` says. */
  | 'MISCONFIGURED'
  /** Provably not sent; trying again makes no sense. */
  | 'REJECTED'
  /** Provably not sent; trying again makes sense. */
  | 'RETRY'
  /** The request may have left; nobody knows. */
  | 'UNKNOWN';

/** For what an outcome holds. */
export type OutcomeScope =
  /** For this delivery. */
  | 'DELIVERY'
  /** For everything that the flow sends. */
  | 'FLOW'
  /** For everything that goes through the integration. */
  | 'INTEGRATION'
  /** For everything to this recipient. */
  | 'RECIPIENT';

/** Why a flow or an integration is paused, and until when. */
export type PauseInput = {
  /** The version that the caller has seen; another current version is a CONFLICT. Without it nothing is checked. */
  expectedVersion?: InputMaybe<Scalars['Int']['input']>;
  /** Why, for whoever finds it so: 1 to 200 characters. */
  reason: Scalars['String']['input'];
  /** When it ends by itself; left out, a person has to resume it. */
  until?: InputMaybe<Scalars['DateTime']['input']>;
};

/** On what of the data it depends what a field needs. */
export type PermissionDependency =
  /** On the type of the occurrence. */
  | 'EVENT_TYPE'
  /** On whether the record is there already: writing a new one needs ADD, another EDIT. */
  | 'EXISTENCE'
  /** On the kind of the object, and on its type if it is a record or an occurrence. */
  | 'OBJECT'
  /** On the type of the record. */
  | 'RECORD_TYPE'
  /** On the records that the value was read from. */
  | 'SOURCE';

/** Whether a caller would be let through. */
export type PermissionVerdict =
  /** The caller holds all that it takes. */
  | 'ALLOWED'
  /** The caller holds a part; the data decide. */
  | 'DEPENDS'
  /** The caller lacks something that it takes: the answer would be FORBIDDEN, of `nodes` null in place of the object; below the top the value is left out. */
  | 'FORBIDDEN';

/** Why the queue is paused, and until when. */
export type QueuePauseInput = {
  /** Why, for whoever finds it so: 1 to 200 characters. */
  reason: Scalars['String']['input'];
  /** When it ends by itself; left out, a person has to resume it. */
  until?: InputMaybe<Scalars['DateTime']['input']>;
};

/** When a flow sends nothing. */
export type QuietHoursInput = {
  /** The days on which they begin; all if left out. */
  days?: InputMaybe<Array<Weekday>>;
  /** What a clock shows when they begin, hours and minutes: `22:00`. */
  from: Scalars['String']['input'];
  /** The time zone, by its name in IANA's list; given with NAMED, and only with it. */
  timeZone?: InputMaybe<Scalars['String']['input']>;
  /** What it shows when they end: `07:00`. If that is not after `from`, they end on the next day; the same as `from` is a whole day. */
  to: Scalars['String']['input'];
  /** Whose clock counts; RECIPIENT if left out. */
  zone?: InputMaybe<QuietZone>;
};

/** Whose clock counts for quiet hours. */
export type QuietZone =
  /** That of the flow's setting `timeZone`, UTC without one. */
  | 'FLOW'
  /** That of the time zone that is given with it. */
  | 'NAMED'
  /**
   * The recipient's, by the first digits of the telephone number. Where these leave several time zones, it is quiet as long as it is in any of them;
   * where they leave none, the clock of the flow counts, and the reason of the delivery says so.
   */
  | 'RECIPIENT';

/** The reasons that Recado knows. */
export type ReasonCode =
  /** An earlier execution, which this one replays, sent it already or may have, so it was not sent again. */
  | 'ALREADY_SENT'
  /** Tried as often as the flow allows. */
  | 'ATTEMPTS_USED_UP'
  /** The connector has no room at the moment. */
  | 'BACKPRESSURE'
  /** The provider seems to be down; the circuit breaker of the integration holds messages back until it answers again. */
  | 'BREAKER_OPEN'
  /** A person took it back. */
  | 'CANCELLED'
  /** A check of the settings. */
  | 'CHECK'
  /** The hub noticed it by itself when its time came. */
  | 'CLOCK'
  /** It gathers occurrences until its window closes. */
  | 'COLLECTING'
  /** The connector is not running. */
  | 'CONNECTOR_DOWN'
  /** The flow's consumer may not be used by flows. */
  | 'CONSUMER_HUB_DISABLED'
  /** The flow's consumer is gone or disabled. */
  | 'CONSUMER_UNAVAILABLE'
  /** The hub noticed it by itself in a record that was written. */
  | 'DERIVED'
  /** The hub was shutting down; it does not count as an attempt. */
  | 'DRAINED'
  /** The event was not enabled, so it was not asked. */
  | 'EVENT_DISABLED'
  /** The event's terms make no sense any more, so it could not be asked. */
  | 'EVENT_INVALID'
  /** The event was made after the occurrence came in. */
  | 'EVENT_NEWER'
  /** The event is about occurrences of another type. */
  | 'EVENT_TYPE_OTHER'
  /** The source connector gave its rows. */
  | 'FETCHED'
  /** The flow's filter dropped every row. */
  | 'FILTERED_OUT'
  /** The event matched, but its flow was not enabled. */
  | 'FLOW_DISABLED'
  /** The pinned version of the flow cannot run. */
  | 'FLOW_INVALID'
  /** The flow is paused until somebody mends it. */
  | 'FLOW_PAUSED'
  /** It goes only if the message that it follows up, which `by` is, comes to nothing. */
  | 'FOLLOW_UP'
  /** The message that it follows up, which `by` is, needs no follow-up. */
  | 'FOLLOW_UP_NOT_NEEDED'
  /** The integration is paused until somebody mends it. */
  | 'INTEGRATION_PAUSED'
  /** A fault of the hub kept it from going on; the log has the detail. */
  | 'INTERNAL'
  /** The hub or the connector stopped while the message was on its way. */
  | 'INTERRUPTED'
  /** The worker that held it went away; it does not count as an attempt. */
  | 'LEASE_LOST'
  /** The provider was asked what became of the message, and said so. */
  | 'LOOKUP'
  /** A value of the message could not be made. */
  | 'MAPPING_FAILED'
  /** An event matched an occurrence. */
  | 'MATCHED'
  /** The integration or the flow is set up wrongly. */
  | 'MISCONFIGURED'
  /** Planned times passed while the hub could not run them; the message says which and what became of them. */
  | 'MISSED'
  /** The provider told of it, and not about a message. */
  | 'NOTICE'
  /** No event runs the flow on such an occurrence. Only a preview says so. */
  | 'NO_EVENT'
  /** No occurrence brought its records. */
  | 'NO_OCCURRENCE'
  /** The source query found nothing. */
  | 'NO_ROWS'
  /** A person decided. */
  | 'OPERATOR'
  /** The recipient wants messages again. */
  | 'OPTED_IN'
  /** The recipient has asked not to get messages. */
  | 'OPTED_OUT'
  /** It must not overtake an earlier message of its flow, which `by` is. */
  | 'ORDERED'
  /** The connector answered. */
  | 'OUTCOME'
  /** No answer came; the message may have been sent. */
  | 'OUTCOME_UNKNOWN'
  /** Held back by a rate limit. */
  | 'PACED'
  /** What was in it has not been kept: its payloads are older than the hub keeps them. */
  | 'PAYLOADS_PRUNED'
  /** The flow's consumer lacks a permission; the message names it. */
  | 'PERMISSION_MISSING'
  /** A caller published it. */
  | 'PUBLISHED'
  /** A person paused the whole queue. */
  | 'QUEUE_PAUSED'
  /** It is quiet for the recipient, and the flow sends nothing then. */
  | 'QUIET_HOURS'
  /** Its rows are being read from the records; nothing is sent before all are. */
  | 'READING'
  /** The provider said so later. */
  | 'RECEIPT'
  /** A receipt arrived before the connector's own answer. */
  | 'RECEIPT_FIRST'
  /** There is no recipient, or it is not a number that can be messaged. */
  | 'RECIPIENT_INVALID'
  /** The recipient is to be left alone; `by` is the suppression. */
  | 'RECIPIENT_SUPPRESSED'
  /** The provider refused the message. */
  | 'REJECTED'
  /** Somebody had an earlier execution run again. */
  | 'REPLAYED'
  /** Unknown for too long, and the flow's policy is to send again. */
  | 'RESEND'
  /** The provider asked to try again later. */
  | 'RETRY'
  /** Somebody ran the flow by hand. */
  | 'RUN'
  /** The time of its schedule had come. */
  | 'SCHEDULED'
  /** The source connector could not be asked, or its rows could not be taken over as records; nothing was sent. */
  | 'SOURCE_FAILED'
  /** The source connector could not be asked; it is asked again, later each time. */
  | 'SOURCE_UNAVAILABLE'
  /** No row of the occurrence satisfied the event's terms. */
  | 'TERMS_NOT_SATISFIED'
  /** The event's terms ask what was before, and nobody knows that any more. */
  | 'TERMS_UNDECIDED'
  /** It was a test message, which is not replayed. */
  | 'TEST'
  /** The source query found more rows than one execution may read; nothing was sent. */
  | 'TOO_MANY_ROWS'
  /** Older than the flow allows. */
  | 'TOO_OLD'
  /** The event matched, but its flow is not for events: its trigger is another. */
  | 'TRIGGER_MISMATCH'
  /** The execution, or another one of the same origin, has not come to its end. */
  | 'UNDER_WAY'
  /** A value of the message is missing, and the flow's policy is not to send then. */
  | 'VALUE_MISSING'
  /** A worker took it up. */
  | 'WORKER';

/** What a provider reports later about a message. */
export type ReceiptStatus =
  /** It is on the recipient's device. */
  | 'DELIVERED'
  /** It was not delivered. */
  | 'FAILED'
  /** The recipient has seen it. */
  | 'READ'
  /** It was sent on. */
  | 'SENT';

/** Who gets a message: exactly one of the fields. */
export type RecipientInput =
  /**
   * Several recipients, 20 at most in all: each distinct one gets a delivery, 50 at most for a row. Each may be a constant, a
   * field or a chain.
   */
  { all: Array<RecipientInput>; constant?: never; field?: never; first?: never; }
  |  /** The same recipient for every row, such as a telephone number with country code. */
  { all?: never; constant: Scalars['String']['input']; field?: never; first?: never; }
  |  /** The path of a field of the row: `responsible.sms`. If it holds a list, each element is a recipient. */
  { all?: never; constant?: never; field: Scalars['String']['input']; first?: never; }
  |  /** A chain: the first of these constants and fields that is filled and can be used, such as `responsible.sms`, then `responsible.telephone`. */
  { all?: never; constant?: never; field?: never; first: Array<RecipientInput>; };

/** A record as it comes in. */
export type RecordInput = {
  /** Its fields with their values, an object; 256 KiB and 500 fields at most. Fields that the catalogue does not know are kept. */
  data: Scalars['JSON']['input'];
  /** The object's own key in its type, such as a task's id or a person's code; 200 bytes at most. */
  key: Scalars['String']['input'];
  /**
   * When your own copy of it became so, to the microsecond. It puts writes that overtake each other into order: one that is older
   * than the state that the hub has is left out (STALE), the same time with another content is a CONFLICT. If it is left out,
   * the last one to come wins.
   */
  sourceUpdatedAt?: InputMaybe<Scalars['DateTime']['input']>;
  /** The key of the record type, of `catalog.recordTypes`. */
  type: Scalars['String']['input'];
};

/** By what a list of records is sorted. */
export type RecordOrderField =
  /** By the time when the record first came in. */
  | 'CREATED_AT'
  /** By the record's own key in its type, byte by byte: 10 comes before 9. Equal ones, of different types, by age. */
  | 'KEY';

/** The order of a list of records. A cursor holds for the order of the list that it is of. */
export type RecordOrderInput = {
  /** Which end comes first. */
  direction?: OrderDirection;
  /** By what it is sorted. */
  field?: RecordOrderField;
};

/** What became of a record that came in. */
export type RecordOutcome =
  /** The hub has a newer state, by `sourceUpdatedAt`; what came was left out. */
  | 'STALE'
  /** The hub had it so already. */
  | 'UNCHANGED'
  /** It is new, or its content changed. */
  | 'WRITTEN';

/** Records to write. */
export type RecordsUpsertInput = {
  /**
   * Notice by itself what the records tell, such as a changed status, and let events fire for it. True if left out; false is for
   * taking over what is old.
   */
  derive?: InputMaybe<Scalars['Boolean']['input']>;
  /** Change only the fields that are given, and empty those that are null. False if left out: the record becomes what is given. */
  merge?: InputMaybe<Scalars['Boolean']['input']>;
  /** The records, 500 at most. One that is there already, by type and key, is replaced. */
  records: Array<RecordInput>;
};

/** Which state of its records a replay reads. */
export type ReplayRecords =
  /** Records that were given with the replay. */
  | 'GIVEN'
  /**
   * As the hub has them when it runs, like an execution that waited in the queue: a telephone number that was corrected is the new one, and
   * who is responsible is whoever is so by now.
   */
  | 'NOW'
  /** As the occurrence of the original brought them. What they refer to is as it brought it, or else as it is now. */
  | 'THEN';

/** Which version of its flow a replay runs. */
export type ReplayVersion =
  /** The one that the flow has now. */
  | 'CURRENT'
  /** The one that the original ran. */
  | 'PINNED';

/** A change of how long the hub keeps things. A field that is left out stays as it is, and null is for ever. */
export type RetentionUpdateInput = {
  /** How long the audit log is kept: 365 days at least. */
  audit?: InputMaybe<Scalars['Duration']['input']>;
  /** Nothing is pruned before; null is INVALID. */
  beginsAt?: InputMaybe<Scalars['DateTime']['input']>;
  /** True: change nothing, and answer what the settings and `prunable` would be. */
  dryRun?: InputMaybe<Scalars['Boolean']['input']>;
  /** The version that you have read; another one is a CONFLICT. Left out: the last change wins. */
  expectedVersion?: InputMaybe<Scalars['Int']['input']>;
  /** How long history is kept: a day at least, 100 years at most. */
  history?: InputMaybe<Scalars['Duration']['input']>;
  /** How long payloads are kept: a day at least, and not longer than the history. */
  payloads?: InputMaybe<Scalars['Duration']['input']>;
  /** How long receipts and callbacks are kept that nobody could match: a day at least. */
  unmatched?: InputMaybe<Scalars['Duration']['input']>;
};

/** What decides which row of the permission matrix guards a field. */
export type RowOf =
  /** The type of the occurrence. */
  | 'EVENT_TYPE'
  /** The kind of object that an id names. */
  | 'OBJECT'
  /** The type of the record. */
  | 'RECORD_TYPE'
  /** The records that the value was read from: the row of each of them. */
  | 'SOURCE';

/** What an interval counts. */
export type ScheduleUnit =
  /** Days of the calendar: always at the same time on the wall. */
  | 'DAYS'
  /** Hours of elapsed time: where the clock is set, the hour on the wall moves. */
  | 'HOURS'
  /** Minutes of elapsed time. */
  | 'MINUTES'
  /** Months of the calendar. In a month that has no such day it is its last: the 31st is the 28th of February. */
  | 'MONTHS'
  /** Weeks of the calendar. */
  | 'WEEKS';

/** A secret of an integration. Secrets go in and never come out again. */
export type SecretInput = {
  /** The name of the property in the connector's schema. */
  name: Scalars['String']['input'];
  /** The secret; null or empty takes it away. */
  value?: InputMaybe<Scalars['String']['input']>;
};

/** How bad a problem is. */
export type Severity =
  /** It would fail. What has such a problem cannot be enabled. */
  | 'ERROR'
  /** It works, but perhaps not for all rows. It keeps nothing from being enabled. */
  | 'WARNING';

/** A source connector that is asked for rows before a flow reads them. */
export type SourceFetchInput = {
  /** With the trigger EVENT, the key of the type of the records that occurrences are about, of `catalog.recordTypes`; that which the source action reads if left out. Events must be about it. */
  about?: InputMaybe<Scalars['String']['input']>;
  /** The key of what the connector is asked for, of `connectors.sources`. Needed to enable the flow. */
  action?: InputMaybe<Scalars['String']['input']>;
  /** The integration that is asked. Needed to enable the flow. */
  integration?: InputMaybe<Scalars['ID']['input']>;
  /** With the trigger EVENT, parameters that are taken from a row of the occurrence, each under its path as `name`: `{name: "query.asset", field: "code"}`. 100 at most. */
  mapping?: InputMaybe<Array<MappingEntryInput>>;
  /** The parameters, an object by its schema. What `mapping` fills comes on top. */
  parameters?: InputMaybe<Scalars['JSON']['input']>;
};

/** Where the rows of a flow come from. */
export type SourceModule =
  /** The hub's own records. */
  | 'RECORDS';

/** To which rows a source query is narrowed when an occurrence started the flow. */
export type SourceRows =
  /** The rows of the occurrence that satisfied the terms of the event. */
  | 'MATCHING'
  /** All rows of the occurrence's subject, such as all tasks of the work order. */
  | 'SUBJECT';

/** The subscription that a ticket is for. */
export type StreamTicketCreateInput = {
  /** Which operation of the text it is; needed if there are several. */
  operationName?: InputMaybe<Scalars['String']['input']>;
  /** The text of the operation, a subscription. */
  query: Scalars['String']['input'];
  /** The values of its variables, an object. */
  variables?: InputMaybe<Scalars['JSON']['input']>;
};

/** A recipient that is to be left alone. */
export type SuppressionAddInput = {
  /** The category that is not to be sent, such as `marketing`; left out: nothing is. */
  category?: InputMaybe<Scalars['String']['input']>;
  /** The integration that is to leave the recipient alone. */
  integration: Scalars['ID']['input'];
  /** Why, in the words of whoever adds it: 2000 characters at most. */
  note?: InputMaybe<Scalars['String']['input']>;
  /** The recipient: a telephone number with `+` and its country code. */
  recipient: Scalars['String']['input'];
  /** Until when; left out: until a person removes it. */
  until?: InputMaybe<Scalars['DateTime']['input']>;
};

/** Narrows the list of suppressions. Fields that are left out do not narrow. */
export type SuppressionFilterInput = {
  /** Only those that hold now (true), or only those that are over (false). */
  active?: InputMaybe<Scalars['Boolean']['input']>;
  /** Only of this category; empty: only those that cover all messages. */
  category?: InputMaybe<Scalars['String']['input']>;
  /** Only of this integration. Finds none if the caller may not see integrations. */
  integration?: InputMaybe<Scalars['ID']['input']>;
  /** Only of this recipient, written as `recipient` is. Finds none whose recipient the caller may not see. */
  recipient?: InputMaybe<Scalars['String']['input']>;
};

/** Why a recipient is to be left alone, and so what ends it. */
export type SuppressionGround =
  /** The recipient opted out, blocked the sender, or the like. It ends when the recipient opts in again, or when a person removes it. */
  | 'LASTING'
  /** A person decided it. It ends at its time, or when a person removes it, but not when the recipient opts in. */
  | 'OPERATOR'
  /** The provider's code demands it for a time, whatever the recipient says: the number is not on WhatsApp, for example. It ends early if the message because of which it began arrives after all. */
  | 'PASSING';

/** By what a list of suppressions is sorted. */
export type SuppressionOrderField =
  /** By the time when the suppression came to be. */
  | 'CREATED_AT'
  /** By the time of the last change. What is changed while a list is read takes another place in it. */
  | 'UPDATED_AT';

/** The order of a list of suppressions. A cursor holds for the order of the list that it is of. */
export type SuppressionOrderInput = {
  /** Which end comes first. */
  direction?: OrderDirection;
  /** By what it is sorted. */
  field?: SuppressionOrderField;
};

/** By what the hub learned that a recipient is to be left alone. */
export type SuppressionSource =
  /** The recipient opted out. */
  | 'NOTICE'
  /** A person. */
  | 'OPERATOR'
  /** The connector's answer to a delivery. */
  | 'OUTCOME'
  /** What the provider said of a delivery later. */
  | 'RECEIPT';

/** One condition: a field compared with a value. */
export type TermInput = {
  /** The path of the field: `responsible`, or `responsible.sms` over a reference of the catalogue. */
  field: Scalars['String']['input'];
  /** How it is compared. */
  operation: Operation;
  /** The value to compare with: text, number, boolean, null for empty, or a list where the operation takes one. */
  value?: InputMaybe<Scalars['JSON']['input']>;
};

/** Conditions on the fields of a row. */
export type TermsInput = {
  /** Groups of conditions: 100 at most, 4 levels in all with the outermost. Their modes are ANY or ALL. */
  groups?: InputMaybe<Array<TermsInput>>;
  /** How the terms are combined. */
  mode: TermsMode;
  /** The conditions, 100 at most, those of all groups together. One at least, or a group, unless the mode is NONE. */
  terms?: InputMaybe<Array<TermInput>>;
};

/** How terms are combined. */
export type TermsMode =
  /** All are true. */
  | 'ALL'
  /** At least one is true. */
  | 'ANY'
  /** Without conditions: every row satisfies them. */
  | 'NONE';

/** What happens to a delivery that stayed UNKNOWN. */
export type UnknownPolicy =
  /** It stays UNKNOWN until a receipt or a person settles it: nobody is messaged twice. */
  | 'HOLD'
  /** It is sent again: somebody may be messaged twice. */
  | 'RESEND';

/** The kinds of errors that a mutation reports in `userErrors`. */
export type UserErrorCode =
  /** Somebody else changed the object first, its state does not allow the act, or the same idempotency key came with other content. */
  | 'CONFLICT'
  /** The input is wrong; `field` says where. */
  | 'INVALID'
  /** The object cannot go while others use it; the message names them to who may see them, and else says how many there are. */
  | 'IN_USE'
  /** The object, or one that the input refers to, does not exist, or the caller may not know of it. */
  | 'NOT_FOUND'
  /** The input is over a size limit; the message names the limit. */
  | 'TOO_LARGE'
  /** It cannot be done at the moment; trying again later makes sense. */
  | 'UNAVAILABLE';

/** What an operation wants as its value. */
export type ValueKind =
  /** A number of days. */
  | 'DAYS'
  /** A list of values of the field's type. */
  | 'LIST'
  /** Nothing. */
  | 'NONE'
  /** One value of the field's type. */
  | 'ONE'
  /** A list of two values, the lower one first. */
  | 'RANGE';

/** A new token for a websocket. */
export type ViewerRenewInput = {
  /** The access token from `POST /oauth/token`, without the word Bearer. It must be of the same consumer; its scope may be another. */
  token: Scalars['String']['input'];
};

/** A day of the week. */
export type Weekday =
  /** Friday. */
  | 'FRIDAY'
  /** Monday. */
  | 'MONDAY'
  /** Saturday. */
  | 'SATURDAY'
  /** Sunday. */
  | 'SUNDAY'
  /** Thursday. */
  | 'THURSDAY'
  /** Tuesday. */
  | 'TUESDAY'
  /** Wednesday. */
  | 'WEDNESDAY';

export type ConnectorTableQueryVariables = Exact<{ [key: string]: never; }>;


export type ConnectorTableQuery = { __typename?: 'Query', connectors: Array<{ __typename?: 'Connector', name: string, title: string, help: string, version: string, roles: Array<ConnectorRole>, state: ConnectorState, trust: ConnectorTrust, problem?: string | null, until?: string | null, pid?: number | null, startedAt?: string | null, restarts: number, inFlight: number, lastError?: { __typename?: 'ConnectorError', message: string, at: string } | null, latency?: { __typename?: 'ConnectorLatency', attempts: number, p50: string, p95: string, p99: string } | null, usage: { __typename?: 'ConnectorUsage', memory?: number | null, memoryLimit?: number | null, openFiles?: number | null, openFilesLimit?: number | null, cpu?: string | null, inFlightLimit?: number | null, linesCut: number, missedInRow: number }, refused?: { __typename?: 'RefusedExecutable', file: string, sha256?: string | null, problem: string, nextStep: string, at: string } | null }> };

export type ConnectorPluginsQueryVariables = Exact<{ [key: string]: never; }>;


export type ConnectorPluginsQuery = { __typename?: 'Query', pluginsDirectory?: { __typename?: 'PluginsDirectory', path: string, readAt: string, problem?: string | null, refused: Array<{ __typename?: 'RefusedExecutable', file: string, name?: string | null, sha256?: string | null, problem: string, nextStep: string, at: string }> } | null };

export type ConnectorPageQueryVariables = Exact<{
  name: Scalars['String']['input'];
}>;


export type ConnectorPageQuery = { __typename?: 'Query', connector?: { __typename?: 'Connector', name: string, title: string, help: string, version: string, sha256?: string | null, state: ConnectorState, capabilities: { __typename?: 'ConnectorCapabilities', receipts: boolean, lookup: boolean, preview: boolean, query: boolean, idempotentSending: boolean, inFlight: number }, limits: Array<{ __typename?: 'ConnectorLimit', key: string, scope: LimitScope, perSecond: number, burst: number, setting?: string | null }>, settings: { __typename?: 'ParameterSchema', form: { __typename?: 'Form', groups: Array<{ __typename?: 'FormGroup', key: string, title: string, help: string }>, fields: Array<{ __typename?: 'FormField', path: string, name: string, title: string, help: string, placeholder: string, group?: string | null, input: FormInput, required: boolean, secret: boolean, secretDestination: boolean, default?: unknown | null, examples?: unknown | null, minimum?: number | null, maximum?: number | null, above?: number | null, below?: number | null, step?: number | null, minLength?: number | null, maxLength?: number | null, pattern?: string | null, format?: string | null, requiredWhen: Array<{ __typename?: 'FormRule', all: Array<{ __typename?: 'FormCondition', path: string, values: Array<unknown | null>, not: boolean }> }>, shownWhen: Array<{ __typename?: 'FormRule', all: Array<{ __typename?: 'FormCondition', path: string, values: Array<unknown | null>, not: boolean }> }>, options: Array<{ __typename?: 'FormOption', value: unknown, title: string, help: string }> }> } }, actions: Array<{ __typename?: 'ConnectorAction', key: string, title: string, help: string, category: string, language?: string | null, recipient: { __typename?: 'RecipientSpec', format?: string | null, title: string, help: string }, values: { __typename?: 'ValuesSpec', positional: boolean, named: boolean, min: number, max?: number | null, maxLength?: number | null }, parameters: { __typename?: 'ParameterSchema', form: { __typename?: 'Form', groups: Array<{ __typename?: 'FormGroup', key: string, title: string, help: string }>, fields: Array<{ __typename?: 'FormField', path: string, name: string, title: string, help: string, placeholder: string, group?: string | null, input: FormInput, required: boolean, secret: boolean, secretDestination: boolean, default?: unknown | null, examples?: unknown | null, minimum?: number | null, maximum?: number | null, above?: number | null, below?: number | null, step?: number | null, minLength?: number | null, maxLength?: number | null, pattern?: string | null, format?: string | null, requiredWhen: Array<{ __typename?: 'FormRule', all: Array<{ __typename?: 'FormCondition', path: string, values: Array<unknown | null>, not: boolean }> }>, shownWhen: Array<{ __typename?: 'FormRule', all: Array<{ __typename?: 'FormCondition', path: string, values: Array<unknown | null>, not: boolean }> }>, options: Array<{ __typename?: 'FormOption', value: unknown, title: string, help: string }> }> } } }>, sources: Array<{ __typename?: 'ConnectorSource', key: string, title: string, help: string, category: string, parameters: { __typename?: 'ParameterSchema', form: { __typename?: 'Form', groups: Array<{ __typename?: 'FormGroup', key: string, title: string, help: string }>, fields: Array<{ __typename?: 'FormField', path: string, name: string, title: string, help: string, placeholder: string, group?: string | null, input: FormInput, required: boolean, secret: boolean, secretDestination: boolean, default?: unknown | null, examples?: unknown | null, minimum?: number | null, maximum?: number | null, above?: number | null, below?: number | null, step?: number | null, minLength?: number | null, maxLength?: number | null, pattern?: string | null, format?: string | null, requiredWhen: Array<{ __typename?: 'FormRule', all: Array<{ __typename?: 'FormCondition', path: string, values: Array<unknown | null>, not: boolean }> }>, shownWhen: Array<{ __typename?: 'FormRule', all: Array<{ __typename?: 'FormCondition', path: string, values: Array<unknown | null>, not: boolean }> }>, options: Array<{ __typename?: 'FormOption', value: unknown, title: string, help: string }> }> } } }> } | null };

export type DrawnFormFragment = { __typename?: 'Form', groups: Array<{ __typename?: 'FormGroup', key: string, title: string, help: string }>, fields: Array<{ __typename?: 'FormField', path: string, name: string, title: string, help: string, placeholder: string, group?: string | null, input: FormInput, required: boolean, secret: boolean, secretDestination: boolean, default?: unknown | null, examples?: unknown | null, minimum?: number | null, maximum?: number | null, above?: number | null, below?: number | null, step?: number | null, minLength?: number | null, maxLength?: number | null, pattern?: string | null, format?: string | null, requiredWhen: Array<{ __typename?: 'FormRule', all: Array<{ __typename?: 'FormCondition', path: string, values: Array<unknown | null>, not: boolean }> }>, shownWhen: Array<{ __typename?: 'FormRule', all: Array<{ __typename?: 'FormCondition', path: string, values: Array<unknown | null>, not: boolean }> }>, options: Array<{ __typename?: 'FormOption', value: unknown, title: string, help: string }> }> };

export type ConnectorTakeOverMutationVariables = Exact<{
  name: Scalars['String']['input'];
}>;


export type ConnectorTakeOverMutation = { __typename?: 'Mutation', connectorRestart?: { __typename?: 'ConnectorRestartPayload', connector?: { __typename?: 'Connector', name: string, state: ConnectorState, restarts: number } | null, userErrors: Array<{ __typename?: 'UserError', code: UserErrorCode, message: string, field?: Array<string> | null, nextStep?: string | null }> } | null };

export type ConnectorFollowSubscriptionVariables = Exact<{
  after?: InputMaybe<Scalars['Cursor']['input']>;
}>;


export type ConnectorFollowSubscription = { __typename?: 'Subscription', connectorChanged: { __typename?: 'ConnectorChange', cursor: string, change: { __typename?: 'Change', at: string, connector?: string | null, aspect: ChangeAspect, from?: string | null, to: string, cause: { __typename?: 'Reason', message: string, nextStep?: string | null } }, connector?: { __typename?: 'Connector', name: string, version: string, state: ConnectorState, trust: ConnectorTrust, problem?: string | null, until?: string | null, pid?: number | null, restarts: number, inFlight: number, refused?: { __typename?: 'RefusedExecutable', problem: string, nextStep: string } | null } | null } };

export type ConsumersQueryVariables = Exact<{
  filter?: InputMaybe<ConsumerFilterInput>;
  orderBy?: InputMaybe<ConsumerOrderInput>;
  first?: InputMaybe<Scalars['Int']['input']>;
  after?: InputMaybe<Scalars['Cursor']['input']>;
}>;


export type ConsumersQuery = { __typename?: 'Query', consumers?: { __typename?: 'ConsumerConnection', totalCount?: number | null, nodes: Array<{ __typename?: 'Consumer', id: string, version: number, name: string, description: string, enabled: boolean, hubEnabled: boolean, expiresAt?: string | null, lastUsedAt?: string | null, clientId: string, createdAt: string, group?: { __typename?: 'Group', id: string, description: string } | null }>, pageInfo: { __typename?: 'PageInfo', hasNextPage: boolean, endCursor?: string | null } } | null };

export type ConsumerGroupsQueryVariables = Exact<{
  search?: InputMaybe<Scalars['String']['input']>;
  after?: InputMaybe<Scalars['Cursor']['input']>;
}>;


export type ConsumerGroupsQuery = { __typename?: 'Query', groups?: { __typename?: 'GroupConnection', nodes: Array<{ __typename?: 'Group', id: string, description: string, readOnly: boolean }>, pageInfo: { __typename?: 'PageInfo', hasNextPage: boolean, endCursor?: string | null } } | null };

export type ConsumerEditorQueryVariables = Exact<{
  id: Scalars['ID']['input'];
}>;


export type ConsumerEditorQuery = { __typename?: 'Query', consumer?: { __typename?: 'Consumer', id: string, version: number, name: string, description: string, hubEnabled: boolean, enabled: boolean, expiresAt?: string | null, lastUsedAt?: string | null, clientId: string, secretRotatedAt?: string | null, oldSecretUntil?: string | null, rateLimit?: number | null, costBudget?: number | null, createdAt: string, updatedAt: string, group?: { __typename?: 'Group', id: string, description: string } | null } | null };

export type ConsumerFormFragment = { __typename?: 'Consumer', id: string, version: number, name: string, description: string, hubEnabled: boolean, enabled: boolean, expiresAt?: string | null, lastUsedAt?: string | null, clientId: string, secretRotatedAt?: string | null, oldSecretUntil?: string | null, rateLimit?: number | null, costBudget?: number | null, createdAt: string, updatedAt: string, group?: { __typename?: 'Group', id: string, description: string } | null };

export type ConsumerAddMutationVariables = Exact<{
  input: ConsumerCreateInput;
}>;


export type ConsumerAddMutation = { __typename?: 'Mutation', consumerCreate?: { __typename?: 'ConsumerCreatePayload', secret?: string | null, repeat: boolean, consumer?: { __typename?: 'Consumer', id: string, version: number, name: string, description: string, hubEnabled: boolean, enabled: boolean, expiresAt?: string | null, lastUsedAt?: string | null, clientId: string, secretRotatedAt?: string | null, oldSecretUntil?: string | null, rateLimit?: number | null, costBudget?: number | null, createdAt: string, updatedAt: string, group?: { __typename?: 'Group', id: string, description: string } | null } | null, userErrors: Array<{ __typename?: 'UserError', code: UserErrorCode, message: string, field?: Array<string> | null, nextStep?: string | null }> } | null };

export type ConsumerSaveMutationVariables = Exact<{
  id: Scalars['ID']['input'];
  input: ConsumerUpdateInput;
}>;


export type ConsumerSaveMutation = { __typename?: 'Mutation', consumerUpdate?: { __typename?: 'ConsumerUpdatePayload', consumer?: { __typename?: 'Consumer', id: string, version: number, name: string, description: string, hubEnabled: boolean, enabled: boolean, expiresAt?: string | null, lastUsedAt?: string | null, clientId: string, secretRotatedAt?: string | null, oldSecretUntil?: string | null, rateLimit?: number | null, costBudget?: number | null, createdAt: string, updatedAt: string, group?: { __typename?: 'Group', id: string, description: string } | null } | null, userErrors: Array<{ __typename?: 'UserError', code: UserErrorCode, message: string, field?: Array<string> | null, nextStep?: string | null }> } | null };

export type ConsumerNewSecretMutationVariables = Exact<{
  id: Scalars['ID']['input'];
  input: ConsumerSecretRotateInput;
}>;


export type ConsumerNewSecretMutation = { __typename?: 'Mutation', consumerSecretRotate?: { __typename?: 'ConsumerSecretRotatePayload', secret?: string | null, consumer?: { __typename?: 'Consumer', id: string, version: number, name: string, description: string, hubEnabled: boolean, enabled: boolean, expiresAt?: string | null, lastUsedAt?: string | null, clientId: string, secretRotatedAt?: string | null, oldSecretUntil?: string | null, rateLimit?: number | null, costBudget?: number | null, createdAt: string, updatedAt: string, group?: { __typename?: 'Group', id: string, description: string } | null } | null, userErrors: Array<{ __typename?: 'UserError', code: UserErrorCode, message: string, field?: Array<string> | null, nextStep?: string | null }> } | null };

export type ConsumerRemoveMutationVariables = Exact<{
  id: Scalars['ID']['input'];
  expectedVersion?: InputMaybe<Scalars['Int']['input']>;
}>;


export type ConsumerRemoveMutation = { __typename?: 'Mutation', consumerDelete?: { __typename?: 'ConsumerDeletePayload', deletedId?: string | null, userErrors: Array<{ __typename?: 'UserError', code: UserErrorCode, message: string, nextStep?: string | null }> } | null };

export type EventsQueryVariables = Exact<{
  filter?: InputMaybe<EventFilterInput>;
  orderBy?: InputMaybe<EventOrderInput>;
  first?: InputMaybe<Scalars['Int']['input']>;
  after?: InputMaybe<Scalars['Cursor']['input']>;
}>;


export type EventsQuery = { __typename?: 'Query', events?: { __typename?: 'EventConnection', totalCount?: number | null, nodes: Array<{ __typename?: 'Event', id: string, version: number, enabled: boolean, description: string, type: string, updatedAt: string, eventType?: { __typename?: 'EventType', title: string, module: { __typename?: 'Module', key: string, title: string }, submodule: { __typename?: 'Submodule', key: string, title: string } } | null, flows: Array<{ __typename?: 'Flow', id: string, description: string, enabled: boolean }>, problems: Array<{ __typename?: 'Problem', code: string }> }>, pageInfo: { __typename?: 'PageInfo', hasNextPage: boolean, endCursor?: string | null } } | null };

export type EventTypesQueryVariables = Exact<{ [key: string]: never; }>;


export type EventTypesQuery = { __typename?: 'Query', catalog: { __typename?: 'Catalog', modules: Array<{ __typename?: 'Module', key: string, title: string, submodules: Array<{ __typename?: 'Submodule', key: string, title: string, eventTypes: Array<{ __typename?: 'EventType', key: string, title: string, help: string, origin: EventOrigin, recordType: { __typename?: 'RecordType', key: string }, derived?: { __typename?: 'Derived', on: DerivedOn, kind: DerivedKind } | null }> }> }> } };

export type EventEditorQueryVariables = Exact<{
  id: Scalars['ID']['input'];
}>;


export type EventEditorQuery = { __typename?: 'Query', event?: { __typename?: 'Event', id: string, version: number, enabled: boolean, description: string, type: string, archivedAt?: string | null, createdAt: string, updatedAt: string, eventType?: { __typename?: 'EventType', title: string, module: { __typename?: 'Module', key: string, title: string }, submodule: { __typename?: 'Submodule', key: string, title: string }, recordType: { __typename?: 'RecordType', key: string, title: string } } | null, terms: { __typename?: 'Terms', mode: TermsMode, groups: Array<{ __typename?: 'Terms', mode: TermsMode, groups: Array<{ __typename?: 'Terms', mode: TermsMode, groups: Array<{ __typename?: 'Terms', mode: TermsMode, terms: Array<{ __typename?: 'Term', field: string, operation: Operation, value?: unknown | null }> }>, terms: Array<{ __typename?: 'Term', field: string, operation: Operation, value?: unknown | null }> }>, terms: Array<{ __typename?: 'Term', field: string, operation: Operation, value?: unknown | null }> }>, terms: Array<{ __typename?: 'Term', field: string, operation: Operation, value?: unknown | null }> }, flows: Array<{ __typename?: 'Flow', id: string, description: string, enabled: boolean, trigger: FlowTrigger, problems: Array<{ __typename?: 'Problem', code: string }> }>, problems: Array<{ __typename?: 'Problem', code: string, path: Array<string>, message: string, nextStep?: string | null }> } | null };

export type EventFormFragment = { __typename?: 'Event', id: string, version: number, enabled: boolean, description: string, type: string, archivedAt?: string | null, createdAt: string, updatedAt: string, eventType?: { __typename?: 'EventType', title: string, module: { __typename?: 'Module', key: string, title: string }, submodule: { __typename?: 'Submodule', key: string, title: string }, recordType: { __typename?: 'RecordType', key: string, title: string } } | null, terms: { __typename?: 'Terms', mode: TermsMode, groups: Array<{ __typename?: 'Terms', mode: TermsMode, groups: Array<{ __typename?: 'Terms', mode: TermsMode, groups: Array<{ __typename?: 'Terms', mode: TermsMode, terms: Array<{ __typename?: 'Term', field: string, operation: Operation, value?: unknown | null }> }>, terms: Array<{ __typename?: 'Term', field: string, operation: Operation, value?: unknown | null }> }>, terms: Array<{ __typename?: 'Term', field: string, operation: Operation, value?: unknown | null }> }>, terms: Array<{ __typename?: 'Term', field: string, operation: Operation, value?: unknown | null }> }, flows: Array<{ __typename?: 'Flow', id: string, description: string, enabled: boolean, trigger: FlowTrigger, problems: Array<{ __typename?: 'Problem', code: string }> }>, problems: Array<{ __typename?: 'Problem', code: string, path: Array<string>, message: string, nextStep?: string | null }> };

export type EventTermsFragment = { __typename?: 'Terms', mode: TermsMode, terms: Array<{ __typename?: 'Term', field: string, operation: Operation, value?: unknown | null }> };

export type EventFieldsQueryVariables = Exact<{
  recordType: Scalars['String']['input'];
}>;


export type EventFieldsQuery = { __typename?: 'Query', catalog: { __typename?: 'Catalog', recordType?: { __typename?: 'RecordType', key: string, title: string, fields: Array<{ __typename?: 'RecordField', key: string, type: FieldType, title: string, help: string, unit?: string | null, open: boolean, operations: Array<Operation>, references: Array<{ __typename?: 'RecordType', key: string, title: string }>, enum: Array<{ __typename?: 'EnumValue', value: unknown, title: string }> }> } | null, operations: Array<{ __typename?: 'OperationInfo', operation: Operation, title: string, help: string, valueKind: ValueKind, types: Array<FieldType> }>, enum?: { __typename?: 'EnumLabels', values: Array<{ __typename?: 'EnumLabel', value: string, title: string }> } | null } };

export type EventValuesQueryVariables = Exact<{
  recordType: Scalars['String']['input'];
  field: Scalars['String']['input'];
  search?: InputMaybe<Scalars['String']['input']>;
  after?: InputMaybe<Scalars['Cursor']['input']>;
}>;


export type EventValuesQuery = { __typename?: 'Query', fieldOptions?: { __typename?: 'FieldOptionConnection', nodes: Array<{ __typename?: 'FieldOption', value: unknown, label: string, type?: string | null }>, pageInfo: { __typename?: 'PageInfo', hasNextPage: boolean, endCursor?: string | null } } | null };

export type EventFlowsQueryVariables = Exact<{
  search?: InputMaybe<Scalars['String']['input']>;
  after?: InputMaybe<Scalars['Cursor']['input']>;
}>;


export type EventFlowsQuery = { __typename?: 'Query', flows?: { __typename?: 'FlowConnection', nodes: Array<{ __typename?: 'Flow', id: string, description: string, enabled: boolean, trigger: FlowTrigger, problems: Array<{ __typename?: 'Problem', code: string }> }>, pageInfo: { __typename?: 'PageInfo', hasNextPage: boolean, endCursor?: string | null } } | null };

export type EventTryQueryVariables = Exact<{
  input: EventBacktestInput;
}>;


export type EventTryQuery = { __typename?: 'Query', eventBacktest?: { __typename?: 'EventBacktest', scanned: number, fired: number, undecided: number, cut: boolean, oldest?: string | null, problems: Array<{ __typename?: 'Problem', code: string, path: Array<string>, message: string }>, days: Array<{ __typename?: 'BacktestDay', date: string, scanned: number, fired: number, undecided: number }>, samples: Array<{ __typename?: 'BacktestSample', rowCount: number, occurrence?: { __typename?: 'Occurrence', id: string, subject: string, receivedAt: string } | null, rows: Array<{ __typename?: 'RowMatch', record: string, true: boolean, trace: Array<{ __typename?: 'TermTrace', path: Array<string>, field: string, operation: Operation, want?: unknown | null, got?: unknown | null, true?: boolean | null, undecided?: boolean | null }> }> }>, flows: Array<{ __typename?: 'BacktestFlow', messages: number, filteredOut: number, withoutRecipient: number, cut: boolean, flow?: { __typename?: 'Flow', id: string, description: string } | null, reason?: { __typename?: 'Reason', code: ReasonCode, message: string } | null, recipients?: Array<{ __typename?: 'BacktestRecipient', recipient: string, messages: number }> | null }> } | null };

export type EventAddMutationVariables = Exact<{
  input: EventCreateInput;
}>;


export type EventAddMutation = { __typename?: 'Mutation', eventCreate?: { __typename?: 'EventCreatePayload', repeat: boolean, event?: { __typename?: 'Event', id: string, version: number, enabled: boolean, description: string, type: string, archivedAt?: string | null, createdAt: string, updatedAt: string, eventType?: { __typename?: 'EventType', title: string, module: { __typename?: 'Module', key: string, title: string }, submodule: { __typename?: 'Submodule', key: string, title: string }, recordType: { __typename?: 'RecordType', key: string, title: string } } | null, terms: { __typename?: 'Terms', mode: TermsMode, groups: Array<{ __typename?: 'Terms', mode: TermsMode, groups: Array<{ __typename?: 'Terms', mode: TermsMode, groups: Array<{ __typename?: 'Terms', mode: TermsMode, terms: Array<{ __typename?: 'Term', field: string, operation: Operation, value?: unknown | null }> }>, terms: Array<{ __typename?: 'Term', field: string, operation: Operation, value?: unknown | null }> }>, terms: Array<{ __typename?: 'Term', field: string, operation: Operation, value?: unknown | null }> }>, terms: Array<{ __typename?: 'Term', field: string, operation: Operation, value?: unknown | null }> }, flows: Array<{ __typename?: 'Flow', id: string, description: string, enabled: boolean, trigger: FlowTrigger, problems: Array<{ __typename?: 'Problem', code: string }> }>, problems: Array<{ __typename?: 'Problem', code: string, path: Array<string>, message: string, nextStep?: string | null }> } | null, userErrors: Array<{ __typename?: 'UserError', code: UserErrorCode, problem?: string | null, message: string, field?: Array<string> | null, nextStep?: string | null }> } | null };

export type EventSaveMutationVariables = Exact<{
  id: Scalars['ID']['input'];
  input: EventUpdateInput;
}>;


export type EventSaveMutation = { __typename?: 'Mutation', eventUpdate?: { __typename?: 'EventUpdatePayload', event?: { __typename?: 'Event', id: string, version: number, enabled: boolean, description: string, type: string, archivedAt?: string | null, createdAt: string, updatedAt: string, eventType?: { __typename?: 'EventType', title: string, module: { __typename?: 'Module', key: string, title: string }, submodule: { __typename?: 'Submodule', key: string, title: string }, recordType: { __typename?: 'RecordType', key: string, title: string } } | null, terms: { __typename?: 'Terms', mode: TermsMode, groups: Array<{ __typename?: 'Terms', mode: TermsMode, groups: Array<{ __typename?: 'Terms', mode: TermsMode, groups: Array<{ __typename?: 'Terms', mode: TermsMode, terms: Array<{ __typename?: 'Term', field: string, operation: Operation, value?: unknown | null }> }>, terms: Array<{ __typename?: 'Term', field: string, operation: Operation, value?: unknown | null }> }>, terms: Array<{ __typename?: 'Term', field: string, operation: Operation, value?: unknown | null }> }>, terms: Array<{ __typename?: 'Term', field: string, operation: Operation, value?: unknown | null }> }, flows: Array<{ __typename?: 'Flow', id: string, description: string, enabled: boolean, trigger: FlowTrigger, problems: Array<{ __typename?: 'Problem', code: string }> }>, problems: Array<{ __typename?: 'Problem', code: string, path: Array<string>, message: string, nextStep?: string | null }> } | null, userErrors: Array<{ __typename?: 'UserError', code: UserErrorCode, problem?: string | null, message: string, field?: Array<string> | null, nextStep?: string | null }> } | null };

export type EventTurnOnMutationVariables = Exact<{
  id: Scalars['ID']['input'];
  expectedVersion?: InputMaybe<Scalars['Int']['input']>;
}>;


export type EventTurnOnMutation = { __typename?: 'Mutation', eventEnable?: { __typename?: 'EventEnablePayload', event?: { __typename?: 'Event', id: string, version: number, enabled: boolean } | null, userErrors: Array<{ __typename?: 'UserError', code: UserErrorCode, problem?: string | null, message: string, field?: Array<string> | null, nextStep?: string | null }> } | null };

export type EventTurnOffMutationVariables = Exact<{
  id: Scalars['ID']['input'];
  expectedVersion?: InputMaybe<Scalars['Int']['input']>;
}>;


export type EventTurnOffMutation = { __typename?: 'Mutation', eventDisable?: { __typename?: 'EventDisablePayload', event?: { __typename?: 'Event', id: string, version: number, enabled: boolean } | null, userErrors: Array<{ __typename?: 'UserError', code: UserErrorCode, message: string, nextStep?: string | null }> } | null };

export type EventRemoveMutationVariables = Exact<{
  id: Scalars['ID']['input'];
  expectedVersion?: InputMaybe<Scalars['Int']['input']>;
}>;


export type EventRemoveMutation = { __typename?: 'Mutation', eventArchive?: { __typename?: 'EventArchivePayload', event?: { __typename?: 'Event', id: string, archivedAt?: string | null } | null, userErrors: Array<{ __typename?: 'UserError', code: UserErrorCode, message: string, nextStep?: string | null }> } | null };

export type ExecutionsQueryVariables = Exact<{
  filter?: InputMaybe<ExecutionFilterInput>;
  orderBy?: InputMaybe<ExecutionOrderInput>;
  first?: InputMaybe<Scalars['Int']['input']>;
  after?: InputMaybe<Scalars['Cursor']['input']>;
  last?: InputMaybe<Scalars['Int']['input']>;
  before?: InputMaybe<Scalars['Cursor']['input']>;
}>;


export type ExecutionsQuery = { __typename?: 'Query', executions?: { __typename?: 'ExecutionConnection', totalCount?: number | null, totalCountIsExact?: boolean | null, nodes: Array<{ __typename?: 'Execution', id: string, createdAt: string, closedAt?: string | null, trigger: ExecutionTrigger, scheduledFor?: string | null, test: boolean, subject?: string | null, state: ExecutionState, outcome?: ExecutionOutcome | null, waitingFor?: ReasonCode | null, until?: string | null, flow?: { __typename?: 'Flow', id: string, description: string } | null, event?: { __typename?: 'Event', id: string, description: string } | null, startedBy?: { __typename?: 'Consumer', id: string, name: string } | null, reason?: { __typename?: 'Reason', code: ReasonCode, message: string, nextStep?: string | null } | null, deliveries: Array<{ __typename?: 'Delivery', state: DeliveryState }> }>, pageInfo: { __typename?: 'PageInfo', hasNextPage: boolean, endCursor?: string | null, hasPreviousPage: boolean, startCursor?: string | null } } | null };

export type ExecutionDetailQueryVariables = Exact<{
  id: Scalars['ID']['input'];
}>;


export type ExecutionDetailQuery = { __typename?: 'Query', execution?: { __typename?: 'Execution', id: string, state: ExecutionState, outcome?: ExecutionOutcome | null, waitingFor?: ReasonCode | null, until?: string | null, trigger: ExecutionTrigger, scheduledFor?: string | null, test: boolean, subject?: string | null, rows: Array<string>, payloadsPruned: boolean, createdAt: string, startedAt?: string | null, closedAt?: string | null, reason?: { __typename?: 'Reason', code: ReasonCode, message: string, path?: string | null, provider?: string | null, nextStep?: string | null } | null, flow?: { __typename?: 'Flow', id: string, description: string, enabled: boolean } | null, flowVersion?: { __typename?: 'FlowVersion', version: number, savedAt: string } | null, startedBy?: { __typename?: 'Consumer', id: string, name: string } | null, event?: { __typename?: 'Event', id: string, description: string } | null, occurrence?: { __typename?: 'Occurrence', id: string, type: string, subject: string, source: string, time: string } | null, collection?: { __typename?: 'Collection', open: boolean, openedAt: string, lastAt: string, occurrenceCount: number, rowCount: number } | null, fetch?: { __typename?: 'Fetch', attempts: number, askedAt?: string | null, doneAt?: string | null, rowCount: number, reason?: { __typename?: 'Reason', code: ReasonCode, message: string, path?: string | null, nextStep?: string | null } | null, questions: Array<{ __typename?: 'FetchQuestion', parameters?: unknown | null, about: string, rowCount: number }>, rows: Array<{ __typename?: 'FetchedRow', record: string, question: number, data: unknown }>, hidden: Array<{ __typename?: 'Hidden', path: Array<string>, needs: Array<{ __typename?: 'Permission', module: string, submodule: string, action: Action }> }> } | null, deliveries: Array<{ __typename?: 'Delivery', id: string, state: DeliveryState, recipient?: string | null, values: Array<string | null>, record?: string | null, target: number, action: string, providerId?: string | null, waitingFor?: ReasonCode | null, dueAt?: string | null, attemptCount: number, flagged: boolean, flowTarget?: { __typename?: 'FlowTarget', connectorAction?: { __typename?: 'ConnectorAction', title: string } | null, followUp?: { __typename?: 'FollowUp', of: number, when: FollowUpCondition, within: string } | null } | null, follows: Array<{ __typename?: 'Delivery', id: string, target: number, state: DeliveryState }>, followUps: Array<{ __typename?: 'Delivery', id: string, target: number, state: DeliveryState, dueAt?: string | null }>, integration?: { __typename?: 'Integration', id: string, name: string } | null, reason?: { __typename?: 'Reason', code: ReasonCode, message: string, path?: string | null, provider?: string | null, nextStep?: string | null } | null, suppression?: { __typename?: 'Suppression', id: string, ground: SuppressionGround, until?: string | null } | null, attempts: Array<{ __typename?: 'Attempt', number: number, counted: boolean, startedAt: string, finishedAt: string, kind: OutcomeKind, scope: OutcomeScope, code?: string | null, message: string, nextStep?: string | null, path?: string | null, retryAfter?: string | null, adjusted: Array<{ __typename?: 'Adjustment', path: Array<string>, reason: string, sent: string }> }>, receipts: Array<{ __typename?: 'Receipt', status: ReceiptStatus, at: string, receivedAt: string, code?: string | null, message: string, flagged: boolean, pricing?: { __typename?: 'ReceiptPricing', category?: string | null, billable?: boolean | null } | null }>, hidden: Array<{ __typename?: 'Hidden', path: Array<string>, needs: Array<{ __typename?: 'Permission', module: string, submodule: string, action: Action }> }> }>, timeline: Array<{ __typename?: 'Change', cursor: string, at: string, subject: ChangeSubject, aspect: ChangeAspect, from?: string | null, to: string, cause: { __typename?: 'Reason', code: ReasonCode, message: string, by?: { __typename?: 'AuditEntry', id: string } | { __typename?: 'Consumer', id: string } | { __typename?: 'Delivery', id: string } | { __typename?: 'Event', id: string } | { __typename?: 'Execution', id: string } | { __typename?: 'Flow', id: string } | { __typename?: 'Group', id: string } | { __typename?: 'Integration', id: string } | { __typename?: 'Occurrence', id: string } | { __typename?: 'Record', id: string } | { __typename?: 'Suppression', id: string } | null } }>, replayOf?: { __typename?: 'Execution', id: string } | null, replays: { __typename?: 'ExecutionConnection', nodes: Array<{ __typename?: 'Execution', id: string, createdAt: string, outcome?: ExecutionOutcome | null }>, pageInfo: { __typename?: 'PageInfo', hasNextPage: boolean, endCursor?: string | null } }, hidden: Array<{ __typename?: 'Hidden', path: Array<string>, needs: Array<{ __typename?: 'Permission', module: string, submodule: string, action: Action }> }> } | null };

export type ExecutionMessageFragment = { __typename?: 'Delivery', id: string, state: DeliveryState, recipient?: string | null, values: Array<string | null>, record?: string | null, target: number, action: string, providerId?: string | null, waitingFor?: ReasonCode | null, dueAt?: string | null, attemptCount: number, flagged: boolean, flowTarget?: { __typename?: 'FlowTarget', connectorAction?: { __typename?: 'ConnectorAction', title: string } | null, followUp?: { __typename?: 'FollowUp', of: number, when: FollowUpCondition, within: string } | null } | null, follows: Array<{ __typename?: 'Delivery', id: string, target: number, state: DeliveryState }>, followUps: Array<{ __typename?: 'Delivery', id: string, target: number, state: DeliveryState, dueAt?: string | null }>, integration?: { __typename?: 'Integration', id: string, name: string } | null, reason?: { __typename?: 'Reason', code: ReasonCode, message: string, path?: string | null, provider?: string | null, nextStep?: string | null } | null, suppression?: { __typename?: 'Suppression', id: string, ground: SuppressionGround, until?: string | null } | null, attempts: Array<{ __typename?: 'Attempt', number: number, counted: boolean, startedAt: string, finishedAt: string, kind: OutcomeKind, scope: OutcomeScope, code?: string | null, message: string, nextStep?: string | null, path?: string | null, retryAfter?: string | null, adjusted: Array<{ __typename?: 'Adjustment', path: Array<string>, reason: string, sent: string }> }>, receipts: Array<{ __typename?: 'Receipt', status: ReceiptStatus, at: string, receivedAt: string, code?: string | null, message: string, flagged: boolean, pricing?: { __typename?: 'ReceiptPricing', category?: string | null, billable?: boolean | null } | null }>, hidden: Array<{ __typename?: 'Hidden', path: Array<string>, needs: Array<{ __typename?: 'Permission', module: string, submodule: string, action: Action }> }> };

export type ExecutionLiveSubscriptionVariables = Exact<{
  id: Scalars['ID']['input'];
  after?: InputMaybe<Scalars['Cursor']['input']>;
}>;


export type ExecutionLiveSubscription = { __typename?: 'Subscription', executionChanged: { __typename?: 'ExecutionChange', cursor: string, change: { __typename?: 'Change', at: string, subject: ChangeSubject, aspect: ChangeAspect, from?: string | null, to: string, cause: { __typename?: 'Reason', code: ReasonCode, message: string } }, execution: { __typename?: 'Execution', id: string, state: ExecutionState, outcome?: ExecutionOutcome | null, waitingFor?: ReasonCode | null, until?: string | null, closedAt?: string | null }, delivery?: { __typename?: 'Delivery', id: string, state: DeliveryState, target: number, recipient?: string | null, attemptCount: number } | null } };

export type ReplayDialogueQueryVariables = Exact<{
  id: Scalars['ID']['input'];
  input: ExecutionReplayInput;
}>;


export type ReplayDialogueQuery = { __typename?: 'Query', executionReplayPreview?: { __typename?: 'FlowPreview', obstacles: Array<{ __typename?: 'Reason', code: ReasonCode, message: string, nextStep?: string | null }>, problems: Array<{ __typename?: 'Problem', code: string, path: Array<string>, message: string }>, executions: Array<{ __typename?: 'ExecutionPreview', outcome: ExecutionOutcome, reason?: { __typename?: 'Reason', code: ReasonCode, message: string } | null, deliveries: Array<{ __typename?: 'DeliveryPreview', state: DeliveryState, target: number, recipient?: string | null, values: Array<string | null>, text?: string | null, integration?: { __typename?: 'Integration', name: string } | null, reason?: { __typename?: 'Reason', code: ReasonCode, message: string } | null }> }> } | null };

export type ReplayStartMutationVariables = Exact<{
  id: Scalars['ID']['input'];
  input: ExecutionReplayInput;
}>;


export type ReplayStartMutation = { __typename?: 'Mutation', executionReplay?: { __typename?: 'ExecutionReplayPayload', repeat: boolean, execution?: { __typename?: 'Execution', id: string, state: ExecutionState, trigger: ExecutionTrigger, replayOf?: { __typename?: 'Execution', id: string } | null } | null, userErrors: Array<{ __typename?: 'UserError', code: UserErrorCode, message: string, field?: Array<string> | null, nextStep?: string | null }> } | null };

export type ExecutionStopMutationVariables = Exact<{
  id: Scalars['ID']['input'];
}>;


export type ExecutionStopMutation = { __typename?: 'Mutation', executionCancel?: { __typename?: 'ExecutionCancelPayload', execution?: { __typename?: 'Execution', id: string, state: ExecutionState, outcome?: ExecutionOutcome | null } | null, userErrors: Array<{ __typename?: 'UserError', code: UserErrorCode, message: string, nextStep?: string | null }> } | null };

export type MessageSendAgainMutationVariables = Exact<{
  id: Scalars['ID']['input'];
}>;


export type MessageSendAgainMutation = { __typename?: 'Mutation', deliveryRetry?: { __typename?: 'DeliveryRetryPayload', delivery?: { __typename?: 'Delivery', id: string, state: DeliveryState, recipient?: string | null, values: Array<string | null>, record?: string | null, target: number, action: string, providerId?: string | null, waitingFor?: ReasonCode | null, dueAt?: string | null, attemptCount: number, flagged: boolean, flowTarget?: { __typename?: 'FlowTarget', connectorAction?: { __typename?: 'ConnectorAction', title: string } | null, followUp?: { __typename?: 'FollowUp', of: number, when: FollowUpCondition, within: string } | null } | null, follows: Array<{ __typename?: 'Delivery', id: string, target: number, state: DeliveryState }>, followUps: Array<{ __typename?: 'Delivery', id: string, target: number, state: DeliveryState, dueAt?: string | null }>, integration?: { __typename?: 'Integration', id: string, name: string } | null, reason?: { __typename?: 'Reason', code: ReasonCode, message: string, path?: string | null, provider?: string | null, nextStep?: string | null } | null, suppression?: { __typename?: 'Suppression', id: string, ground: SuppressionGround, until?: string | null } | null, attempts: Array<{ __typename?: 'Attempt', number: number, counted: boolean, startedAt: string, finishedAt: string, kind: OutcomeKind, scope: OutcomeScope, code?: string | null, message: string, nextStep?: string | null, path?: string | null, retryAfter?: string | null, adjusted: Array<{ __typename?: 'Adjustment', path: Array<string>, reason: string, sent: string }> }>, receipts: Array<{ __typename?: 'Receipt', status: ReceiptStatus, at: string, receivedAt: string, code?: string | null, message: string, flagged: boolean, pricing?: { __typename?: 'ReceiptPricing', category?: string | null, billable?: boolean | null } | null }>, hidden: Array<{ __typename?: 'Hidden', path: Array<string>, needs: Array<{ __typename?: 'Permission', module: string, submodule: string, action: Action }> }> } | null, userErrors: Array<{ __typename?: 'UserError', code: UserErrorCode, message: string, nextStep?: string | null }> } | null };

export type MessageAskMutationVariables = Exact<{
  id: Scalars['ID']['input'];
}>;


export type MessageAskMutation = { __typename?: 'Mutation', deliveryLookup?: { __typename?: 'DeliveryLookupPayload', answer?: LookupState | null, message?: string | null, delivery?: { __typename?: 'Delivery', id: string, state: DeliveryState, recipient?: string | null, values: Array<string | null>, record?: string | null, target: number, action: string, providerId?: string | null, waitingFor?: ReasonCode | null, dueAt?: string | null, attemptCount: number, flagged: boolean, flowTarget?: { __typename?: 'FlowTarget', connectorAction?: { __typename?: 'ConnectorAction', title: string } | null, followUp?: { __typename?: 'FollowUp', of: number, when: FollowUpCondition, within: string } | null } | null, follows: Array<{ __typename?: 'Delivery', id: string, target: number, state: DeliveryState }>, followUps: Array<{ __typename?: 'Delivery', id: string, target: number, state: DeliveryState, dueAt?: string | null }>, integration?: { __typename?: 'Integration', id: string, name: string } | null, reason?: { __typename?: 'Reason', code: ReasonCode, message: string, path?: string | null, provider?: string | null, nextStep?: string | null } | null, suppression?: { __typename?: 'Suppression', id: string, ground: SuppressionGround, until?: string | null } | null, attempts: Array<{ __typename?: 'Attempt', number: number, counted: boolean, startedAt: string, finishedAt: string, kind: OutcomeKind, scope: OutcomeScope, code?: string | null, message: string, nextStep?: string | null, path?: string | null, retryAfter?: string | null, adjusted: Array<{ __typename?: 'Adjustment', path: Array<string>, reason: string, sent: string }> }>, receipts: Array<{ __typename?: 'Receipt', status: ReceiptStatus, at: string, receivedAt: string, code?: string | null, message: string, flagged: boolean, pricing?: { __typename?: 'ReceiptPricing', category?: string | null, billable?: boolean | null } | null }>, hidden: Array<{ __typename?: 'Hidden', path: Array<string>, needs: Array<{ __typename?: 'Permission', module: string, submodule: string, action: Action }> }> } | null, userErrors: Array<{ __typename?: 'UserError', code: UserErrorCode, message: string, nextStep?: string | null }> } | null };

export type MessageSettleMutationVariables = Exact<{
  id: Scalars['ID']['input'];
  input: DeliveryResolveInput;
}>;


export type MessageSettleMutation = { __typename?: 'Mutation', deliveryResolve?: { __typename?: 'DeliveryResolvePayload', delivery?: { __typename?: 'Delivery', id: string, state: DeliveryState, recipient?: string | null, values: Array<string | null>, record?: string | null, target: number, action: string, providerId?: string | null, waitingFor?: ReasonCode | null, dueAt?: string | null, attemptCount: number, flagged: boolean, flowTarget?: { __typename?: 'FlowTarget', connectorAction?: { __typename?: 'ConnectorAction', title: string } | null, followUp?: { __typename?: 'FollowUp', of: number, when: FollowUpCondition, within: string } | null } | null, follows: Array<{ __typename?: 'Delivery', id: string, target: number, state: DeliveryState }>, followUps: Array<{ __typename?: 'Delivery', id: string, target: number, state: DeliveryState, dueAt?: string | null }>, integration?: { __typename?: 'Integration', id: string, name: string } | null, reason?: { __typename?: 'Reason', code: ReasonCode, message: string, path?: string | null, provider?: string | null, nextStep?: string | null } | null, suppression?: { __typename?: 'Suppression', id: string, ground: SuppressionGround, until?: string | null } | null, attempts: Array<{ __typename?: 'Attempt', number: number, counted: boolean, startedAt: string, finishedAt: string, kind: OutcomeKind, scope: OutcomeScope, code?: string | null, message: string, nextStep?: string | null, path?: string | null, retryAfter?: string | null, adjusted: Array<{ __typename?: 'Adjustment', path: Array<string>, reason: string, sent: string }> }>, receipts: Array<{ __typename?: 'Receipt', status: ReceiptStatus, at: string, receivedAt: string, code?: string | null, message: string, flagged: boolean, pricing?: { __typename?: 'ReceiptPricing', category?: string | null, billable?: boolean | null } | null }>, hidden: Array<{ __typename?: 'Hidden', path: Array<string>, needs: Array<{ __typename?: 'Permission', module: string, submodule: string, action: Action }> }> } | null, userErrors: Array<{ __typename?: 'UserError', code: UserErrorCode, message: string, field?: Array<string> | null, nextStep?: string | null }> } | null };

export type FlowsQueryVariables = Exact<{
  filter?: InputMaybe<FlowFilterInput>;
  orderBy?: InputMaybe<FlowOrderInput>;
  first?: InputMaybe<Scalars['Int']['input']>;
  after?: InputMaybe<Scalars['Cursor']['input']>;
}>;


export type FlowsQuery = { __typename?: 'Query', flows?: { __typename?: 'FlowConnection', totalCount?: number | null, nodes: Array<{ __typename?: 'Flow', id: string, version: number, enabled: boolean, description: string, trigger: FlowTrigger, nextRun?: string | null, updatedAt: string, source?: { __typename?: 'FlowSource', action: string, sourceAction?: { __typename?: 'SourceAction', title: string } | null, consumer?: { __typename?: 'Consumer', id: string, name: string } | null } | null, targets: Array<{ __typename?: 'FlowTarget', action: string, integration?: { __typename?: 'Integration', id: string, name: string, state: IntegrationState } | null, connectorAction?: { __typename?: 'ConnectorAction', title: string } | null }>, problems: Array<{ __typename?: 'Problem', code: string }>, paused?: { __typename?: 'Reason', code: ReasonCode, message: string, nextStep?: string | null } | null, lastRun?: { __typename?: 'Execution', id: string, state: ExecutionState, outcome?: ExecutionOutcome | null, closedAt?: string | null, reason?: { __typename?: 'Reason', code: ReasonCode, message: string } | null } | null }>, pageInfo: { __typename?: 'PageInfo', hasNextPage: boolean, endCursor?: string | null } } | null };

export type FlowEditorQueryVariables = Exact<{
  id: Scalars['ID']['input'];
}>;


export type FlowEditorQuery = { __typename?: 'Query', flow?: { __typename?: 'Flow', id: string, version: number, enabled: boolean, description: string, trigger: FlowTrigger, nextRuns: Array<string>, checkedAt?: string | null, archivedAt?: string | null, createdAt: string, updatedAt: string, schedule?: { __typename: 'CronSchedule', expression: string, cronZone: string, cronMissed: MissedRuns, cronStart?: string | null, cronEnd?: string | null } | { __typename: 'DateSchedule', local?: string | null, at?: string | null, dateZone: string, dateMissed: MissedRuns } | { __typename: 'IntervalSchedule', every: number, unit: ScheduleUnit, anchor?: string | null, intervalZone: string, intervalMissed: MissedRuns, intervalStart?: string | null, intervalEnd?: string | null } | null, source?: { __typename?: 'FlowSource', module: SourceModule, action: string, parameters?: unknown | null, rows: SourceRows, consumer?: { __typename?: 'Consumer', id: string, name: string } | null, sourceAction?: { __typename?: 'SourceAction', title: string, recordType: { __typename?: 'RecordType', key: string, title: string } } | null, fetch?: { __typename?: 'SourceFetch', action: string, parameters?: unknown | null, about: string, integration?: { __typename?: 'Integration', id: string, name: string, state: IntegrationState } | null, mapping: Array<{ __typename?: 'MappingEntry', name?: string | null, field: string, constant?: string | null, expression?: unknown | null, missing: MissingPolicy, default?: string | null }> } | null } | null, filter: { __typename?: 'Terms', mode: TermsMode, groups: Array<{ __typename?: 'Terms', mode: TermsMode, groups: Array<{ __typename?: 'Terms', mode: TermsMode, groups: Array<{ __typename?: 'Terms', mode: TermsMode, terms: Array<{ __typename?: 'Term', field: string, operation: Operation, value?: unknown | null }> }>, terms: Array<{ __typename?: 'Term', field: string, operation: Operation, value?: unknown | null }> }>, terms: Array<{ __typename?: 'Term', field: string, operation: Operation, value?: unknown | null }> }>, terms: Array<{ __typename?: 'Term', field: string, operation: Operation, value?: unknown | null }> }, targets: Array<{ __typename?: 'FlowTarget', action: string, parameters?: unknown | null, integration?: { __typename?: 'Integration', id: string, name: string } | null, connectorAction?: { __typename?: 'ConnectorAction', title: string } | null, recipient?: { __typename: 'ConstantRecipient', constant: string } | { __typename: 'FieldRecipient', field: string } | { __typename: 'FirstRecipient', first: Array<{ __typename: 'ConstantRecipient', constant: string } | { __typename: 'FieldRecipient', field: string } | { __typename: 'FirstRecipient' } | { __typename: 'SeveralRecipients' }> } | { __typename: 'SeveralRecipients', all: Array<{ __typename: 'ConstantRecipient', constant: string } | { __typename: 'FieldRecipient', field: string } | { __typename: 'FirstRecipient', first: Array<{ __typename: 'ConstantRecipient', constant: string } | { __typename: 'FieldRecipient', field: string } | { __typename: 'FirstRecipient' } | { __typename: 'SeveralRecipients' }> } | { __typename: 'SeveralRecipients' }> } | null, mapping: Array<{ __typename?: 'MappingEntry', position: number, name?: string | null, field: string, constant?: string | null, expression?: unknown | null, missing: MissingPolicy, default?: string | null }>, followUp?: { __typename?: 'FollowUp', of: number, when: FollowUpCondition, within: string } | null }>, settings: { __typename?: 'FlowSettings', maxAttempts: number, maxAge: string, unknownPolicy: UnknownPolicy, unknownWait: string, locale?: string | null, timeZone?: string | null, defaultCountry?: string | null, ordering: FlowOrdering, maxInFlight?: number | null, quietHours?: { __typename?: 'QuietHours', from: string, to: string, days: Array<Weekday>, zone: QuietZone, timeZone?: string | null } | null, collect?: { __typename?: 'Collect', by: CollectBy, field?: string | null, mode: CollectMode, window: string, atMost: string, limit: number } | null }, problems: Array<{ __typename?: 'Problem', code: string, path: Array<string>, message: string, nextStep?: string | null }>, warnings: Array<{ __typename?: 'Problem', code: string, path: Array<string>, message: string, nextStep?: string | null }>, permissionsNeeded: Array<{ __typename?: 'Permission', module: string, submodule: string, action: Action }>, paused?: { __typename?: 'Reason', code: ReasonCode, message: string, nextStep?: string | null } | null, pause?: { __typename?: 'Pause', since: string, until?: string | null, reason: { __typename?: 'Reason', message: string, by?: { __typename?: 'AuditEntry', id: string } | { __typename?: 'Consumer', id: string } | { __typename?: 'Delivery', id: string } | { __typename?: 'Event', id: string } | { __typename?: 'Execution', id: string } | { __typename?: 'Flow', id: string } | { __typename?: 'Group', id: string } | { __typename?: 'Integration', id: string } | { __typename?: 'Occurrence', id: string } | { __typename?: 'Record', id: string } | { __typename?: 'Suppression', id: string } | null } } | null, hidden: Array<{ __typename?: 'Hidden', path: Array<string>, needs: Array<{ __typename?: 'Permission', module: string, submodule: string, action: Action }> }> } | null };

export type FlowFormFragment = { __typename?: 'Flow', id: string, version: number, enabled: boolean, description: string, trigger: FlowTrigger, nextRuns: Array<string>, checkedAt?: string | null, archivedAt?: string | null, createdAt: string, updatedAt: string, schedule?: { __typename: 'CronSchedule', expression: string, cronZone: string, cronMissed: MissedRuns, cronStart?: string | null, cronEnd?: string | null } | { __typename: 'DateSchedule', local?: string | null, at?: string | null, dateZone: string, dateMissed: MissedRuns } | { __typename: 'IntervalSchedule', every: number, unit: ScheduleUnit, anchor?: string | null, intervalZone: string, intervalMissed: MissedRuns, intervalStart?: string | null, intervalEnd?: string | null } | null, source?: { __typename?: 'FlowSource', module: SourceModule, action: string, parameters?: unknown | null, rows: SourceRows, consumer?: { __typename?: 'Consumer', id: string, name: string } | null, sourceAction?: { __typename?: 'SourceAction', title: string, recordType: { __typename?: 'RecordType', key: string, title: string } } | null, fetch?: { __typename?: 'SourceFetch', action: string, parameters?: unknown | null, about: string, integration?: { __typename?: 'Integration', id: string, name: string, state: IntegrationState } | null, mapping: Array<{ __typename?: 'MappingEntry', name?: string | null, field: string, constant?: string | null, expression?: unknown | null, missing: MissingPolicy, default?: string | null }> } | null } | null, filter: { __typename?: 'Terms', mode: TermsMode, groups: Array<{ __typename?: 'Terms', mode: TermsMode, groups: Array<{ __typename?: 'Terms', mode: TermsMode, groups: Array<{ __typename?: 'Terms', mode: TermsMode, terms: Array<{ __typename?: 'Term', field: string, operation: Operation, value?: unknown | null }> }>, terms: Array<{ __typename?: 'Term', field: string, operation: Operation, value?: unknown | null }> }>, terms: Array<{ __typename?: 'Term', field: string, operation: Operation, value?: unknown | null }> }>, terms: Array<{ __typename?: 'Term', field: string, operation: Operation, value?: unknown | null }> }, targets: Array<{ __typename?: 'FlowTarget', action: string, parameters?: unknown | null, integration?: { __typename?: 'Integration', id: string, name: string } | null, connectorAction?: { __typename?: 'ConnectorAction', title: string } | null, recipient?: { __typename: 'ConstantRecipient', constant: string } | { __typename: 'FieldRecipient', field: string } | { __typename: 'FirstRecipient', first: Array<{ __typename: 'ConstantRecipient', constant: string } | { __typename: 'FieldRecipient', field: string } | { __typename: 'FirstRecipient' } | { __typename: 'SeveralRecipients' }> } | { __typename: 'SeveralRecipients', all: Array<{ __typename: 'ConstantRecipient', constant: string } | { __typename: 'FieldRecipient', field: string } | { __typename: 'FirstRecipient', first: Array<{ __typename: 'ConstantRecipient', constant: string } | { __typename: 'FieldRecipient', field: string } | { __typename: 'FirstRecipient' } | { __typename: 'SeveralRecipients' }> } | { __typename: 'SeveralRecipients' }> } | null, mapping: Array<{ __typename?: 'MappingEntry', position: number, name?: string | null, field: string, constant?: string | null, expression?: unknown | null, missing: MissingPolicy, default?: string | null }>, followUp?: { __typename?: 'FollowUp', of: number, when: FollowUpCondition, within: string } | null }>, settings: { __typename?: 'FlowSettings', maxAttempts: number, maxAge: string, unknownPolicy: UnknownPolicy, unknownWait: string, locale?: string | null, timeZone?: string | null, defaultCountry?: string | null, ordering: FlowOrdering, maxInFlight?: number | null, quietHours?: { __typename?: 'QuietHours', from: string, to: string, days: Array<Weekday>, zone: QuietZone, timeZone?: string | null } | null, collect?: { __typename?: 'Collect', by: CollectBy, field?: string | null, mode: CollectMode, window: string, atMost: string, limit: number } | null }, problems: Array<{ __typename?: 'Problem', code: string, path: Array<string>, message: string, nextStep?: string | null }>, warnings: Array<{ __typename?: 'Problem', code: string, path: Array<string>, message: string, nextStep?: string | null }>, permissionsNeeded: Array<{ __typename?: 'Permission', module: string, submodule: string, action: Action }>, paused?: { __typename?: 'Reason', code: ReasonCode, message: string, nextStep?: string | null } | null, pause?: { __typename?: 'Pause', since: string, until?: string | null, reason: { __typename?: 'Reason', message: string, by?: { __typename?: 'AuditEntry', id: string } | { __typename?: 'Consumer', id: string } | { __typename?: 'Delivery', id: string } | { __typename?: 'Event', id: string } | { __typename?: 'Execution', id: string } | { __typename?: 'Flow', id: string } | { __typename?: 'Group', id: string } | { __typename?: 'Integration', id: string } | { __typename?: 'Occurrence', id: string } | { __typename?: 'Record', id: string } | { __typename?: 'Suppression', id: string } | null } } | null, hidden: Array<{ __typename?: 'Hidden', path: Array<string>, needs: Array<{ __typename?: 'Permission', module: string, submodule: string, action: Action }> }> };

export type FlowFilterFragment = { __typename?: 'Terms', mode: TermsMode, terms: Array<{ __typename?: 'Term', field: string, operation: Operation, value?: unknown | null }> };

type FlowRecipient_ConstantRecipient_Fragment = { __typename: 'ConstantRecipient', constant: string };

type FlowRecipient_FieldRecipient_Fragment = { __typename: 'FieldRecipient', field: string };

type FlowRecipient_FirstRecipient_Fragment = { __typename: 'FirstRecipient' };

type FlowRecipient_SeveralRecipients_Fragment = { __typename: 'SeveralRecipients' };

export type FlowRecipientFragment = FlowRecipient_ConstantRecipient_Fragment | FlowRecipient_FieldRecipient_Fragment | FlowRecipient_FirstRecipient_Fragment | FlowRecipient_SeveralRecipients_Fragment;

export type FlowConsumersQueryVariables = Exact<{
  search?: InputMaybe<Scalars['String']['input']>;
  after?: InputMaybe<Scalars['Cursor']['input']>;
}>;


export type FlowConsumersQuery = { __typename?: 'Query', consumers?: { __typename?: 'ConsumerConnection', nodes: Array<{ __typename?: 'Consumer', id: string, name: string, hubEnabled: boolean, expiresAt?: string | null, group?: { __typename?: 'Group', description: string } | null }>, pageInfo: { __typename?: 'PageInfo', hasNextPage: boolean, endCursor?: string | null } } | null };

export type SourceActionsQueryVariables = Exact<{ [key: string]: never; }>;


export type SourceActionsQuery = { __typename?: 'Query', catalog: { __typename?: 'Catalog', sourceActions: Array<{ __typename?: 'SourceAction', key: string, title: string, help: string, recordType: { __typename?: 'RecordType', key: string, title: string }, parameters: Array<{ __typename?: 'RecordField', key: string, type: FieldType, title: string, help: string, many: boolean, default?: unknown | null, min?: number | null, max?: number | null, references: Array<{ __typename?: 'RecordType', key: string }>, enum: Array<{ __typename?: 'EnumValue', value: unknown, title: string }> }> }> } };

export type FilterFieldsQueryVariables = Exact<{
  recordType: Scalars['String']['input'];
}>;


export type FilterFieldsQuery = { __typename?: 'Query', catalog: { __typename?: 'Catalog', recordType?: { __typename?: 'RecordType', key: string, fields: Array<{ __typename?: 'RecordField', key: string, type: FieldType, title: string, help: string, unit?: string | null, operations: Array<Operation>, references: Array<{ __typename?: 'RecordType', key: string }>, enum: Array<{ __typename?: 'EnumValue', value: unknown, title: string }> }> } | null, operations: Array<{ __typename?: 'OperationInfo', operation: Operation, title: string, valueKind: ValueKind, types: Array<FieldType> }> } };

export type FilterValuesQueryVariables = Exact<{
  recordType: Scalars['String']['input'];
  field: Scalars['String']['input'];
  search?: InputMaybe<Scalars['String']['input']>;
  after?: InputMaybe<Scalars['Cursor']['input']>;
}>;


export type FilterValuesQuery = { __typename?: 'Query', fieldOptions?: { __typename?: 'FieldOptionConnection', nodes: Array<{ __typename?: 'FieldOption', value: unknown, label: string, type?: string | null }>, pageInfo: { __typename?: 'PageInfo', hasNextPage: boolean, endCursor?: string | null } } | null };

export type FlowConnectionsQueryVariables = Exact<{
  search?: InputMaybe<Scalars['String']['input']>;
  after?: InputMaybe<Scalars['Cursor']['input']>;
}>;


export type FlowConnectionsQuery = { __typename?: 'Query', integrations?: { __typename?: 'IntegrationConnection', nodes: Array<{ __typename?: 'Integration', id: string, name: string, state: IntegrationState, connector?: { __typename?: 'Connector', name: string, title: string, actions: Array<{ __typename?: 'ConnectorAction', key: string, title: string, help: string, category: string, language?: string | null, parameters: { __typename?: 'ParameterSchema', json: unknown, labels: Array<{ __typename?: 'PropertyLabel', name: string, title: string, help: string }> }, recipient: { __typename?: 'RecipientSpec', format?: string | null, title: string, help: string } }>, sources: Array<{ __typename?: 'ConnectorSource', key: string, title: string, help: string, category: string, parameters: { __typename?: 'ParameterSchema', json: unknown, labels: Array<{ __typename?: 'PropertyLabel', name: string, title: string, help: string }> } }> } | null }>, pageInfo: { __typename?: 'PageInfo', hasNextPage: boolean, endCursor?: string | null } } | null };

export type FlowSettingInputsQueryVariables = Exact<{ [key: string]: never; }>;


export type FlowSettingInputsQuery = { __typename?: 'Query', catalog: { __typename?: 'Catalog', flowSettings: Array<{ __typename?: 'RecordField', key: string, type: FieldType, title: string, help: string, unit?: string | null, default?: unknown | null, min?: number | null, max?: number | null, enum: Array<{ __typename?: 'EnumValue', value: unknown, title: string }> }> } };

export type FlowNextRunsQueryVariables = Exact<{
  schedule: FlowScheduleInput;
}>;


export type FlowNextRunsQuery = { __typename?: 'Query', scheduleNextRuns?: { __typename?: 'SchedulePreview', runs: Array<string>, problems: Array<{ __typename?: 'Problem', code: string, path: Array<string>, message: string }> } | null };

export type FlowAddMutationVariables = Exact<{
  input: FlowCreateInput;
}>;


export type FlowAddMutation = { __typename?: 'Mutation', flowCreate?: { __typename?: 'FlowCreatePayload', repeat: boolean, flow?: { __typename?: 'Flow', id: string, version: number, enabled: boolean, description: string, trigger: FlowTrigger, nextRuns: Array<string>, checkedAt?: string | null, archivedAt?: string | null, createdAt: string, updatedAt: string, schedule?: { __typename: 'CronSchedule', expression: string, cronZone: string, cronMissed: MissedRuns, cronStart?: string | null, cronEnd?: string | null } | { __typename: 'DateSchedule', local?: string | null, at?: string | null, dateZone: string, dateMissed: MissedRuns } | { __typename: 'IntervalSchedule', every: number, unit: ScheduleUnit, anchor?: string | null, intervalZone: string, intervalMissed: MissedRuns, intervalStart?: string | null, intervalEnd?: string | null } | null, source?: { __typename?: 'FlowSource', module: SourceModule, action: string, parameters?: unknown | null, rows: SourceRows, consumer?: { __typename?: 'Consumer', id: string, name: string } | null, sourceAction?: { __typename?: 'SourceAction', title: string, recordType: { __typename?: 'RecordType', key: string, title: string } } | null, fetch?: { __typename?: 'SourceFetch', action: string, parameters?: unknown | null, about: string, integration?: { __typename?: 'Integration', id: string, name: string, state: IntegrationState } | null, mapping: Array<{ __typename?: 'MappingEntry', name?: string | null, field: string, constant?: string | null, expression?: unknown | null, missing: MissingPolicy, default?: string | null }> } | null } | null, filter: { __typename?: 'Terms', mode: TermsMode, groups: Array<{ __typename?: 'Terms', mode: TermsMode, groups: Array<{ __typename?: 'Terms', mode: TermsMode, groups: Array<{ __typename?: 'Terms', mode: TermsMode, terms: Array<{ __typename?: 'Term', field: string, operation: Operation, value?: unknown | null }> }>, terms: Array<{ __typename?: 'Term', field: string, operation: Operation, value?: unknown | null }> }>, terms: Array<{ __typename?: 'Term', field: string, operation: Operation, value?: unknown | null }> }>, terms: Array<{ __typename?: 'Term', field: string, operation: Operation, value?: unknown | null }> }, targets: Array<{ __typename?: 'FlowTarget', action: string, parameters?: unknown | null, integration?: { __typename?: 'Integration', id: string, name: string } | null, connectorAction?: { __typename?: 'ConnectorAction', title: string } | null, recipient?: { __typename: 'ConstantRecipient', constant: string } | { __typename: 'FieldRecipient', field: string } | { __typename: 'FirstRecipient', first: Array<{ __typename: 'ConstantRecipient', constant: string } | { __typename: 'FieldRecipient', field: string } | { __typename: 'FirstRecipient' } | { __typename: 'SeveralRecipients' }> } | { __typename: 'SeveralRecipients', all: Array<{ __typename: 'ConstantRecipient', constant: string } | { __typename: 'FieldRecipient', field: string } | { __typename: 'FirstRecipient', first: Array<{ __typename: 'ConstantRecipient', constant: string } | { __typename: 'FieldRecipient', field: string } | { __typename: 'FirstRecipient' } | { __typename: 'SeveralRecipients' }> } | { __typename: 'SeveralRecipients' }> } | null, mapping: Array<{ __typename?: 'MappingEntry', position: number, name?: string | null, field: string, constant?: string | null, expression?: unknown | null, missing: MissingPolicy, default?: string | null }>, followUp?: { __typename?: 'FollowUp', of: number, when: FollowUpCondition, within: string } | null }>, settings: { __typename?: 'FlowSettings', maxAttempts: number, maxAge: string, unknownPolicy: UnknownPolicy, unknownWait: string, locale?: string | null, timeZone?: string | null, defaultCountry?: string | null, ordering: FlowOrdering, maxInFlight?: number | null, quietHours?: { __typename?: 'QuietHours', from: string, to: string, days: Array<Weekday>, zone: QuietZone, timeZone?: string | null } | null, collect?: { __typename?: 'Collect', by: CollectBy, field?: string | null, mode: CollectMode, window: string, atMost: string, limit: number } | null }, problems: Array<{ __typename?: 'Problem', code: string, path: Array<string>, message: string, nextStep?: string | null }>, warnings: Array<{ __typename?: 'Problem', code: string, path: Array<string>, message: string, nextStep?: string | null }>, permissionsNeeded: Array<{ __typename?: 'Permission', module: string, submodule: string, action: Action }>, paused?: { __typename?: 'Reason', code: ReasonCode, message: string, nextStep?: string | null } | null, pause?: { __typename?: 'Pause', since: string, until?: string | null, reason: { __typename?: 'Reason', message: string, by?: { __typename?: 'AuditEntry', id: string } | { __typename?: 'Consumer', id: string } | { __typename?: 'Delivery', id: string } | { __typename?: 'Event', id: string } | { __typename?: 'Execution', id: string } | { __typename?: 'Flow', id: string } | { __typename?: 'Group', id: string } | { __typename?: 'Integration', id: string } | { __typename?: 'Occurrence', id: string } | { __typename?: 'Record', id: string } | { __typename?: 'Suppression', id: string } | null } } | null, hidden: Array<{ __typename?: 'Hidden', path: Array<string>, needs: Array<{ __typename?: 'Permission', module: string, submodule: string, action: Action }> }> } | null, userErrors: Array<{ __typename?: 'UserError', code: UserErrorCode, problem?: string | null, message: string, field?: Array<string> | null, nextStep?: string | null }> } | null };

export type FlowSaveMutationVariables = Exact<{
  id: Scalars['ID']['input'];
  input: FlowUpdateInput;
}>;


export type FlowSaveMutation = { __typename?: 'Mutation', flowUpdate?: { __typename?: 'FlowUpdatePayload', flow?: { __typename?: 'Flow', id: string, version: number, enabled: boolean, description: string, trigger: FlowTrigger, nextRuns: Array<string>, checkedAt?: string | null, archivedAt?: string | null, createdAt: string, updatedAt: string, schedule?: { __typename: 'CronSchedule', expression: string, cronZone: string, cronMissed: MissedRuns, cronStart?: string | null, cronEnd?: string | null } | { __typename: 'DateSchedule', local?: string | null, at?: string | null, dateZone: string, dateMissed: MissedRuns } | { __typename: 'IntervalSchedule', every: number, unit: ScheduleUnit, anchor?: string | null, intervalZone: string, intervalMissed: MissedRuns, intervalStart?: string | null, intervalEnd?: string | null } | null, source?: { __typename?: 'FlowSource', module: SourceModule, action: string, parameters?: unknown | null, rows: SourceRows, consumer?: { __typename?: 'Consumer', id: string, name: string } | null, sourceAction?: { __typename?: 'SourceAction', title: string, recordType: { __typename?: 'RecordType', key: string, title: string } } | null, fetch?: { __typename?: 'SourceFetch', action: string, parameters?: unknown | null, about: string, integration?: { __typename?: 'Integration', id: string, name: string, state: IntegrationState } | null, mapping: Array<{ __typename?: 'MappingEntry', name?: string | null, field: string, constant?: string | null, expression?: unknown | null, missing: MissingPolicy, default?: string | null }> } | null } | null, filter: { __typename?: 'Terms', mode: TermsMode, groups: Array<{ __typename?: 'Terms', mode: TermsMode, groups: Array<{ __typename?: 'Terms', mode: TermsMode, groups: Array<{ __typename?: 'Terms', mode: TermsMode, terms: Array<{ __typename?: 'Term', field: string, operation: Operation, value?: unknown | null }> }>, terms: Array<{ __typename?: 'Term', field: string, operation: Operation, value?: unknown | null }> }>, terms: Array<{ __typename?: 'Term', field: string, operation: Operation, value?: unknown | null }> }>, terms: Array<{ __typename?: 'Term', field: string, operation: Operation, value?: unknown | null }> }, targets: Array<{ __typename?: 'FlowTarget', action: string, parameters?: unknown | null, integration?: { __typename?: 'Integration', id: string, name: string } | null, connectorAction?: { __typename?: 'ConnectorAction', title: string } | null, recipient?: { __typename: 'ConstantRecipient', constant: string } | { __typename: 'FieldRecipient', field: string } | { __typename: 'FirstRecipient', first: Array<{ __typename: 'ConstantRecipient', constant: string } | { __typename: 'FieldRecipient', field: string } | { __typename: 'FirstRecipient' } | { __typename: 'SeveralRecipients' }> } | { __typename: 'SeveralRecipients', all: Array<{ __typename: 'ConstantRecipient', constant: string } | { __typename: 'FieldRecipient', field: string } | { __typename: 'FirstRecipient', first: Array<{ __typename: 'ConstantRecipient', constant: string } | { __typename: 'FieldRecipient', field: string } | { __typename: 'FirstRecipient' } | { __typename: 'SeveralRecipients' }> } | { __typename: 'SeveralRecipients' }> } | null, mapping: Array<{ __typename?: 'MappingEntry', position: number, name?: string | null, field: string, constant?: string | null, expression?: unknown | null, missing: MissingPolicy, default?: string | null }>, followUp?: { __typename?: 'FollowUp', of: number, when: FollowUpCondition, within: string } | null }>, settings: { __typename?: 'FlowSettings', maxAttempts: number, maxAge: string, unknownPolicy: UnknownPolicy, unknownWait: string, locale?: string | null, timeZone?: string | null, defaultCountry?: string | null, ordering: FlowOrdering, maxInFlight?: number | null, quietHours?: { __typename?: 'QuietHours', from: string, to: string, days: Array<Weekday>, zone: QuietZone, timeZone?: string | null } | null, collect?: { __typename?: 'Collect', by: CollectBy, field?: string | null, mode: CollectMode, window: string, atMost: string, limit: number } | null }, problems: Array<{ __typename?: 'Problem', code: string, path: Array<string>, message: string, nextStep?: string | null }>, warnings: Array<{ __typename?: 'Problem', code: string, path: Array<string>, message: string, nextStep?: string | null }>, permissionsNeeded: Array<{ __typename?: 'Permission', module: string, submodule: string, action: Action }>, paused?: { __typename?: 'Reason', code: ReasonCode, message: string, nextStep?: string | null } | null, pause?: { __typename?: 'Pause', since: string, until?: string | null, reason: { __typename?: 'Reason', message: string, by?: { __typename?: 'AuditEntry', id: string } | { __typename?: 'Consumer', id: string } | { __typename?: 'Delivery', id: string } | { __typename?: 'Event', id: string } | { __typename?: 'Execution', id: string } | { __typename?: 'Flow', id: string } | { __typename?: 'Group', id: string } | { __typename?: 'Integration', id: string } | { __typename?: 'Occurrence', id: string } | { __typename?: 'Record', id: string } | { __typename?: 'Suppression', id: string } | null } } | null, hidden: Array<{ __typename?: 'Hidden', path: Array<string>, needs: Array<{ __typename?: 'Permission', module: string, submodule: string, action: Action }> }> } | null, userErrors: Array<{ __typename?: 'UserError', code: UserErrorCode, problem?: string | null, message: string, field?: Array<string> | null, nextStep?: string | null }> } | null };

export type FlowTurnOnMutationVariables = Exact<{
  id: Scalars['ID']['input'];
  expectedVersion?: InputMaybe<Scalars['Int']['input']>;
}>;


export type FlowTurnOnMutation = { __typename?: 'Mutation', flowEnable?: { __typename?: 'FlowEnablePayload', flow?: { __typename?: 'Flow', id: string, version: number, enabled: boolean, nextRun?: string | null } | null, userErrors: Array<{ __typename?: 'UserError', code: UserErrorCode, problem?: string | null, message: string, field?: Array<string> | null, nextStep?: string | null }> } | null };

export type FlowTurnOffMutationVariables = Exact<{
  id: Scalars['ID']['input'];
  expectedVersion?: InputMaybe<Scalars['Int']['input']>;
}>;


export type FlowTurnOffMutation = { __typename?: 'Mutation', flowDisable?: { __typename?: 'FlowDisablePayload', flow?: { __typename?: 'Flow', id: string, version: number, enabled: boolean } | null, userErrors: Array<{ __typename?: 'UserError', code: UserErrorCode, message: string, nextStep?: string | null }> } | null };

export type FlowHoldMutationVariables = Exact<{
  id: Scalars['ID']['input'];
  input: PauseInput;
}>;


export type FlowHoldMutation = { __typename?: 'Mutation', flowPause?: { __typename?: 'FlowPausePayload', flow?: { __typename?: 'Flow', id: string, version: number, paused?: { __typename?: 'Reason', code: ReasonCode, message: string } | null, pause?: { __typename?: 'Pause', since: string, until?: string | null, reason: { __typename?: 'Reason', message: string } } | null } | null, userErrors: Array<{ __typename?: 'UserError', code: UserErrorCode, message: string, field?: Array<string> | null, nextStep?: string | null }> } | null };

export type FlowGoOnMutationVariables = Exact<{
  id: Scalars['ID']['input'];
  expectedVersion?: InputMaybe<Scalars['Int']['input']>;
}>;


export type FlowGoOnMutation = { __typename?: 'Mutation', flowResume?: { __typename?: 'FlowResumePayload', flow?: { __typename?: 'Flow', id: string, version: number, paused?: { __typename?: 'Reason', code: ReasonCode, message: string, nextStep?: string | null } | null } | null, userErrors: Array<{ __typename?: 'UserError', code: UserErrorCode, message: string, nextStep?: string | null }> } | null };

export type FlowStartMutationVariables = Exact<{
  id: Scalars['ID']['input'];
  input: FlowRunInput;
}>;


export type FlowStartMutation = { __typename?: 'Mutation', flowRun?: { __typename?: 'FlowRunPayload', repeat: boolean, execution?: { __typename?: 'Execution', id: string, state: ExecutionState, trigger: ExecutionTrigger } | null, userErrors: Array<{ __typename?: 'UserError', code: UserErrorCode, message: string, field?: Array<string> | null, nextStep?: string | null }> } | null };

export type FlowTryMutationVariables = Exact<{
  id: Scalars['ID']['input'];
  input: FlowTestInput;
}>;


export type FlowTryMutation = { __typename?: 'Mutation', flowTest?: { __typename?: 'FlowTestPayload', repeat: boolean, execution?: { __typename?: 'Execution', id: string } | null, delivery?: { __typename?: 'Delivery', id: string, target: number, recipient?: string | null, values: Array<string | null>, state: DeliveryState } | null, userErrors: Array<{ __typename?: 'UserError', code: UserErrorCode, message: string, field?: Array<string> | null, nextStep?: string | null }> } | null };

export type FlowVersionsQueryVariables = Exact<{
  id: Scalars['ID']['input'];
  first?: InputMaybe<Scalars['Int']['input']>;
  after?: InputMaybe<Scalars['Cursor']['input']>;
}>;


export type FlowVersionsQuery = { __typename?: 'Query', flow?: { __typename?: 'Flow', version: number, history: { __typename?: 'FlowVersionConnection', nodes: Array<{ __typename?: 'FlowVersion', version: number, description: string, savedAt: string, restoredFrom?: number | null, savedBy?: { __typename?: 'Consumer', id: string, name: string } | null, diff?: Array<{ __typename?: 'FlowChange', path: Array<string>, from?: unknown | null, to?: unknown | null, needs: Array<{ __typename?: 'Permission', module: string, submodule: string, action: Action }> }> | null }>, pageInfo: { __typename?: 'PageInfo', hasNextPage: boolean, endCursor?: string | null } } } | null };

export type FlowRestoreMutationVariables = Exact<{
  id: Scalars['ID']['input'];
  input: FlowRollbackInput;
}>;


export type FlowRestoreMutation = { __typename?: 'Mutation', flowRollback?: { __typename?: 'FlowRollbackPayload', flow?: { __typename?: 'Flow', id: string, version: number, enabled: boolean, description: string, trigger: FlowTrigger, nextRuns: Array<string>, checkedAt?: string | null, archivedAt?: string | null, createdAt: string, updatedAt: string, schedule?: { __typename: 'CronSchedule', expression: string, cronZone: string, cronMissed: MissedRuns, cronStart?: string | null, cronEnd?: string | null } | { __typename: 'DateSchedule', local?: string | null, at?: string | null, dateZone: string, dateMissed: MissedRuns } | { __typename: 'IntervalSchedule', every: number, unit: ScheduleUnit, anchor?: string | null, intervalZone: string, intervalMissed: MissedRuns, intervalStart?: string | null, intervalEnd?: string | null } | null, source?: { __typename?: 'FlowSource', module: SourceModule, action: string, parameters?: unknown | null, rows: SourceRows, consumer?: { __typename?: 'Consumer', id: string, name: string } | null, sourceAction?: { __typename?: 'SourceAction', title: string, recordType: { __typename?: 'RecordType', key: string, title: string } } | null, fetch?: { __typename?: 'SourceFetch', action: string, parameters?: unknown | null, about: string, integration?: { __typename?: 'Integration', id: string, name: string, state: IntegrationState } | null, mapping: Array<{ __typename?: 'MappingEntry', name?: string | null, field: string, constant?: string | null, expression?: unknown | null, missing: MissingPolicy, default?: string | null }> } | null } | null, filter: { __typename?: 'Terms', mode: TermsMode, groups: Array<{ __typename?: 'Terms', mode: TermsMode, groups: Array<{ __typename?: 'Terms', mode: TermsMode, groups: Array<{ __typename?: 'Terms', mode: TermsMode, terms: Array<{ __typename?: 'Term', field: string, operation: Operation, value?: unknown | null }> }>, terms: Array<{ __typename?: 'Term', field: string, operation: Operation, value?: unknown | null }> }>, terms: Array<{ __typename?: 'Term', field: string, operation: Operation, value?: unknown | null }> }>, terms: Array<{ __typename?: 'Term', field: string, operation: Operation, value?: unknown | null }> }, targets: Array<{ __typename?: 'FlowTarget', action: string, parameters?: unknown | null, integration?: { __typename?: 'Integration', id: string, name: string } | null, connectorAction?: { __typename?: 'ConnectorAction', title: string } | null, recipient?: { __typename: 'ConstantRecipient', constant: string } | { __typename: 'FieldRecipient', field: string } | { __typename: 'FirstRecipient', first: Array<{ __typename: 'ConstantRecipient', constant: string } | { __typename: 'FieldRecipient', field: string } | { __typename: 'FirstRecipient' } | { __typename: 'SeveralRecipients' }> } | { __typename: 'SeveralRecipients', all: Array<{ __typename: 'ConstantRecipient', constant: string } | { __typename: 'FieldRecipient', field: string } | { __typename: 'FirstRecipient', first: Array<{ __typename: 'ConstantRecipient', constant: string } | { __typename: 'FieldRecipient', field: string } | { __typename: 'FirstRecipient' } | { __typename: 'SeveralRecipients' }> } | { __typename: 'SeveralRecipients' }> } | null, mapping: Array<{ __typename?: 'MappingEntry', position: number, name?: string | null, field: string, constant?: string | null, expression?: unknown | null, missing: MissingPolicy, default?: string | null }>, followUp?: { __typename?: 'FollowUp', of: number, when: FollowUpCondition, within: string } | null }>, settings: { __typename?: 'FlowSettings', maxAttempts: number, maxAge: string, unknownPolicy: UnknownPolicy, unknownWait: string, locale?: string | null, timeZone?: string | null, defaultCountry?: string | null, ordering: FlowOrdering, maxInFlight?: number | null, quietHours?: { __typename?: 'QuietHours', from: string, to: string, days: Array<Weekday>, zone: QuietZone, timeZone?: string | null } | null, collect?: { __typename?: 'Collect', by: CollectBy, field?: string | null, mode: CollectMode, window: string, atMost: string, limit: number } | null }, problems: Array<{ __typename?: 'Problem', code: string, path: Array<string>, message: string, nextStep?: string | null }>, warnings: Array<{ __typename?: 'Problem', code: string, path: Array<string>, message: string, nextStep?: string | null }>, permissionsNeeded: Array<{ __typename?: 'Permission', module: string, submodule: string, action: Action }>, paused?: { __typename?: 'Reason', code: ReasonCode, message: string, nextStep?: string | null } | null, pause?: { __typename?: 'Pause', since: string, until?: string | null, reason: { __typename?: 'Reason', message: string, by?: { __typename?: 'AuditEntry', id: string } | { __typename?: 'Consumer', id: string } | { __typename?: 'Delivery', id: string } | { __typename?: 'Event', id: string } | { __typename?: 'Execution', id: string } | { __typename?: 'Flow', id: string } | { __typename?: 'Group', id: string } | { __typename?: 'Integration', id: string } | { __typename?: 'Occurrence', id: string } | { __typename?: 'Record', id: string } | { __typename?: 'Suppression', id: string } | null } } | null, hidden: Array<{ __typename?: 'Hidden', path: Array<string>, needs: Array<{ __typename?: 'Permission', module: string, submodule: string, action: Action }> }> } | null, userErrors: Array<{ __typename?: 'UserError', code: UserErrorCode, problem?: string | null, message: string, field?: Array<string> | null, nextStep?: string | null }> } | null };

export type FlowRemoveMutationVariables = Exact<{
  id: Scalars['ID']['input'];
  expectedVersion?: InputMaybe<Scalars['Int']['input']>;
}>;


export type FlowRemoveMutation = { __typename?: 'Mutation', flowArchive?: { __typename?: 'FlowArchivePayload', flow?: { __typename?: 'Flow', id: string, archivedAt?: string | null } | null, userErrors: Array<{ __typename?: 'UserError', code: UserErrorCode, message: string, nextStep?: string | null }> } | null };

export type FollowSubscriptionVariables = Exact<{
  flow?: InputMaybe<Scalars['ID']['input']>;
  event?: InputMaybe<Scalars['ID']['input']>;
  execution?: InputMaybe<Scalars['ID']['input']>;
  states?: InputMaybe<Array<ExecutionState> | ExecutionState>;
  after?: InputMaybe<Scalars['Cursor']['input']>;
}>;


export type FollowSubscription = { __typename?: 'Subscription', executionChanged: { __typename?: 'ExecutionChange', cursor: string, change: { __typename?: 'Change', at: string, subject: ChangeSubject, aspect: ChangeAspect, from?: string | null, to: string, cause: { __typename?: 'Reason', code: ReasonCode, message: string, nextStep?: string | null } }, execution: { __typename?: 'Execution', id: string, state: ExecutionState, outcome?: ExecutionOutcome | null, subject?: string | null, flow?: { __typename?: 'Flow', id: string, description: string } | null, occurrence?: { __typename?: 'Occurrence', id: string, source: string, name: string } | null }, delivery?: { __typename?: 'Delivery', id: string, state: DeliveryState, target: number, recipient?: string | null, providerId?: string | null, reason?: { __typename?: 'Reason', code: ReasonCode, message: string } | null } | null } };

export type ArrivalsSubscriptionVariables = Exact<{
  type?: InputMaybe<Scalars['String']['input']>;
  after?: InputMaybe<Scalars['Cursor']['input']>;
}>;


export type ArrivalsSubscription = { __typename?: 'Subscription', occurrenceReceived: { __typename?: 'OccurrenceReceived', cursor: string, occurrence: { __typename?: 'Occurrence', id: string, type: string, subject: string, source: string, name: string, receivedAt: string } } };

export type FollowRenewMutationVariables = Exact<{
  token: Scalars['String']['input'];
}>;


export type FollowRenewMutation = { __typename?: 'Mutation', viewerRenew?: { __typename?: 'ViewerRenewPayload', expiresAt?: string | null, userErrors: Array<{ __typename?: 'UserError', code: UserErrorCode, message: string, field?: Array<string> | null }> } | null };

export type GroupsQueryVariables = Exact<{
  search?: InputMaybe<Scalars['String']['input']>;
  orderBy?: InputMaybe<GroupOrderInput>;
  first?: InputMaybe<Scalars['Int']['input']>;
  after?: InputMaybe<Scalars['Cursor']['input']>;
}>;


export type GroupsQuery = { __typename?: 'Query', groups?: { __typename?: 'GroupConnection', totalCount?: number | null, nodes: Array<{ __typename?: 'Group', id: string, version: number, description: string, note: string, readOnly: boolean, updatedAt: string, consumers?: { __typename?: 'ConsumerConnection', totalCount?: number | null, nodes: Array<{ __typename?: 'Consumer', id: string, name: string }> } | null }>, pageInfo: { __typename?: 'PageInfo', hasNextPage: boolean, endCursor?: string | null } } | null };

export type MatrixQueryVariables = Exact<{ [key: string]: never; }>;


export type MatrixQuery = { __typename?: 'Query', catalog: { __typename?: 'Catalog', permissions: Array<{ __typename?: 'PermissionRow', module: string, moduleTitle: string, submodule: string, title: string, actions: Array<Action> }>, enum?: { __typename?: 'EnumLabels', values: Array<{ __typename?: 'EnumLabel', value: string, title: string }> } | null } };

export type GroupEditorQueryVariables = Exact<{
  id: Scalars['ID']['input'];
}>;


export type GroupEditorQuery = { __typename?: 'Query', group?: { __typename?: 'Group', createdAt: string, id: string, version: number, description: string, note: string, readOnly: boolean, updatedAt: string, consumers?: { __typename?: 'ConsumerConnection', nodes: Array<{ __typename?: 'Consumer', id: string, name: string, enabled: boolean }>, pageInfo: { __typename?: 'PageInfo', hasNextPage: boolean, endCursor?: string | null } } | null, grants: Array<{ __typename?: 'Grant', module: string, submodule: string, actions: Array<Action> }> } | null };

export type GroupFormFragment = { __typename?: 'Group', id: string, version: number, description: string, note: string, readOnly: boolean, updatedAt: string, grants: Array<{ __typename?: 'Grant', module: string, submodule: string, actions: Array<Action> }> };

export type GroupAddMutationVariables = Exact<{
  input: GroupCreateInput;
}>;


export type GroupAddMutation = { __typename?: 'Mutation', groupCreate?: { __typename?: 'GroupCreatePayload', repeat: boolean, group?: { __typename?: 'Group', id: string, version: number, description: string, note: string, readOnly: boolean, updatedAt: string, grants: Array<{ __typename?: 'Grant', module: string, submodule: string, actions: Array<Action> }> } | null, userErrors: Array<{ __typename?: 'UserError', code: UserErrorCode, message: string, field?: Array<string> | null, nextStep?: string | null }> } | null };

export type GroupSaveMutationVariables = Exact<{
  id: Scalars['ID']['input'];
  input: GroupUpdateInput;
}>;


export type GroupSaveMutation = { __typename?: 'Mutation', groupUpdate?: { __typename?: 'GroupUpdatePayload', group?: { __typename?: 'Group', id: string, version: number, description: string, note: string, readOnly: boolean, updatedAt: string, grants: Array<{ __typename?: 'Grant', module: string, submodule: string, actions: Array<Action> }> } | null, userErrors: Array<{ __typename?: 'UserError', code: UserErrorCode, message: string, field?: Array<string> | null, nextStep?: string | null }> } | null };

export type GroupDuplicateMutationVariables = Exact<{
  id: Scalars['ID']['input'];
  input: GroupCloneInput;
}>;


export type GroupDuplicateMutation = { __typename?: 'Mutation', groupClone?: { __typename?: 'GroupClonePayload', repeat: boolean, group?: { __typename?: 'Group', id: string, version: number, description: string, note: string, readOnly: boolean, updatedAt: string, grants: Array<{ __typename?: 'Grant', module: string, submodule: string, actions: Array<Action> }> } | null, userErrors: Array<{ __typename?: 'UserError', code: UserErrorCode, message: string, field?: Array<string> | null, nextStep?: string | null }> } | null };

export type GroupRemoveMutationVariables = Exact<{
  id: Scalars['ID']['input'];
  expectedVersion?: InputMaybe<Scalars['Int']['input']>;
}>;


export type GroupRemoveMutation = { __typename?: 'Mutation', groupDelete?: { __typename?: 'GroupDeletePayload', deletedId?: string | null, userErrors: Array<{ __typename?: 'UserError', code: UserErrorCode, message: string, nextStep?: string | null }> } | null };

export type IntegrationsQueryVariables = Exact<{
  filter?: InputMaybe<IntegrationFilterInput>;
  orderBy?: InputMaybe<IntegrationOrderInput>;
  first?: InputMaybe<Scalars['Int']['input']>;
  after?: InputMaybe<Scalars['Cursor']['input']>;
}>;


export type IntegrationsQuery = { __typename?: 'Query', integrations?: { __typename?: 'IntegrationConnection', totalCount?: number | null, nodes: Array<{ __typename?: 'Integration', id: string, version: number, name: string, connectorName: string, state: IntegrationState, connector?: { __typename?: 'Connector', title: string } | null, reason?: { __typename?: 'Reason', code: ReasonCode, message: string, nextStep?: string | null } | null, pause?: { __typename?: 'Pause', since: string, until?: string | null, reason: { __typename?: 'Reason', message: string, by?: { __typename?: 'AuditEntry', id: string } | { __typename?: 'Consumer', id: string } | { __typename?: 'Delivery', id: string } | { __typename?: 'Event', id: string } | { __typename?: 'Execution', id: string } | { __typename?: 'Flow', id: string } | { __typename?: 'Group', id: string } | { __typename?: 'Integration', id: string } | { __typename?: 'Occurrence', id: string } | { __typename?: 'Record', id: string } | { __typename?: 'Suppression', id: string } | null } } | null, breaker?: { __typename?: 'IntegrationBreaker', state: BreakerState, since?: string | null, until?: string | null, failures: number } | null, rates: Array<{ __typename?: 'IntegrationRate', key: string, scope: LimitScope, perSecond: number, burst: number, now: number, until?: string | null, waiting: number }> }>, pageInfo: { __typename?: 'PageInfo', hasNextPage: boolean, endCursor?: string | null } } | null };

export type ConnectorsQueryVariables = Exact<{ [key: string]: never; }>;


export type ConnectorsQuery = { __typename?: 'Query', connectors: Array<{ __typename?: 'Connector', name: string, title: string, version: string, roles: Array<ConnectorRole>, state: ConnectorState, problem?: string | null, settings: { __typename?: 'ParameterSchema', json: unknown, labels: Array<{ __typename?: 'PropertyLabel', name: string, title: string, help: string }> } }> };

export type IntegrationEditorQueryVariables = Exact<{
  id: Scalars['ID']['input'];
}>;


export type IntegrationEditorQuery = { __typename?: 'Query', integration?: { __typename?: 'Integration', id: string, version: number, name: string, connectorName: string, settings: unknown, secretsSet: Array<string>, maxInFlight?: number | null, state: IntegrationState, createdAt: string, updatedAt: string, connector?: { __typename?: 'Connector', settings: { __typename?: 'ParameterSchema', json: unknown, labels: Array<{ __typename?: 'PropertyLabel', name: string, title: string, help: string }> }, capabilities: { __typename?: 'ConnectorCapabilities', receipts: boolean, lookup: boolean, preview: boolean, inFlight: number } } | null, reason?: { __typename?: 'Reason', code: ReasonCode, message: string, nextStep?: string | null } | null } | null };

export type IntegrationFormFragment = { __typename?: 'Integration', id: string, version: number, name: string, connectorName: string, settings: unknown, secretsSet: Array<string>, maxInFlight?: number | null, state: IntegrationState, createdAt: string, updatedAt: string, connector?: { __typename?: 'Connector', settings: { __typename?: 'ParameterSchema', json: unknown, labels: Array<{ __typename?: 'PropertyLabel', name: string, title: string, help: string }> }, capabilities: { __typename?: 'ConnectorCapabilities', receipts: boolean, lookup: boolean, preview: boolean, inFlight: number } } | null, reason?: { __typename?: 'Reason', code: ReasonCode, message: string, nextStep?: string | null } | null };

export type IntegrationAddMutationVariables = Exact<{
  input: IntegrationCreateInput;
}>;


export type IntegrationAddMutation = { __typename?: 'Mutation', integrationCreate?: { __typename?: 'IntegrationCreatePayload', repeat: boolean, integration?: { __typename?: 'Integration', id: string, version: number, name: string, connectorName: string, settings: unknown, secretsSet: Array<string>, maxInFlight?: number | null, state: IntegrationState, createdAt: string, updatedAt: string, connector?: { __typename?: 'Connector', settings: { __typename?: 'ParameterSchema', json: unknown, labels: Array<{ __typename?: 'PropertyLabel', name: string, title: string, help: string }> }, capabilities: { __typename?: 'ConnectorCapabilities', receipts: boolean, lookup: boolean, preview: boolean, inFlight: number } } | null, reason?: { __typename?: 'Reason', code: ReasonCode, message: string, nextStep?: string | null } | null } | null, userErrors: Array<{ __typename?: 'UserError', code: UserErrorCode, message: string, field?: Array<string> | null, nextStep?: string | null }> } | null };

export type IntegrationSaveMutationVariables = Exact<{
  id: Scalars['ID']['input'];
  input: IntegrationUpdateInput;
}>;


export type IntegrationSaveMutation = { __typename?: 'Mutation', integrationUpdate?: { __typename?: 'IntegrationUpdatePayload', integration?: { __typename?: 'Integration', id: string, version: number, name: string, connectorName: string, settings: unknown, secretsSet: Array<string>, maxInFlight?: number | null, state: IntegrationState, createdAt: string, updatedAt: string, connector?: { __typename?: 'Connector', settings: { __typename?: 'ParameterSchema', json: unknown, labels: Array<{ __typename?: 'PropertyLabel', name: string, title: string, help: string }> }, capabilities: { __typename?: 'ConnectorCapabilities', receipts: boolean, lookup: boolean, preview: boolean, inFlight: number } } | null, reason?: { __typename?: 'Reason', code: ReasonCode, message: string, nextStep?: string | null } | null } | null, userErrors: Array<{ __typename?: 'UserError', code: UserErrorCode, message: string, field?: Array<string> | null, nextStep?: string | null }> } | null };

export type IntegrationTryMutationVariables = Exact<{
  id: Scalars['ID']['input'];
}>;


export type IntegrationTryMutation = { __typename?: 'Mutation', integrationCheck?: { __typename?: 'IntegrationCheckPayload', integration?: { __typename?: 'Integration', id: string, state: IntegrationState, reason?: { __typename?: 'Reason', code: ReasonCode, message: string, nextStep?: string | null } | null } | null, problems: Array<{ __typename?: 'Problem', code: string, path: Array<string>, message: string, nextStep?: string | null }>, warnings: Array<{ __typename?: 'Problem', code: string, path: Array<string>, message: string, nextStep?: string | null }>, userErrors: Array<{ __typename?: 'UserError', code: UserErrorCode, message: string, nextStep?: string | null }> } | null };

export type IntegrationHoldMutationVariables = Exact<{
  id: Scalars['ID']['input'];
  input: PauseInput;
}>;


export type IntegrationHoldMutation = { __typename?: 'Mutation', integrationPause?: { __typename?: 'IntegrationPausePayload', integration?: { __typename?: 'Integration', id: string, version: number, state: IntegrationState, pause?: { __typename?: 'Pause', since: string, until?: string | null, reason: { __typename?: 'Reason', message: string } } | null } | null, userErrors: Array<{ __typename?: 'UserError', code: UserErrorCode, message: string, field?: Array<string> | null, nextStep?: string | null }> } | null };

export type IntegrationGoOnMutationVariables = Exact<{
  id: Scalars['ID']['input'];
  expectedVersion?: InputMaybe<Scalars['Int']['input']>;
}>;


export type IntegrationGoOnMutation = { __typename?: 'Mutation', integrationResume?: { __typename?: 'IntegrationResumePayload', integration?: { __typename?: 'Integration', id: string, version: number, state: IntegrationState, reason?: { __typename?: 'Reason', code: ReasonCode, message: string, nextStep?: string | null } | null } | null, userErrors: Array<{ __typename?: 'UserError', code: UserErrorCode, message: string, nextStep?: string | null }> } | null };

export type IntegrationRemoveMutationVariables = Exact<{
  id: Scalars['ID']['input'];
  expectedVersion?: InputMaybe<Scalars['Int']['input']>;
}>;


export type IntegrationRemoveMutation = { __typename?: 'Mutation', integrationDelete?: { __typename?: 'IntegrationDeletePayload', deletedId?: string | null, userErrors: Array<{ __typename?: 'UserError', code: UserErrorCode, message: string, nextStep?: string | null }> } | null };

export type LeftAloneListQueryVariables = Exact<{
  integration: Scalars['ID']['input'];
  recipient?: InputMaybe<Scalars['String']['input']>;
  first?: InputMaybe<Scalars['Int']['input']>;
  after?: InputMaybe<Scalars['Cursor']['input']>;
}>;


export type LeftAloneListQuery = { __typename?: 'Query', suppressions?: { __typename?: 'SuppressionConnection', nodes: Array<{ __typename?: 'Suppression', id: string, recipient?: string | null, category?: string | null, ground: SuppressionGround, source: SuppressionSource, since: string, until?: string | null, note?: string | null, reason: { __typename?: 'Reason', code: ReasonCode, message: string, provider?: string | null }, addedBy?: { __typename?: 'Consumer', name: string } | null, delivery?: { __typename?: 'Delivery', id: string } | null }>, pageInfo: { __typename?: 'PageInfo', hasNextPage: boolean, endCursor?: string | null } } | null };

export type LeftAloneAddMutationVariables = Exact<{
  input: SuppressionAddInput;
}>;


export type LeftAloneAddMutation = { __typename?: 'Mutation', suppressionAdd?: { __typename?: 'SuppressionAddPayload', suppression?: { __typename?: 'Suppression', id: string, recipient?: string | null, until?: string | null, note?: string | null } | null, userErrors: Array<{ __typename?: 'UserError', code: UserErrorCode, message: string, field?: Array<string> | null, nextStep?: string | null }> } | null };

export type LeftAloneRemoveMutationVariables = Exact<{
  id: Scalars['ID']['input'];
}>;


export type LeftAloneRemoveMutation = { __typename?: 'Mutation', suppressionRemove?: { __typename?: 'SuppressionRemovePayload', deletedId?: string | null, userErrors: Array<{ __typename?: 'UserError', code: UserErrorCode, message: string, nextStep?: string | null }> } | null };

export type MappingEditorQueryVariables = Exact<{
  flow: Scalars['ID']['input'];
}>;


export type MappingEditorQuery = { __typename?: 'Query', flow?: { __typename?: 'Flow', id: string, version: number, source?: { __typename?: 'FlowSource', sourceAction?: { __typename?: 'SourceAction', title: string, recordType: { __typename?: 'RecordType', key: string, title: string, fields: Array<{ __typename?: 'RecordField', key: string, type: FieldType, title: string, help: string, unit?: string | null, alias?: string | null, origin: Origin, by?: string | null, references: Array<{ __typename?: 'RecordType', key: string, title: string }>, fields: Array<{ __typename?: 'RecordField', key: string, type: FieldType, title: string }> }> } } | null } | null, targets: Array<{ __typename?: 'FlowTarget', action: string, parameters?: unknown | null, integration?: { __typename?: 'Integration', id: string, name: string } | null, connectorAction?: { __typename?: 'ConnectorAction', title: string, values: { __typename?: 'ValuesSpec', positional: boolean, named: boolean, min: number, max?: number | null, maxLength?: number | null }, recipient: { __typename?: 'RecipientSpec', format?: string | null, title: string, help: string } } | null, recipient?: { __typename: 'ConstantRecipient', constant: string } | { __typename: 'FieldRecipient', field: string } | { __typename: 'FirstRecipient', first: Array<{ __typename: 'ConstantRecipient', constant: string } | { __typename: 'FieldRecipient', field: string } | { __typename: 'FirstRecipient' } | { __typename: 'SeveralRecipients' }> } | { __typename: 'SeveralRecipients', all: Array<{ __typename: 'ConstantRecipient', constant: string } | { __typename: 'FieldRecipient', field: string } | { __typename: 'FirstRecipient' } | { __typename: 'SeveralRecipients' }> } | null, mapping: Array<{ __typename?: 'MappingEntry', position: number, name?: string | null, field: string, constant?: string | null, expression?: unknown | null, missing: MissingPolicy, default?: string | null }> }>, problems: Array<{ __typename?: 'Problem', code: string, path: Array<string>, message: string, nextStep?: string | null }>, warnings: Array<{ __typename?: 'Problem', code: string, path: Array<string>, message: string, nextStep?: string | null }> } | null };

export type MappingFieldFragment = { __typename?: 'RecordField', key: string, type: FieldType, title: string, help: string, unit?: string | null, alias?: string | null, origin: Origin, by?: string | null, references: Array<{ __typename?: 'RecordType', key: string, title: string }>, fields: Array<{ __typename?: 'RecordField', key: string, type: FieldType, title: string }> };

export type MappingProblemFragment = { __typename?: 'Problem', code: string, path: Array<string>, message: string, nextStep?: string | null };

export type MappingFieldsQueryVariables = Exact<{
  recordType: Scalars['String']['input'];
}>;


export type MappingFieldsQuery = { __typename?: 'Query', catalog: { __typename?: 'Catalog', recordType?: { __typename?: 'RecordType', key: string, title: string, guardedBy: { __typename?: 'PermissionRow', module: string, submodule: string, title: string }, fields: Array<{ __typename?: 'RecordField', key: string, type: FieldType, title: string, help: string, unit?: string | null, alias?: string | null, origin: Origin, by?: string | null, references: Array<{ __typename?: 'RecordType', key: string, title: string }>, fields: Array<{ __typename?: 'RecordField', key: string, type: FieldType, title: string }> }> } | null } };

export type MappingSamplesQueryVariables = Exact<{
  recordType: Scalars['String']['input'];
  first?: InputMaybe<Scalars['Int']['input']>;
  after?: InputMaybe<Scalars['Cursor']['input']>;
}>;


export type MappingSamplesQuery = { __typename?: 'Query', records?: { __typename?: 'RecordConnection', nodes: Array<{ __typename?: 'Record', id: string, key: string, subject?: string | null, updatedAt: string, data: unknown }>, pageInfo: { __typename?: 'PageInfo', hasNextPage: boolean, endCursor?: string | null } } | null };

export type MappingPreviewQueryVariables = Exact<{
  input: FlowPreviewInput;
}>;


export type MappingPreviewQuery = { __typename?: 'Query', flowPreview?: { __typename?: 'FlowPreview', problems: Array<{ __typename?: 'Problem', code: string, path: Array<string>, message: string, nextStep?: string | null }>, warnings: Array<{ __typename?: 'Problem', code: string, path: Array<string>, message: string, nextStep?: string | null }>, executions: Array<{ __typename?: 'ExecutionPreview', outcome: ExecutionOutcome, keptCount: number, reason?: { __typename?: 'Reason', code: ReasonCode, message: string, path?: string | null, nextStep?: string | null } | null, rows: Array<{ __typename?: 'PreviewRow', record?: string | null, kept: boolean, deliveries: Array<{ __typename?: 'DeliveryPreview', state: DeliveryState, target: number, recipient?: string | null, providerRecipient?: string | null, names: Array<string>, values: Array<string | null>, text?: string | null, reason?: { __typename?: 'Reason', code: ReasonCode, message: string, path?: string | null } | null, problems: Array<{ __typename?: 'Problem', code: string, path: Array<string>, message: string, nextStep?: string | null }>, adjusted: Array<{ __typename?: 'Adjustment', path: Array<string>, reason: string, sent: string }>, hidden: Array<{ __typename?: 'Hidden', path: Array<string>, needs: Array<{ __typename?: 'Permission', module: string, submodule: string, action: Action }> }> }> }> }>, obstacles: Array<{ __typename?: 'Reason', code: ReasonCode, message: string, nextStep?: string | null }> } | null };

export type MappingSaveMutationVariables = Exact<{
  flow: Scalars['ID']['input'];
  expectedVersion?: InputMaybe<Scalars['Int']['input']>;
  targets: Array<FlowTargetInput> | FlowTargetInput;
}>;


export type MappingSaveMutation = { __typename?: 'Mutation', flowUpdate?: { __typename?: 'FlowUpdatePayload', flow?: { __typename?: 'Flow', id: string, version: number, targets: Array<{ __typename?: 'FlowTarget', mapping: Array<{ __typename?: 'MappingEntry', position: number, name?: string | null, field: string, constant?: string | null, expression?: unknown | null, missing: MissingPolicy, default?: string | null }> }>, problems: Array<{ __typename?: 'Problem', code: string, path: Array<string>, message: string, nextStep?: string | null }>, warnings: Array<{ __typename?: 'Problem', code: string, path: Array<string>, message: string, nextStep?: string | null }> } | null, userErrors: Array<{ __typename?: 'UserError', code: UserErrorCode, problem?: string | null, message: string, field?: Array<string> | null, nextStep?: string | null }> } | null };

export type PublishTypesQueryVariables = Exact<{ [key: string]: never; }>;


export type PublishTypesQuery = { __typename?: 'Query', catalog: { __typename?: 'Catalog', eventTypes: Array<{ __typename?: 'EventType', key: string, title: string, help: string, recordType: { __typename?: 'RecordType', key: string, nameField?: string | null, subjectField?: string | null }, guardedBy: { __typename?: 'PermissionRow', module: string, submodule: string }, derived?: { __typename?: 'Derived', on: DerivedOn, kind: DerivedKind } | null }> } };

export type PublishOccurrenceMutationVariables = Exact<{
  input: OccurrencePublishInput;
}>;


export type PublishOccurrenceMutation = { __typename?: 'Mutation', occurrencePublish?: { __typename?: 'OccurrencePublishPayload', repeat: boolean, recordOutcomes?: Array<RecordOutcome> | null, occurrence?: { __typename?: 'Occurrence', id: string, receivedAt: string, matches: Array<{ __typename?: 'Match', fired: boolean, event?: { __typename?: 'Event', id: string, description: string } | null, reason?: { __typename?: 'Reason', code: ReasonCode, message: string, nextStep?: string | null } | null, rows: Array<{ __typename?: 'RowMatch', record: string, true: boolean }>, skipped: Array<{ __typename?: 'SkippedAction', flow?: { __typename?: 'Flow', id: string, description: string } | null, reason: { __typename?: 'Reason', code: ReasonCode, message: string, nextStep?: string | null } }> }> } | null, executions?: Array<{ __typename?: 'Execution', id: string, state: ExecutionState, flow?: { __typename?: 'Flow', id: string, description: string } | null }> | null, userErrors: Array<{ __typename?: 'UserError', code: UserErrorCode, message: string, field?: Array<string> | null, nextStep?: string | null }> } | null };

export type PublishOutcomeQueryVariables = Exact<{
  execution: Scalars['ID']['input'];
}>;


export type PublishOutcomeQuery = { __typename?: 'Query', execution?: { __typename?: 'Execution', id: string, state: ExecutionState, outcome?: ExecutionOutcome | null, waitingFor?: ReasonCode | null, until?: string | null, reason?: { __typename?: 'Reason', code: ReasonCode, message: string, nextStep?: string | null } | null, deliveries: Array<{ __typename?: 'Delivery', id: string, state: DeliveryState, target: number, recipient?: string | null, values: Array<string | null>, providerId?: string | null, reason?: { __typename?: 'Reason', code: ReasonCode, message: string, provider?: string | null, nextStep?: string | null } | null }> } | null };

export type QueueNumbersQueryVariables = Exact<{ [key: string]: never; }>;


export type QueueNumbersQuery = { __typename?: 'Query', queue?: { __typename?: 'Queue', queued: number, running: number, waiting: number, depth: number, oldestAt?: string | null, oldestAge?: string | null, paused?: { __typename?: 'Pause', since: string, until?: string | null, reason: { __typename?: 'Reason', message: string, by?: { __typename?: 'AuditEntry', id: string } | { __typename?: 'Consumer', id: string } | { __typename?: 'Delivery', id: string } | { __typename?: 'Event', id: string } | { __typename?: 'Execution', id: string } | { __typename?: 'Flow', id: string } | { __typename?: 'Group', id: string } | { __typename?: 'Integration', id: string } | { __typename?: 'Occurrence', id: string } | { __typename?: 'Record', id: string } | { __typename?: 'Suppression', id: string } | null } } | null, waitingFor: Array<{ __typename?: 'WaitingCount', reason: ReasonCode, count: number, until?: string | null }>, deliveries: Array<{ __typename?: 'WaitingDeliveries', reason: ReasonCode, count: number, until?: string | null }>, throughput: { __typename?: 'Activity', occurrences: { __typename?: 'OccurrenceActivity', published: number, noticed: number }, executions: { __typename?: 'ExecutionActivity', started: number, closed: number, failed: number }, deliveries: { __typename?: 'DeliveryActivity', made: number, accepted: number, delivered: number, failed: number, suppressed: number }, attempts: { __typename?: 'AttemptActivity', accepted: number, retry: number, rejected: number, misconfigured: number, unknown: number } } } | null };

export type QueueItemsQueryVariables = Exact<{
  flow?: InputMaybe<Scalars['ID']['input']>;
  states?: InputMaybe<Array<ExecutionState> | ExecutionState>;
  orderBy?: InputMaybe<ExecutionOrderInput>;
  first?: InputMaybe<Scalars['Int']['input']>;
  after?: InputMaybe<Scalars['Cursor']['input']>;
}>;


export type QueueItemsQuery = { __typename?: 'Query', executions?: { __typename?: 'ExecutionConnection', nodes: Array<{ __typename?: 'Execution', id: string, createdAt: string, subject?: string | null, state: ExecutionState, waitingFor?: ReasonCode | null, until?: string | null, flow?: { __typename?: 'Flow', id: string, description: string } | null, event?: { __typename?: 'Event', id: string, description: string } | null, occurrence?: { __typename?: 'Occurrence', id: string, type: string } | null, reason?: { __typename?: 'Reason', code: ReasonCode, message: string, nextStep?: string | null } | null, deliveries: Array<{ __typename?: 'Delivery', id: string, state: DeliveryState, target: number, recipient?: string | null, waitingFor?: ReasonCode | null, dueAt?: string | null, attemptCount: number, integration?: { __typename?: 'Integration', name: string } | null, reason?: { __typename?: 'Reason', code: ReasonCode, message: string, nextStep?: string | null } | null }> }>, pageInfo: { __typename?: 'PageInfo', hasNextPage: boolean, endCursor?: string | null } } | null };

export type QueueReceivedQueryVariables = Exact<{
  filter?: InputMaybe<OccurrenceFilterInput>;
  first?: InputMaybe<Scalars['Int']['input']>;
  after?: InputMaybe<Scalars['Cursor']['input']>;
}>;


export type QueueReceivedQuery = { __typename?: 'Query', occurrences?: { __typename?: 'OccurrenceConnection', nodes: Array<{ __typename?: 'Occurrence', id: string, receivedAt: string, time: string, type: string, subject: string, source: string, name: string, eventType?: { __typename?: 'EventType', title: string } | null, consumer?: { __typename?: 'Consumer', id: string, name: string } | null, matches: Array<{ __typename?: 'Match', fired: boolean, event?: { __typename?: 'Event', id: string, description: string } | null, reason?: { __typename?: 'Reason', code: ReasonCode, message: string } | null, skipped: Array<{ __typename?: 'SkippedAction', flow?: { __typename?: 'Flow', id: string, description: string } | null, reason: { __typename?: 'Reason', code: ReasonCode, message: string } }>, executions: Array<{ __typename?: 'Execution', id: string, state: ExecutionState, outcome?: ExecutionOutcome | null }> }> }>, pageInfo: { __typename?: 'PageInfo', hasNextPage: boolean, endCursor?: string | null } } | null };

export type QueueFailuresQueryVariables = Exact<{
  filter?: InputMaybe<DeliveryFilterInput>;
}>;


export type QueueFailuresQuery = { __typename?: 'Query', deliveryFailures?: { __typename?: 'DeliveryFailures', total: number, cut: boolean, groups: Array<{ __typename?: 'DeliveryFailureGroup', reason: ReasonCode, providerCode?: string | null, count: number, flagged: number, first: string, last: string, flow?: { __typename?: 'Flow', id: string, description: string } | null, integration?: { __typename?: 'Integration', id: string, name: string } | null, sample?: { __typename?: 'Delivery', id: string, target: number, recipient?: string | null, reason?: { __typename?: 'Reason', message: string, nextStep?: string | null } | null } | null }> } | null };

export type QueueMessagesQueryVariables = Exact<{
  filter?: InputMaybe<DeliveryFilterInput>;
  first?: InputMaybe<Scalars['Int']['input']>;
  after?: InputMaybe<Scalars['Cursor']['input']>;
}>;


export type QueueMessagesQuery = { __typename?: 'Query', deliveries?: { __typename?: 'DeliveryConnection', nodes: Array<{ __typename?: 'Delivery', id: string, state: DeliveryState, target: number, recipient?: string | null, createdAt: string, updatedAt: string, attemptCount: number, flagged: boolean, flowTarget?: { __typename?: 'FlowTarget', connectorAction?: { __typename?: 'ConnectorAction', title: string } | null } | null, flow?: { __typename?: 'Flow', id: string, description: string } | null, execution?: { __typename?: 'Execution', id: string, subject?: string | null } | null, reason?: { __typename?: 'Reason', code: ReasonCode, message: string, provider?: string | null, nextStep?: string | null } | null }>, pageInfo: { __typename?: 'PageInfo', hasNextPage: boolean, endCursor?: string | null } } | null };

export type QueueChartQueryVariables = Exact<{
  from: Scalars['DateTime']['input'];
  to: Scalars['DateTime']['input'];
  bucket: Scalars['Duration']['input'];
}>;


export type QueueChartQuery = { __typename?: 'Query', activity?: Array<{ __typename?: 'Activity', from: string, to: string, occurrences: { __typename?: 'OccurrenceActivity', published: number, noticed: number }, executions: { __typename?: 'ExecutionActivity', started: number, succeeded: number, partial: number, failed: number, skipped: number, cancelled: number, unsettled: number }, deliveries: { __typename?: 'DeliveryActivity', made: number, accepted: number, sent: number, delivered: number, read: number, failed: number, suppressed: number, unknown: number } }> | null };

export type QueueLiveSubscriptionVariables = Exact<{
  flow?: InputMaybe<Scalars['ID']['input']>;
  after?: InputMaybe<Scalars['Cursor']['input']>;
}>;


export type QueueLiveSubscription = { __typename?: 'Subscription', executionChanged: { __typename?: 'ExecutionChange', cursor: string, execution: { __typename?: 'Execution', id: string, state: ExecutionState, outcome?: ExecutionOutcome | null, waitingFor?: ReasonCode | null, until?: string | null, subject?: string | null, flow?: { __typename?: 'Flow', id: string, description: string } | null } } };

export type QueueHoldMutationVariables = Exact<{
  input: QueuePauseInput;
}>;


export type QueueHoldMutation = { __typename?: 'Mutation', queuePause?: { __typename?: 'QueuePausePayload', queue?: { __typename?: 'Queue', paused?: { __typename?: 'Pause', since: string, until?: string | null, reason: { __typename?: 'Reason', message: string } } | null } | null, userErrors: Array<{ __typename?: 'UserError', code: UserErrorCode, message: string, field?: Array<string> | null, nextStep?: string | null }> } | null };

export type QueueGoOnMutationVariables = Exact<{ [key: string]: never; }>;


export type QueueGoOnMutation = { __typename?: 'Mutation', queueResume?: { __typename?: 'QueueResumePayload', queue?: { __typename?: 'Queue', queued: number, waiting: number, paused?: { __typename?: 'Pause', since: string } | null } | null, userErrors: Array<{ __typename?: 'UserError', code: UserErrorCode, message: string, nextStep?: string | null }> } | null };

export type QueueSendNowMutationVariables = Exact<{
  id: Scalars['ID']['input'];
}>;


export type QueueSendNowMutation = { __typename?: 'Mutation', executionFlush?: { __typename?: 'ExecutionFlushPayload', execution?: { __typename?: 'Execution', id: string, state: ExecutionState, waitingFor?: ReasonCode | null, until?: string | null } | null, userErrors: Array<{ __typename?: 'UserError', code: UserErrorCode, message: string, nextStep?: string | null }> } | null };

export type QueueCancelMutationVariables = Exact<{
  input: ExecutionsCancelInput;
}>;


export type QueueCancelMutation = { __typename?: 'Mutation', executionsCancel?: { __typename?: 'ExecutionsCancelPayload', matched: number, cancelled: number, refused: number, hasMore: boolean, endCursor?: string | null, results: Array<{ __typename?: 'CancelResult', deliveries: number, execution?: { __typename?: 'Execution', id: string, state: ExecutionState, outcome?: ExecutionOutcome | null } | null, reason?: { __typename?: 'Reason', code: ReasonCode, message: string } | null }>, userErrors: Array<{ __typename?: 'UserError', code: UserErrorCode, message: string, field?: Array<string> | null, nextStep?: string | null }> } | null };

export type QueueRetryMutationVariables = Exact<{
  input: DeliveriesRetryInput;
}>;


export type QueueRetryMutation = { __typename?: 'Mutation', deliveriesRetry?: { __typename?: 'DeliveriesRetryPayload', matched: number, retried: number, repeated: number, refused: number, hasMore: boolean, endCursor?: string | null, lastAt?: string | null, results: Array<{ __typename?: 'RetryResult', repeat: boolean, at?: string | null, delivery?: { __typename?: 'Delivery', id: string, state: DeliveryState } | null, reason?: { __typename?: 'Reason', code: ReasonCode, message: string } | null }>, userErrors: Array<{ __typename?: 'UserError', code: UserErrorCode, message: string, field?: Array<string> | null, nextStep?: string | null }> } | null };

export type RecordTypesQueryVariables = Exact<{ [key: string]: never; }>;


export type RecordTypesQuery = { __typename?: 'Query', catalog: { __typename?: 'Catalog', recordTypes: Array<{ __typename?: 'RecordType', key: string, title: string, help: string, nameField?: string | null, subjectField?: string | null, guardedBy: { __typename?: 'PermissionRow', module: string, submodule: string }, fields: Array<{ __typename?: 'RecordField', key: string, type: FieldType, title: string, help: string, unit?: string | null, alias?: string | null, origin: Origin, references: Array<{ __typename?: 'RecordType', key: string }>, enum: Array<{ __typename?: 'EnumValue', value: unknown, title: string }> }> }> } };

export type RecordsWriteMutationVariables = Exact<{
  input: RecordsUpsertInput;
}>;


export type RecordsWriteMutation = { __typename?: 'Mutation', recordsUpsert?: { __typename?: 'RecordsUpsertPayload', results?: Array<{ __typename?: 'RecordResult', outcome: RecordOutcome, record: { __typename?: 'Record', id: string, type: string, key: string, version: number } }> | null, derived?: Array<{ __typename?: 'Occurrence', id: string, type: string, subject: string, matches: Array<{ __typename?: 'Match', fired: boolean, event?: { __typename?: 'Event', id: string, description: string } | null, executions: Array<{ __typename?: 'Execution', id: string, state: ExecutionState }> }> }> | null, userErrors: Array<{ __typename?: 'UserError', code: UserErrorCode, message: string, field?: Array<string> | null, nextStep?: string | null }> } | null };

export type RecordsReadQueryVariables = Exact<{
  type?: InputMaybe<Scalars['String']['input']>;
  subject?: InputMaybe<Scalars['String']['input']>;
  where?: InputMaybe<TermsInput>;
  orderBy?: InputMaybe<RecordOrderInput>;
  first?: InputMaybe<Scalars['Int']['input']>;
  after?: InputMaybe<Scalars['Cursor']['input']>;
  last?: InputMaybe<Scalars['Int']['input']>;
  before?: InputMaybe<Scalars['Cursor']['input']>;
}>;


export type RecordsReadQuery = { __typename?: 'Query', records?: { __typename?: 'RecordConnection', nodes: Array<{ __typename?: 'Record', id: string, type: string, key: string, subject?: string | null, version: number, data: unknown, updatedAt: string, sourceUpdatedAt?: string | null }>, pageInfo: { __typename?: 'PageInfo', hasNextPage: boolean, endCursor?: string | null, hasPreviousPage: boolean, startCursor?: string | null } } | null };

export type RecordHistoryQueryVariables = Exact<{
  id: Scalars['ID']['input'];
  first?: InputMaybe<Scalars['Int']['input']>;
  after?: InputMaybe<Scalars['Cursor']['input']>;
}>;


export type RecordHistoryQuery = { __typename?: 'Query', record?: { __typename?: 'Record', id: string, type: string, key: string, data: unknown, history: { __typename?: 'RecordVersionConnection', nodes: Array<{ __typename?: 'RecordVersion', version: number, data: unknown, at: string, sourceUpdatedAt?: string | null, changed?: Array<string> | null, consumer?: { __typename?: 'Consumer', id: string, name: string } | null, occurrence?: { __typename?: 'Occurrence', id: string, type: string } | null }>, pageInfo: { __typename?: 'PageInfo', hasNextPage: boolean, endCursor?: string | null } } } | null };

export type ShellQueryVariables = Exact<{ [key: string]: never; }>;


export type ShellQuery = { __typename?: 'Query', viewer: { __typename?: 'Viewer', locale: string, consumer: { __typename?: 'Consumer', id: string, name: string }, group: { __typename?: 'Group', id: string, description: string, readOnly: boolean }, permissions: Array<{ __typename?: 'Permission', module: string, submodule: string, action: Action }> } };

export type TitlesQueryVariables = Exact<{ [key: string]: never; }>;


export type TitlesQuery = { __typename?: 'Query', catalog: { __typename?: 'Catalog', enums: Array<{ __typename?: 'EnumLabels', name: string, values: Array<{ __typename?: 'EnumLabel', value: string, title: string, help: string }> }> } };

export type ModulesQueryVariables = Exact<{ [key: string]: never; }>;


export type ModulesQuery = { __typename?: 'Query', catalog: { __typename?: 'Catalog', modules: Array<{ __typename?: 'Module', key: string, title: string, submodules: Array<{ __typename?: 'Submodule', key: string, title: string }> }> } };

export type WouldBeAllowedQueryVariables = Exact<{
  query: Scalars['String']['input'];
  variables?: InputMaybe<Scalars['JSON']['input']>;
}>;


export type WouldBeAllowedQuery = { __typename?: 'Query', permissionExplain?: { __typename?: 'PermissionExplanation', verdict: PermissionVerdict, fields: Array<{ __typename?: 'FieldPermission', path: Array<string>, verdict: PermissionVerdict, missing: Array<{ __typename?: 'Permission', module: string, submodule: string, action: Action }> }> } | null };

export type WhyCameInQueryVariables = Exact<{
  filter: OccurrenceFilterInput;
  first?: InputMaybe<Scalars['Int']['input']>;
  after?: InputMaybe<Scalars['Cursor']['input']>;
}>;


export type WhyCameInQuery = { __typename?: 'Query', occurrences?: { __typename?: 'OccurrenceConnection', nodes: Array<{ __typename?: 'Occurrence', id: string, type: string, subject: string, source: string, name: string, receivedAt: string, matches: Array<{ __typename?: 'Match', fired: boolean, event?: { __typename?: 'Event', id: string, description: string } | null, reason?: { __typename?: 'Reason', code: ReasonCode, message: string, nextStep?: string | null } | null, rows: Array<{ __typename?: 'RowMatch', record: string, true: boolean, trace: Array<{ __typename?: 'TermTrace', path: Array<string>, field: string, operation: Operation, want?: unknown | null, got?: unknown | null, true?: boolean | null, undecided?: boolean | null, needs: Array<{ __typename?: 'Permission', module: string, submodule: string, action: Action }> }> }>, skipped: Array<{ __typename?: 'SkippedAction', flow?: { __typename?: 'Flow', id: string, description: string } | null, reason: { __typename?: 'Reason', code: ReasonCode, message: string, nextStep?: string | null } }>, executions: Array<{ __typename?: 'Execution', id: string, state: ExecutionState, outcome?: ExecutionOutcome | null }> }> }>, pageInfo: { __typename?: 'PageInfo', hasNextPage: boolean, endCursor?: string | null } } | null };

export type WhyEventsQueryVariables = Exact<{
  type: Scalars['String']['input'];
}>;


export type WhyEventsQuery = { __typename?: 'Query', events?: { __typename?: 'EventConnection', nodes: Array<{ __typename?: 'Event', id: string, description: string, enabled: boolean, problems: Array<{ __typename?: 'Problem', code: string, path: Array<string>, message: string }>, flows: Array<{ __typename?: 'Flow', id: string, description: string, enabled: boolean }> }>, pageInfo: { __typename?: 'PageInfo', hasNextPage: boolean, endCursor?: string | null } } | null };

export type WhyNothingQueryVariables = Exact<{
  event: Scalars['ID']['input'];
  occurrence: Scalars['ID']['input'];
}>;


export type WhyNothingQuery = { __typename?: 'Query', event?: { __typename?: 'Event', id: string, description: string, enabled: boolean, explain?: { __typename?: 'EventExplanation', evaluated: EvaluationTime, fired?: boolean | null, reasons: Array<{ __typename?: 'ExplainedReason', reason: { __typename?: 'Reason', code: ReasonCode, message: string, path?: string | null, provider?: string | null, nextStep?: string | null }, flow?: { __typename?: 'Flow', id: string, description: string } | null, execution?: { __typename?: 'Execution', id: string, state: ExecutionState, outcome?: ExecutionOutcome | null } | null, delivery?: { __typename?: 'Delivery', id: string, state: DeliveryState, target: number } | null }>, rowsNow: Array<{ __typename?: 'RowMatch', record: string, true: boolean, trace: Array<{ __typename?: 'TermTrace', path: Array<string>, field: string, operation: Operation, want?: unknown | null, got?: unknown | null, before?: unknown | null, true?: boolean | null, undecided?: boolean | null }> }> } | null } | null };

export type WhyMessageQueryVariables = Exact<{
  delivery: Scalars['ID']['input'];
}>;


export type WhyMessageQuery = { __typename?: 'Query', delivery?: { __typename?: 'Delivery', id: string, state: DeliveryState, target: number, recipient?: string | null, providerRecipient?: string | null, waitingFor?: ReasonCode | null, dueAt?: string | null, integration?: { __typename?: 'Integration', id: string, name: string } | null, reason?: { __typename?: 'Reason', code: ReasonCode, message: string, path?: string | null, provider?: string | null, nextStep?: string | null } | null, suppression?: { __typename?: 'Suppression', id: string, ground: SuppressionGround, since: string, until?: string | null, reason: { __typename?: 'Reason', message: string } } | null, follows: Array<{ __typename?: 'Delivery', id: string, state: DeliveryState, integration?: { __typename?: 'Integration', name: string } | null }>, followUps: Array<{ __typename?: 'Delivery', id: string, state: DeliveryState, integration?: { __typename?: 'Integration', name: string } | null, reason?: { __typename?: 'Reason', code: ReasonCode, message: string } | null }>, attempts: Array<{ __typename?: 'Attempt', number: number, startedAt: string, kind: OutcomeKind, scope: OutcomeScope, code?: string | null, message: string, nextStep?: string | null, path?: string | null }>, receipts: Array<{ __typename?: 'Receipt', status: ReceiptStatus, at: string, code?: string | null, message: string, flagged: boolean }>, hidden: Array<{ __typename?: 'Hidden', path: Array<string>, needs: Array<{ __typename?: 'Permission', module: string, submodule: string, action: Action }> }> } | null };

export class TypedDocumentString<TResult, TVariables>
  extends String
  implements DocumentTypeDecoration<TResult, TVariables>
{
  __apiType?: NonNullable<DocumentTypeDecoration<TResult, TVariables>['__apiType']>;
  private value: string;
  public __meta__?: Record<string, any> | undefined;

  constructor(value: string, __meta__?: Record<string, any> | undefined) {
    super(value);
    this.value = value;
    this.__meta__ = __meta__;
  }

  override toString(): string & DocumentTypeDecoration<TResult, TVariables> {
    return this.value;
  }
}
export const DrawnFormFragmentDoc = new TypedDocumentString(`
    fragment DrawnForm on Form {
  groups {
    key
    title
    help
  }
  fields {
    path
    name
    title
    help
    placeholder
    group
    input
    required
    requiredWhen {
      all {
        path
        values
        not
      }
    }
    shownWhen {
      all {
        path
        values
        not
      }
    }
    secret
    secretDestination
    default
    examples
    options {
      value
      title
      help
    }
    minimum
    maximum
    above
    below
    step
    minLength
    maxLength
    pattern
    format
  }
}
    `, {"fragmentName":"DrawnForm"}) as unknown as TypedDocumentString<DrawnFormFragment, unknown>;
export const ConsumerFormFragmentDoc = new TypedDocumentString(`
    fragment ConsumerForm on Consumer {
  id
  version
  name
  description
  group {
    id
    description
  }
  hubEnabled
  enabled
  expiresAt
  lastUsedAt
  clientId
  secretRotatedAt
  oldSecretUntil
  rateLimit
  costBudget
  createdAt
  updatedAt
}
    `, {"fragmentName":"ConsumerForm"}) as unknown as TypedDocumentString<ConsumerFormFragment, unknown>;
export const EventTermsFragmentDoc = new TypedDocumentString(`
    fragment EventTerms on Terms {
  mode
  terms {
    field
    operation
    value
  }
}
    `, {"fragmentName":"EventTerms"}) as unknown as TypedDocumentString<EventTermsFragment, unknown>;
export const EventFormFragmentDoc = new TypedDocumentString(`
    fragment EventForm on Event {
  id
  version
  enabled
  description
  type
  eventType {
    title
    module {
      key
      title
    }
    submodule {
      key
      title
    }
    recordType {
      key
      title
    }
  }
  terms {
    ...EventTerms
    groups {
      ...EventTerms
      groups {
        ...EventTerms
        groups {
          ...EventTerms
        }
      }
    }
  }
  flows {
    id
    description
    enabled
    trigger
    problems {
      code
    }
  }
  problems {
    code
    path
    message
    nextStep
  }
  archivedAt
  createdAt
  updatedAt
}
    fragment EventTerms on Terms {
  mode
  terms {
    field
    operation
    value
  }
}`, {"fragmentName":"EventForm"}) as unknown as TypedDocumentString<EventFormFragment, unknown>;
export const ExecutionMessageFragmentDoc = new TypedDocumentString(`
    fragment ExecutionMessage on Delivery {
  id
  state
  recipient
  values
  record
  target
  flowTarget {
    connectorAction {
      title
    }
    followUp {
      of
      when
      within
    }
  }
  follows {
    id
    target
    state
  }
  followUps {
    id
    target
    state
    dueAt
  }
  integration {
    id
    name
  }
  action
  providerId
  reason {
    code
    message
    path
    provider
    nextStep
  }
  suppression {
    id
    ground
    until
  }
  waitingFor
  dueAt
  attemptCount
  attempts {
    number
    counted
    startedAt
    finishedAt
    kind
    scope
    code
    message
    nextStep
    path
    retryAfter
    adjusted {
      path
      reason
      sent
    }
  }
  receipts {
    status
    at
    receivedAt
    code
    message
    flagged
    pricing {
      category
      billable
    }
  }
  flagged
  hidden {
    path
    needs {
      module
      submodule
      action
    }
  }
}
    `, {"fragmentName":"ExecutionMessage"}) as unknown as TypedDocumentString<ExecutionMessageFragment, unknown>;
export const FlowFilterFragmentDoc = new TypedDocumentString(`
    fragment FlowFilter on Terms {
  mode
  terms {
    field
    operation
    value
  }
}
    `, {"fragmentName":"FlowFilter"}) as unknown as TypedDocumentString<FlowFilterFragment, unknown>;
export const FlowRecipientFragmentDoc = new TypedDocumentString(`
    fragment FlowRecipient on Recipient {
  __typename
  ... on ConstantRecipient {
    constant
  }
  ... on FieldRecipient {
    field
  }
}
    `, {"fragmentName":"FlowRecipient"}) as unknown as TypedDocumentString<FlowRecipientFragment, unknown>;
export const FlowFormFragmentDoc = new TypedDocumentString(`
    fragment FlowForm on Flow {
  id
  version
  enabled
  description
  trigger
  schedule {
    __typename
    ... on CronSchedule {
      expression
      cronZone: timeZone
      cronMissed: missed
      cronStart: start
      cronEnd: end
    }
    ... on IntervalSchedule {
      every
      unit
      anchor
      intervalZone: timeZone
      intervalMissed: missed
      intervalStart: start
      intervalEnd: end
    }
    ... on DateSchedule {
      local
      at
      dateZone: timeZone
      dateMissed: missed
    }
  }
  nextRuns(first: 5)
  source {
    module
    consumer {
      id
      name
    }
    action
    sourceAction {
      title
      recordType {
        key
        title
      }
    }
    parameters
    rows
    fetch {
      integration {
        id
        name
        state
      }
      action
      parameters
      about
      mapping {
        name
        field
        constant
        expression
        missing
        default
      }
    }
  }
  filter {
    ...FlowFilter
    groups {
      ...FlowFilter
      groups {
        ...FlowFilter
        groups {
          ...FlowFilter
        }
      }
    }
  }
  targets {
    integration {
      id
      name
    }
    action
    connectorAction {
      title
    }
    parameters
    recipient {
      ...FlowRecipient
      ... on SeveralRecipients {
        all {
          ...FlowRecipient
          ... on FirstRecipient {
            first {
              ...FlowRecipient
            }
          }
        }
      }
      ... on FirstRecipient {
        first {
          ...FlowRecipient
        }
      }
    }
    mapping {
      position
      name
      field
      constant
      expression
      missing
      default
    }
    followUp {
      of
      when
      within
    }
  }
  settings {
    maxAttempts
    maxAge
    unknownPolicy
    unknownWait
    locale
    timeZone
    defaultCountry
    ordering
    maxInFlight
    quietHours {
      from
      to
      days
      zone
      timeZone
    }
    collect {
      by
      field
      mode
      window
      atMost
      limit
    }
  }
  problems {
    code
    path
    message
    nextStep
  }
  warnings {
    code
    path
    message
    nextStep
  }
  checkedAt
  permissionsNeeded {
    module
    submodule
    action
  }
  paused {
    code
    message
    nextStep
  }
  pause {
    reason {
      message
      by {
        id
      }
    }
    since
    until
  }
  hidden {
    path
    needs {
      module
      submodule
      action
    }
  }
  archivedAt
  createdAt
  updatedAt
}
    fragment FlowFilter on Terms {
  mode
  terms {
    field
    operation
    value
  }
}
fragment FlowRecipient on Recipient {
  __typename
  ... on ConstantRecipient {
    constant
  }
  ... on FieldRecipient {
    field
  }
}`, {"fragmentName":"FlowForm"}) as unknown as TypedDocumentString<FlowFormFragment, unknown>;
export const GroupFormFragmentDoc = new TypedDocumentString(`
    fragment GroupForm on Group {
  id
  version
  description
  note
  readOnly
  grants {
    module
    submodule
    actions
  }
  updatedAt
}
    `, {"fragmentName":"GroupForm"}) as unknown as TypedDocumentString<GroupFormFragment, unknown>;
export const IntegrationFormFragmentDoc = new TypedDocumentString(`
    fragment IntegrationForm on Integration {
  id
  version
  name
  connectorName
  connector {
    settings {
      json
      labels {
        name
        title
        help
      }
    }
    capabilities {
      receipts
      lookup
      preview
      inFlight
    }
  }
  settings
  secretsSet
  maxInFlight
  state
  reason {
    code
    message
    nextStep
  }
  createdAt
  updatedAt
}
    `, {"fragmentName":"IntegrationForm"}) as unknown as TypedDocumentString<IntegrationFormFragment, unknown>;
export const MappingFieldFragmentDoc = new TypedDocumentString(`
    fragment MappingField on RecordField {
  key
  type
  title
  help
  unit
  alias
  origin
  by
  references {
    key
    title
  }
  fields {
    key
    type
    title
  }
}
    `, {"fragmentName":"MappingField"}) as unknown as TypedDocumentString<MappingFieldFragment, unknown>;
export const MappingProblemFragmentDoc = new TypedDocumentString(`
    fragment MappingProblem on Problem {
  code
  path
  message
  nextStep
}
    `, {"fragmentName":"MappingProblem"}) as unknown as TypedDocumentString<MappingProblemFragment, unknown>;
export const ConnectorTableDocument = new TypedDocumentString(`
    query ConnectorTable {
  connectors {
    name
    title
    help
    version
    roles
    state
    trust
    problem
    until
    pid
    startedAt
    restarts
    lastError {
      message
      at
    }
    inFlight
    latency {
      attempts
      p50
      p95
      p99
    }
    usage {
      memory
      memoryLimit
      openFiles
      openFilesLimit
      cpu
      inFlightLimit
      linesCut
      missedInRow
    }
    refused {
      file
      sha256
      problem
      nextStep
      at
    }
  }
}
    `) as unknown as TypedDocumentString<ConnectorTableQuery, ConnectorTableQueryVariables>;
export const ConnectorPluginsDocument = new TypedDocumentString(`
    query ConnectorPlugins {
  pluginsDirectory {
    path
    readAt
    problem
    refused {
      file
      name
      sha256
      problem
      nextStep
      at
    }
  }
}
    `) as unknown as TypedDocumentString<ConnectorPluginsQuery, ConnectorPluginsQueryVariables>;
export const ConnectorPageDocument = new TypedDocumentString(`
    query ConnectorPage($name: String!) {
  connector(name: $name) {
    name
    title
    help
    version
    sha256
    state
    capabilities {
      receipts
      lookup
      preview
      query
      idempotentSending
      inFlight
    }
    limits {
      key
      scope
      perSecond
      burst
      setting
    }
    settings {
      form {
        ...DrawnForm
      }
    }
    actions {
      key
      title
      help
      category
      language
      recipient {
        format
        title
        help
      }
      values {
        positional
        named
        min
        max
        maxLength
      }
      parameters {
        form {
          ...DrawnForm
        }
      }
    }
    sources {
      key
      title
      help
      category
      parameters {
        form {
          ...DrawnForm
        }
      }
    }
  }
}
    fragment DrawnForm on Form {
  groups {
    key
    title
    help
  }
  fields {
    path
    name
    title
    help
    placeholder
    group
    input
    required
    requiredWhen {
      all {
        path
        values
        not
      }
    }
    shownWhen {
      all {
        path
        values
        not
      }
    }
    secret
    secretDestination
    default
    examples
    options {
      value
      title
      help
    }
    minimum
    maximum
    above
    below
    step
    minLength
    maxLength
    pattern
    format
  }
}`) as unknown as TypedDocumentString<ConnectorPageQuery, ConnectorPageQueryVariables>;
export const ConnectorTakeOverDocument = new TypedDocumentString(`
    mutation ConnectorTakeOver($name: String!) {
  connectorRestart(name: $name) {
    connector {
      name
      state
      restarts
    }
    userErrors {
      code
      message
      field
      nextStep
    }
  }
}
    `) as unknown as TypedDocumentString<ConnectorTakeOverMutation, ConnectorTakeOverMutationVariables>;
export const ConnectorFollowDocument = new TypedDocumentString(`
    subscription ConnectorFollow($after: Cursor) {
  connectorChanged(after: $after) {
    cursor
    change {
      at
      connector
      aspect
      from
      to
      cause {
        message
        nextStep
      }
    }
    connector {
      name
      version
      state
      trust
      problem
      until
      pid
      restarts
      inFlight
      refused {
        problem
        nextStep
      }
    }
  }
}
    `) as unknown as TypedDocumentString<ConnectorFollowSubscription, ConnectorFollowSubscriptionVariables>;
export const ConsumersDocument = new TypedDocumentString(`
    query Consumers($filter: ConsumerFilterInput, $orderBy: ConsumerOrderInput, $first: Int = 50, $after: Cursor) {
  consumers(filter: $filter, orderBy: $orderBy, first: $first, after: $after) {
    nodes {
      id
      version
      name
      description
      enabled
      hubEnabled
      expiresAt
      lastUsedAt
      clientId
      createdAt
      group {
        id
        description
      }
    }
    pageInfo {
      hasNextPage
      endCursor
    }
    totalCount
  }
}
    `) as unknown as TypedDocumentString<ConsumersQuery, ConsumersQueryVariables>;
export const ConsumerGroupsDocument = new TypedDocumentString(`
    query ConsumerGroups($search: String, $after: Cursor) {
  groups(
    filter: {search: $search}
    orderBy: {field: DESCRIPTION, direction: ASC}
    first: 50
    after: $after
  ) {
    nodes {
      id
      description
      readOnly
    }
    pageInfo {
      hasNextPage
      endCursor
    }
  }
}
    `) as unknown as TypedDocumentString<ConsumerGroupsQuery, ConsumerGroupsQueryVariables>;
export const ConsumerEditorDocument = new TypedDocumentString(`
    query ConsumerEditor($id: ID!) {
  consumer(id: $id) {
    ...ConsumerForm
  }
}
    fragment ConsumerForm on Consumer {
  id
  version
  name
  description
  group {
    id
    description
  }
  hubEnabled
  enabled
  expiresAt
  lastUsedAt
  clientId
  secretRotatedAt
  oldSecretUntil
  rateLimit
  costBudget
  createdAt
  updatedAt
}`) as unknown as TypedDocumentString<ConsumerEditorQuery, ConsumerEditorQueryVariables>;
export const ConsumerAddDocument = new TypedDocumentString(`
    mutation ConsumerAdd($input: ConsumerCreateInput!) {
  consumerCreate(input: $input) {
    consumer {
      ...ConsumerForm
    }
    secret
    repeat
    userErrors {
      code
      message
      field
      nextStep
    }
  }
}
    fragment ConsumerForm on Consumer {
  id
  version
  name
  description
  group {
    id
    description
  }
  hubEnabled
  enabled
  expiresAt
  lastUsedAt
  clientId
  secretRotatedAt
  oldSecretUntil
  rateLimit
  costBudget
  createdAt
  updatedAt
}`) as unknown as TypedDocumentString<ConsumerAddMutation, ConsumerAddMutationVariables>;
export const ConsumerSaveDocument = new TypedDocumentString(`
    mutation ConsumerSave($id: ID!, $input: ConsumerUpdateInput!) {
  consumerUpdate(id: $id, input: $input) {
    consumer {
      ...ConsumerForm
    }
    userErrors {
      code
      message
      field
      nextStep
    }
  }
}
    fragment ConsumerForm on Consumer {
  id
  version
  name
  description
  group {
    id
    description
  }
  hubEnabled
  enabled
  expiresAt
  lastUsedAt
  clientId
  secretRotatedAt
  oldSecretUntil
  rateLimit
  costBudget
  createdAt
  updatedAt
}`) as unknown as TypedDocumentString<ConsumerSaveMutation, ConsumerSaveMutationVariables>;
export const ConsumerNewSecretDocument = new TypedDocumentString(`
    mutation ConsumerNewSecret($id: ID!, $input: ConsumerSecretRotateInput!) {
  consumerSecretRotate(id: $id, input: $input) {
    consumer {
      ...ConsumerForm
    }
    secret
    userErrors {
      code
      message
      field
      nextStep
    }
  }
}
    fragment ConsumerForm on Consumer {
  id
  version
  name
  description
  group {
    id
    description
  }
  hubEnabled
  enabled
  expiresAt
  lastUsedAt
  clientId
  secretRotatedAt
  oldSecretUntil
  rateLimit
  costBudget
  createdAt
  updatedAt
}`) as unknown as TypedDocumentString<ConsumerNewSecretMutation, ConsumerNewSecretMutationVariables>;
export const ConsumerRemoveDocument = new TypedDocumentString(`
    mutation ConsumerRemove($id: ID!, $expectedVersion: Int) {
  consumerDelete(id: $id, expectedVersion: $expectedVersion) {
    deletedId
    userErrors {
      code
      message
      nextStep
    }
  }
}
    `) as unknown as TypedDocumentString<ConsumerRemoveMutation, ConsumerRemoveMutationVariables>;
export const EventsDocument = new TypedDocumentString(`
    query Events($filter: EventFilterInput, $orderBy: EventOrderInput, $first: Int = 50, $after: Cursor) {
  events(filter: $filter, orderBy: $orderBy, first: $first, after: $after) {
    nodes {
      id
      version
      enabled
      description
      type
      eventType {
        title
        module {
          key
          title
        }
        submodule {
          key
          title
        }
      }
      flows {
        id
        description
        enabled
      }
      problems {
        code
      }
      updatedAt
    }
    pageInfo {
      hasNextPage
      endCursor
    }
    totalCount
  }
}
    `) as unknown as TypedDocumentString<EventsQuery, EventsQueryVariables>;
export const EventTypesDocument = new TypedDocumentString(`
    query EventTypes {
  catalog {
    modules {
      key
      title
      submodules {
        key
        title
        eventTypes {
          key
          title
          help
          origin
          recordType {
            key
          }
          derived {
            on
            kind
          }
        }
      }
    }
  }
}
    `) as unknown as TypedDocumentString<EventTypesQuery, EventTypesQueryVariables>;
export const EventEditorDocument = new TypedDocumentString(`
    query EventEditor($id: ID!) {
  event(id: $id) {
    ...EventForm
  }
}
    fragment EventForm on Event {
  id
  version
  enabled
  description
  type
  eventType {
    title
    module {
      key
      title
    }
    submodule {
      key
      title
    }
    recordType {
      key
      title
    }
  }
  terms {
    ...EventTerms
    groups {
      ...EventTerms
      groups {
        ...EventTerms
        groups {
          ...EventTerms
        }
      }
    }
  }
  flows {
    id
    description
    enabled
    trigger
    problems {
      code
    }
  }
  problems {
    code
    path
    message
    nextStep
  }
  archivedAt
  createdAt
  updatedAt
}
fragment EventTerms on Terms {
  mode
  terms {
    field
    operation
    value
  }
}`) as unknown as TypedDocumentString<EventEditorQuery, EventEditorQueryVariables>;
export const EventFieldsDocument = new TypedDocumentString(`
    query EventFields($recordType: String!) {
  catalog {
    recordType(key: $recordType) {
      key
      title
      fields {
        key
        type
        title
        help
        unit
        open
        operations
        references {
          key
          title
        }
        enum {
          value
          title
        }
      }
    }
    operations {
      operation
      title
      help
      valueKind
      types
    }
    enum(key: "TermsMode") {
      values {
        value
        title
      }
    }
  }
}
    `) as unknown as TypedDocumentString<EventFieldsQuery, EventFieldsQueryVariables>;
export const EventValuesDocument = new TypedDocumentString(`
    query EventValues($recordType: String!, $field: String!, $search: String, $after: Cursor) {
  fieldOptions(
    recordType: $recordType
    field: $field
    search: $search
    first: 20
    after: $after
  ) {
    nodes {
      value
      label
      type
    }
    pageInfo {
      hasNextPage
      endCursor
    }
  }
}
    `) as unknown as TypedDocumentString<EventValuesQuery, EventValuesQueryVariables>;
export const EventFlowsDocument = new TypedDocumentString(`
    query EventFlows($search: String, $after: Cursor) {
  flows(
    filter: {search: $search}
    orderBy: {field: DESCRIPTION, direction: ASC}
    first: 50
    after: $after
  ) {
    nodes {
      id
      description
      enabled
      trigger
      problems {
        code
      }
    }
    pageInfo {
      hasNextPage
      endCursor
    }
  }
}
    `) as unknown as TypedDocumentString<EventFlowsQuery, EventFlowsQueryVariables>;
export const EventTryDocument = new TypedDocumentString(`
    query EventTry($input: EventBacktestInput!) {
  eventBacktest(input: $input) {
    problems {
      code
      path
      message
    }
    scanned
    fired
    undecided
    cut
    oldest
    days {
      date
      scanned
      fired
      undecided
    }
    samples {
      occurrence {
        id
        subject
        receivedAt
      }
      rowCount
      rows {
        record
        true
        trace {
          path
          field
          operation
          want
          got
          true
          undecided
        }
      }
    }
    flows {
      flow {
        id
        description
      }
      reason {
        code
        message
      }
      messages
      filteredOut
      withoutRecipient
      recipients {
        recipient
        messages
      }
      cut
    }
  }
}
    `) as unknown as TypedDocumentString<EventTryQuery, EventTryQueryVariables>;
export const EventAddDocument = new TypedDocumentString(`
    mutation EventAdd($input: EventCreateInput!) {
  eventCreate(input: $input) {
    event {
      ...EventForm
    }
    repeat
    userErrors {
      code
      problem
      message
      field
      nextStep
    }
  }
}
    fragment EventForm on Event {
  id
  version
  enabled
  description
  type
  eventType {
    title
    module {
      key
      title
    }
    submodule {
      key
      title
    }
    recordType {
      key
      title
    }
  }
  terms {
    ...EventTerms
    groups {
      ...EventTerms
      groups {
        ...EventTerms
        groups {
          ...EventTerms
        }
      }
    }
  }
  flows {
    id
    description
    enabled
    trigger
    problems {
      code
    }
  }
  problems {
    code
    path
    message
    nextStep
  }
  archivedAt
  createdAt
  updatedAt
}
fragment EventTerms on Terms {
  mode
  terms {
    field
    operation
    value
  }
}`) as unknown as TypedDocumentString<EventAddMutation, EventAddMutationVariables>;
export const EventSaveDocument = new TypedDocumentString(`
    mutation EventSave($id: ID!, $input: EventUpdateInput!) {
  eventUpdate(id: $id, input: $input) {
    event {
      ...EventForm
    }
    userErrors {
      code
      problem
      message
      field
      nextStep
    }
  }
}
    fragment EventForm on Event {
  id
  version
  enabled
  description
  type
  eventType {
    title
    module {
      key
      title
    }
    submodule {
      key
      title
    }
    recordType {
      key
      title
    }
  }
  terms {
    ...EventTerms
    groups {
      ...EventTerms
      groups {
        ...EventTerms
        groups {
          ...EventTerms
        }
      }
    }
  }
  flows {
    id
    description
    enabled
    trigger
    problems {
      code
    }
  }
  problems {
    code
    path
    message
    nextStep
  }
  archivedAt
  createdAt
  updatedAt
}
fragment EventTerms on Terms {
  mode
  terms {
    field
    operation
    value
  }
}`) as unknown as TypedDocumentString<EventSaveMutation, EventSaveMutationVariables>;
export const EventTurnOnDocument = new TypedDocumentString(`
    mutation EventTurnOn($id: ID!, $expectedVersion: Int) {
  eventEnable(id: $id, expectedVersion: $expectedVersion) {
    event {
      id
      version
      enabled
    }
    userErrors {
      code
      problem
      message
      field
      nextStep
    }
  }
}
    `) as unknown as TypedDocumentString<EventTurnOnMutation, EventTurnOnMutationVariables>;
export const EventTurnOffDocument = new TypedDocumentString(`
    mutation EventTurnOff($id: ID!, $expectedVersion: Int) {
  eventDisable(id: $id, expectedVersion: $expectedVersion) {
    event {
      id
      version
      enabled
    }
    userErrors {
      code
      message
      nextStep
    }
  }
}
    `) as unknown as TypedDocumentString<EventTurnOffMutation, EventTurnOffMutationVariables>;
export const EventRemoveDocument = new TypedDocumentString(`
    mutation EventRemove($id: ID!, $expectedVersion: Int) {
  eventArchive(id: $id, expectedVersion: $expectedVersion) {
    event {
      id
      archivedAt
    }
    userErrors {
      code
      message
      nextStep
    }
  }
}
    `) as unknown as TypedDocumentString<EventRemoveMutation, EventRemoveMutationVariables>;
export const ExecutionsDocument = new TypedDocumentString(`
    query Executions($filter: ExecutionFilterInput, $orderBy: ExecutionOrderInput, $first: Int, $after: Cursor, $last: Int, $before: Cursor) {
  executions(
    filter: $filter
    orderBy: $orderBy
    first: $first
    after: $after
    last: $last
    before: $before
  ) {
    nodes {
      id
      createdAt
      closedAt
      flow {
        id
        description
      }
      trigger
      scheduledFor
      test
      event {
        id
        description
      }
      startedBy {
        id
        name
      }
      subject
      state
      outcome
      waitingFor
      until
      reason {
        code
        message
        nextStep
      }
      deliveries {
        state
      }
    }
    pageInfo {
      hasNextPage
      endCursor
      hasPreviousPage
      startCursor
    }
    totalCount
    totalCountIsExact
  }
}
    `) as unknown as TypedDocumentString<ExecutionsQuery, ExecutionsQueryVariables>;
export const ExecutionDetailDocument = new TypedDocumentString(`
    query ExecutionDetail($id: ID!) {
  execution(id: $id) {
    id
    state
    outcome
    waitingFor
    until
    reason {
      code
      message
      path
      provider
      nextStep
    }
    flow {
      id
      description
      enabled
    }
    flowVersion {
      version
      savedAt
    }
    trigger
    scheduledFor
    test
    startedBy {
      id
      name
    }
    event {
      id
      description
    }
    occurrence {
      id
      type
      subject
      source
      time
    }
    subject
    rows
    collection {
      open
      openedAt
      lastAt
      occurrenceCount
      rowCount
    }
    fetch {
      attempts
      askedAt
      doneAt
      reason {
        code
        message
        path
        nextStep
      }
      rowCount
      questions {
        parameters
        about
        rowCount
      }
      rows(first: 20) {
        record
        question
        data
      }
      hidden {
        path
        needs {
          module
          submodule
          action
        }
      }
    }
    deliveries {
      ...ExecutionMessage
    }
    timeline {
      cursor
      at
      subject
      aspect
      from
      to
      cause {
        code
        message
        by {
          id
        }
      }
    }
    replayOf {
      id
    }
    replays(first: 10) {
      nodes {
        id
        createdAt
        outcome
      }
      pageInfo {
        hasNextPage
        endCursor
      }
    }
    hidden {
      path
      needs {
        module
        submodule
        action
      }
    }
    payloadsPruned
    createdAt
    startedAt
    closedAt
  }
}
    fragment ExecutionMessage on Delivery {
  id
  state
  recipient
  values
  record
  target
  flowTarget {
    connectorAction {
      title
    }
    followUp {
      of
      when
      within
    }
  }
  follows {
    id
    target
    state
  }
  followUps {
    id
    target
    state
    dueAt
  }
  integration {
    id
    name
  }
  action
  providerId
  reason {
    code
    message
    path
    provider
    nextStep
  }
  suppression {
    id
    ground
    until
  }
  waitingFor
  dueAt
  attemptCount
  attempts {
    number
    counted
    startedAt
    finishedAt
    kind
    scope
    code
    message
    nextStep
    path
    retryAfter
    adjusted {
      path
      reason
      sent
    }
  }
  receipts {
    status
    at
    receivedAt
    code
    message
    flagged
    pricing {
      category
      billable
    }
  }
  flagged
  hidden {
    path
    needs {
      module
      submodule
      action
    }
  }
}`) as unknown as TypedDocumentString<ExecutionDetailQuery, ExecutionDetailQueryVariables>;
export const ExecutionLiveDocument = new TypedDocumentString(`
    subscription ExecutionLive($id: ID!, $after: Cursor) {
  executionChanged(execution: $id, after: $after) {
    cursor
    change {
      at
      subject
      aspect
      from
      to
      cause {
        code
        message
      }
    }
    execution {
      id
      state
      outcome
      waitingFor
      until
      closedAt
    }
    delivery {
      id
      state
      target
      recipient
      attemptCount
    }
  }
}
    `) as unknown as TypedDocumentString<ExecutionLiveSubscription, ExecutionLiveSubscriptionVariables>;
export const ReplayDialogueDocument = new TypedDocumentString(`
    query ReplayDialogue($id: ID!, $input: ExecutionReplayInput!) {
  executionReplayPreview(id: $id, input: $input) {
    obstacles {
      code
      message
      nextStep
    }
    problems {
      code
      path
      message
    }
    executions {
      outcome
      reason {
        code
        message
      }
      deliveries {
        state
        target
        integration {
          name
        }
        recipient
        values
        text
        reason {
          code
          message
        }
      }
    }
  }
}
    `) as unknown as TypedDocumentString<ReplayDialogueQuery, ReplayDialogueQueryVariables>;
export const ReplayStartDocument = new TypedDocumentString(`
    mutation ReplayStart($id: ID!, $input: ExecutionReplayInput!) {
  executionReplay(id: $id, input: $input) {
    execution {
      id
      state
      trigger
      replayOf {
        id
      }
    }
    repeat
    userErrors {
      code
      message
      field
      nextStep
    }
  }
}
    `) as unknown as TypedDocumentString<ReplayStartMutation, ReplayStartMutationVariables>;
export const ExecutionStopDocument = new TypedDocumentString(`
    mutation ExecutionStop($id: ID!) {
  executionCancel(id: $id) {
    execution {
      id
      state
      outcome
    }
    userErrors {
      code
      message
      nextStep
    }
  }
}
    `) as unknown as TypedDocumentString<ExecutionStopMutation, ExecutionStopMutationVariables>;
export const MessageSendAgainDocument = new TypedDocumentString(`
    mutation MessageSendAgain($id: ID!) {
  deliveryRetry(id: $id) {
    delivery {
      ...ExecutionMessage
    }
    userErrors {
      code
      message
      nextStep
    }
  }
}
    fragment ExecutionMessage on Delivery {
  id
  state
  recipient
  values
  record
  target
  flowTarget {
    connectorAction {
      title
    }
    followUp {
      of
      when
      within
    }
  }
  follows {
    id
    target
    state
  }
  followUps {
    id
    target
    state
    dueAt
  }
  integration {
    id
    name
  }
  action
  providerId
  reason {
    code
    message
    path
    provider
    nextStep
  }
  suppression {
    id
    ground
    until
  }
  waitingFor
  dueAt
  attemptCount
  attempts {
    number
    counted
    startedAt
    finishedAt
    kind
    scope
    code
    message
    nextStep
    path
    retryAfter
    adjusted {
      path
      reason
      sent
    }
  }
  receipts {
    status
    at
    receivedAt
    code
    message
    flagged
    pricing {
      category
      billable
    }
  }
  flagged
  hidden {
    path
    needs {
      module
      submodule
      action
    }
  }
}`) as unknown as TypedDocumentString<MessageSendAgainMutation, MessageSendAgainMutationVariables>;
export const MessageAskDocument = new TypedDocumentString(`
    mutation MessageAsk($id: ID!) {
  deliveryLookup(id: $id) {
    delivery {
      ...ExecutionMessage
    }
    answer
    message
    userErrors {
      code
      message
      nextStep
    }
  }
}
    fragment ExecutionMessage on Delivery {
  id
  state
  recipient
  values
  record
  target
  flowTarget {
    connectorAction {
      title
    }
    followUp {
      of
      when
      within
    }
  }
  follows {
    id
    target
    state
  }
  followUps {
    id
    target
    state
    dueAt
  }
  integration {
    id
    name
  }
  action
  providerId
  reason {
    code
    message
    path
    provider
    nextStep
  }
  suppression {
    id
    ground
    until
  }
  waitingFor
  dueAt
  attemptCount
  attempts {
    number
    counted
    startedAt
    finishedAt
    kind
    scope
    code
    message
    nextStep
    path
    retryAfter
    adjusted {
      path
      reason
      sent
    }
  }
  receipts {
    status
    at
    receivedAt
    code
    message
    flagged
    pricing {
      category
      billable
    }
  }
  flagged
  hidden {
    path
    needs {
      module
      submodule
      action
    }
  }
}`) as unknown as TypedDocumentString<MessageAskMutation, MessageAskMutationVariables>;
export const MessageSettleDocument = new TypedDocumentString(`
    mutation MessageSettle($id: ID!, $input: DeliveryResolveInput!) {
  deliveryResolve(id: $id, input: $input) {
    delivery {
      ...ExecutionMessage
    }
    userErrors {
      code
      message
      field
      nextStep
    }
  }
}
    fragment ExecutionMessage on Delivery {
  id
  state
  recipient
  values
  record
  target
  flowTarget {
    connectorAction {
      title
    }
    followUp {
      of
      when
      within
    }
  }
  follows {
    id
    target
    state
  }
  followUps {
    id
    target
    state
    dueAt
  }
  integration {
    id
    name
  }
  action
  providerId
  reason {
    code
    message
    path
    provider
    nextStep
  }
  suppression {
    id
    ground
    until
  }
  waitingFor
  dueAt
  attemptCount
  attempts {
    number
    counted
    startedAt
    finishedAt
    kind
    scope
    code
    message
    nextStep
    path
    retryAfter
    adjusted {
      path
      reason
      sent
    }
  }
  receipts {
    status
    at
    receivedAt
    code
    message
    flagged
    pricing {
      category
      billable
    }
  }
  flagged
  hidden {
    path
    needs {
      module
      submodule
      action
    }
  }
}`) as unknown as TypedDocumentString<MessageSettleMutation, MessageSettleMutationVariables>;
export const FlowsDocument = new TypedDocumentString(`
    query Flows($filter: FlowFilterInput, $orderBy: FlowOrderInput, $first: Int = 50, $after: Cursor) {
  flows(filter: $filter, orderBy: $orderBy, first: $first, after: $after) {
    nodes {
      id
      version
      enabled
      description
      trigger
      nextRun
      source {
        action
        sourceAction {
          title
        }
        consumer {
          id
          name
        }
      }
      targets {
        integration {
          id
          name
          state
        }
        action
        connectorAction {
          title
        }
      }
      problems {
        code
      }
      paused {
        code
        message
        nextStep
      }
      lastRun {
        id
        state
        outcome
        closedAt
        reason {
          code
          message
        }
      }
      updatedAt
    }
    pageInfo {
      hasNextPage
      endCursor
    }
    totalCount
  }
}
    `) as unknown as TypedDocumentString<FlowsQuery, FlowsQueryVariables>;
export const FlowEditorDocument = new TypedDocumentString(`
    query FlowEditor($id: ID!) {
  flow(id: $id) {
    ...FlowForm
  }
}
    fragment FlowForm on Flow {
  id
  version
  enabled
  description
  trigger
  schedule {
    __typename
    ... on CronSchedule {
      expression
      cronZone: timeZone
      cronMissed: missed
      cronStart: start
      cronEnd: end
    }
    ... on IntervalSchedule {
      every
      unit
      anchor
      intervalZone: timeZone
      intervalMissed: missed
      intervalStart: start
      intervalEnd: end
    }
    ... on DateSchedule {
      local
      at
      dateZone: timeZone
      dateMissed: missed
    }
  }
  nextRuns(first: 5)
  source {
    module
    consumer {
      id
      name
    }
    action
    sourceAction {
      title
      recordType {
        key
        title
      }
    }
    parameters
    rows
    fetch {
      integration {
        id
        name
        state
      }
      action
      parameters
      about
      mapping {
        name
        field
        constant
        expression
        missing
        default
      }
    }
  }
  filter {
    ...FlowFilter
    groups {
      ...FlowFilter
      groups {
        ...FlowFilter
        groups {
          ...FlowFilter
        }
      }
    }
  }
  targets {
    integration {
      id
      name
    }
    action
    connectorAction {
      title
    }
    parameters
    recipient {
      ...FlowRecipient
      ... on SeveralRecipients {
        all {
          ...FlowRecipient
          ... on FirstRecipient {
            first {
              ...FlowRecipient
            }
          }
        }
      }
      ... on FirstRecipient {
        first {
          ...FlowRecipient
        }
      }
    }
    mapping {
      position
      name
      field
      constant
      expression
      missing
      default
    }
    followUp {
      of
      when
      within
    }
  }
  settings {
    maxAttempts
    maxAge
    unknownPolicy
    unknownWait
    locale
    timeZone
    defaultCountry
    ordering
    maxInFlight
    quietHours {
      from
      to
      days
      zone
      timeZone
    }
    collect {
      by
      field
      mode
      window
      atMost
      limit
    }
  }
  problems {
    code
    path
    message
    nextStep
  }
  warnings {
    code
    path
    message
    nextStep
  }
  checkedAt
  permissionsNeeded {
    module
    submodule
    action
  }
  paused {
    code
    message
    nextStep
  }
  pause {
    reason {
      message
      by {
        id
      }
    }
    since
    until
  }
  hidden {
    path
    needs {
      module
      submodule
      action
    }
  }
  archivedAt
  createdAt
  updatedAt
}
fragment FlowFilter on Terms {
  mode
  terms {
    field
    operation
    value
  }
}
fragment FlowRecipient on Recipient {
  __typename
  ... on ConstantRecipient {
    constant
  }
  ... on FieldRecipient {
    field
  }
}`) as unknown as TypedDocumentString<FlowEditorQuery, FlowEditorQueryVariables>;
export const FlowConsumersDocument = new TypedDocumentString(`
    query FlowConsumers($search: String, $after: Cursor) {
  consumers(
    filter: {search: $search, enabled: true}
    orderBy: {field: NAME, direction: ASC}
    first: 50
    after: $after
  ) {
    nodes {
      id
      name
      hubEnabled
      expiresAt
      group {
        description
      }
    }
    pageInfo {
      hasNextPage
      endCursor
    }
  }
}
    `) as unknown as TypedDocumentString<FlowConsumersQuery, FlowConsumersQueryVariables>;
export const SourceActionsDocument = new TypedDocumentString(`
    query SourceActions {
  catalog {
    sourceActions {
      key
      title
      help
      recordType {
        key
        title
      }
      parameters {
        key
        type
        title
        help
        many
        default
        min
        max
        references {
          key
        }
        enum {
          value
          title
        }
      }
    }
  }
}
    `) as unknown as TypedDocumentString<SourceActionsQuery, SourceActionsQueryVariables>;
export const FilterFieldsDocument = new TypedDocumentString(`
    query FilterFields($recordType: String!) {
  catalog {
    recordType(key: $recordType) {
      key
      fields {
        key
        type
        title
        help
        unit
        operations
        references {
          key
        }
        enum {
          value
          title
        }
      }
    }
    operations {
      operation
      title
      valueKind
      types
    }
  }
}
    `) as unknown as TypedDocumentString<FilterFieldsQuery, FilterFieldsQueryVariables>;
export const FilterValuesDocument = new TypedDocumentString(`
    query FilterValues($recordType: String!, $field: String!, $search: String, $after: Cursor) {
  fieldOptions(
    recordType: $recordType
    field: $field
    search: $search
    first: 20
    after: $after
  ) {
    nodes {
      value
      label
      type
    }
    pageInfo {
      hasNextPage
      endCursor
    }
  }
}
    `) as unknown as TypedDocumentString<FilterValuesQuery, FilterValuesQueryVariables>;
export const FlowConnectionsDocument = new TypedDocumentString(`
    query FlowConnections($search: String, $after: Cursor) {
  integrations(
    filter: {search: $search}
    orderBy: {field: NAME, direction: ASC}
    first: 50
    after: $after
  ) {
    nodes {
      id
      name
      state
      connector {
        name
        title
        actions {
          key
          title
          help
          category
          language
          parameters {
            json
            labels {
              name
              title
              help
            }
          }
          recipient {
            format
            title
            help
          }
        }
        sources {
          key
          title
          help
          category
          parameters {
            json
            labels {
              name
              title
              help
            }
          }
        }
      }
    }
    pageInfo {
      hasNextPage
      endCursor
    }
  }
}
    `) as unknown as TypedDocumentString<FlowConnectionsQuery, FlowConnectionsQueryVariables>;
export const FlowSettingInputsDocument = new TypedDocumentString(`
    query FlowSettingInputs {
  catalog {
    flowSettings {
      key
      type
      title
      help
      unit
      default
      min
      max
      enum {
        value
        title
      }
    }
  }
}
    `) as unknown as TypedDocumentString<FlowSettingInputsQuery, FlowSettingInputsQueryVariables>;
export const FlowNextRunsDocument = new TypedDocumentString(`
    query FlowNextRuns($schedule: FlowScheduleInput!) {
  scheduleNextRuns(schedule: $schedule, first: 5) {
    runs
    problems {
      code
      path
      message
    }
  }
}
    `) as unknown as TypedDocumentString<FlowNextRunsQuery, FlowNextRunsQueryVariables>;
export const FlowAddDocument = new TypedDocumentString(`
    mutation FlowAdd($input: FlowCreateInput!) {
  flowCreate(input: $input) {
    flow {
      ...FlowForm
    }
    repeat
    userErrors {
      code
      problem
      message
      field
      nextStep
    }
  }
}
    fragment FlowForm on Flow {
  id
  version
  enabled
  description
  trigger
  schedule {
    __typename
    ... on CronSchedule {
      expression
      cronZone: timeZone
      cronMissed: missed
      cronStart: start
      cronEnd: end
    }
    ... on IntervalSchedule {
      every
      unit
      anchor
      intervalZone: timeZone
      intervalMissed: missed
      intervalStart: start
      intervalEnd: end
    }
    ... on DateSchedule {
      local
      at
      dateZone: timeZone
      dateMissed: missed
    }
  }
  nextRuns(first: 5)
  source {
    module
    consumer {
      id
      name
    }
    action
    sourceAction {
      title
      recordType {
        key
        title
      }
    }
    parameters
    rows
    fetch {
      integration {
        id
        name
        state
      }
      action
      parameters
      about
      mapping {
        name
        field
        constant
        expression
        missing
        default
      }
    }
  }
  filter {
    ...FlowFilter
    groups {
      ...FlowFilter
      groups {
        ...FlowFilter
        groups {
          ...FlowFilter
        }
      }
    }
  }
  targets {
    integration {
      id
      name
    }
    action
    connectorAction {
      title
    }
    parameters
    recipient {
      ...FlowRecipient
      ... on SeveralRecipients {
        all {
          ...FlowRecipient
          ... on FirstRecipient {
            first {
              ...FlowRecipient
            }
          }
        }
      }
      ... on FirstRecipient {
        first {
          ...FlowRecipient
        }
      }
    }
    mapping {
      position
      name
      field
      constant
      expression
      missing
      default
    }
    followUp {
      of
      when
      within
    }
  }
  settings {
    maxAttempts
    maxAge
    unknownPolicy
    unknownWait
    locale
    timeZone
    defaultCountry
    ordering
    maxInFlight
    quietHours {
      from
      to
      days
      zone
      timeZone
    }
    collect {
      by
      field
      mode
      window
      atMost
      limit
    }
  }
  problems {
    code
    path
    message
    nextStep
  }
  warnings {
    code
    path
    message
    nextStep
  }
  checkedAt
  permissionsNeeded {
    module
    submodule
    action
  }
  paused {
    code
    message
    nextStep
  }
  pause {
    reason {
      message
      by {
        id
      }
    }
    since
    until
  }
  hidden {
    path
    needs {
      module
      submodule
      action
    }
  }
  archivedAt
  createdAt
  updatedAt
}
fragment FlowFilter on Terms {
  mode
  terms {
    field
    operation
    value
  }
}
fragment FlowRecipient on Recipient {
  __typename
  ... on ConstantRecipient {
    constant
  }
  ... on FieldRecipient {
    field
  }
}`) as unknown as TypedDocumentString<FlowAddMutation, FlowAddMutationVariables>;
export const FlowSaveDocument = new TypedDocumentString(`
    mutation FlowSave($id: ID!, $input: FlowUpdateInput!) {
  flowUpdate(id: $id, input: $input) {
    flow {
      ...FlowForm
    }
    userErrors {
      code
      problem
      message
      field
      nextStep
    }
  }
}
    fragment FlowForm on Flow {
  id
  version
  enabled
  description
  trigger
  schedule {
    __typename
    ... on CronSchedule {
      expression
      cronZone: timeZone
      cronMissed: missed
      cronStart: start
      cronEnd: end
    }
    ... on IntervalSchedule {
      every
      unit
      anchor
      intervalZone: timeZone
      intervalMissed: missed
      intervalStart: start
      intervalEnd: end
    }
    ... on DateSchedule {
      local
      at
      dateZone: timeZone
      dateMissed: missed
    }
  }
  nextRuns(first: 5)
  source {
    module
    consumer {
      id
      name
    }
    action
    sourceAction {
      title
      recordType {
        key
        title
      }
    }
    parameters
    rows
    fetch {
      integration {
        id
        name
        state
      }
      action
      parameters
      about
      mapping {
        name
        field
        constant
        expression
        missing
        default
      }
    }
  }
  filter {
    ...FlowFilter
    groups {
      ...FlowFilter
      groups {
        ...FlowFilter
        groups {
          ...FlowFilter
        }
      }
    }
  }
  targets {
    integration {
      id
      name
    }
    action
    connectorAction {
      title
    }
    parameters
    recipient {
      ...FlowRecipient
      ... on SeveralRecipients {
        all {
          ...FlowRecipient
          ... on FirstRecipient {
            first {
              ...FlowRecipient
            }
          }
        }
      }
      ... on FirstRecipient {
        first {
          ...FlowRecipient
        }
      }
    }
    mapping {
      position
      name
      field
      constant
      expression
      missing
      default
    }
    followUp {
      of
      when
      within
    }
  }
  settings {
    maxAttempts
    maxAge
    unknownPolicy
    unknownWait
    locale
    timeZone
    defaultCountry
    ordering
    maxInFlight
    quietHours {
      from
      to
      days
      zone
      timeZone
    }
    collect {
      by
      field
      mode
      window
      atMost
      limit
    }
  }
  problems {
    code
    path
    message
    nextStep
  }
  warnings {
    code
    path
    message
    nextStep
  }
  checkedAt
  permissionsNeeded {
    module
    submodule
    action
  }
  paused {
    code
    message
    nextStep
  }
  pause {
    reason {
      message
      by {
        id
      }
    }
    since
    until
  }
  hidden {
    path
    needs {
      module
      submodule
      action
    }
  }
  archivedAt
  createdAt
  updatedAt
}
fragment FlowFilter on Terms {
  mode
  terms {
    field
    operation
    value
  }
}
fragment FlowRecipient on Recipient {
  __typename
  ... on ConstantRecipient {
    constant
  }
  ... on FieldRecipient {
    field
  }
}`) as unknown as TypedDocumentString<FlowSaveMutation, FlowSaveMutationVariables>;
export const FlowTurnOnDocument = new TypedDocumentString(`
    mutation FlowTurnOn($id: ID!, $expectedVersion: Int) {
  flowEnable(id: $id, expectedVersion: $expectedVersion) {
    flow {
      id
      version
      enabled
      nextRun
    }
    userErrors {
      code
      problem
      message
      field
      nextStep
    }
  }
}
    `) as unknown as TypedDocumentString<FlowTurnOnMutation, FlowTurnOnMutationVariables>;
export const FlowTurnOffDocument = new TypedDocumentString(`
    mutation FlowTurnOff($id: ID!, $expectedVersion: Int) {
  flowDisable(id: $id, expectedVersion: $expectedVersion) {
    flow {
      id
      version
      enabled
    }
    userErrors {
      code
      message
      nextStep
    }
  }
}
    `) as unknown as TypedDocumentString<FlowTurnOffMutation, FlowTurnOffMutationVariables>;
export const FlowHoldDocument = new TypedDocumentString(`
    mutation FlowHold($id: ID!, $input: PauseInput!) {
  flowPause(id: $id, input: $input) {
    flow {
      id
      version
      paused {
        code
        message
      }
      pause {
        reason {
          message
        }
        since
        until
      }
    }
    userErrors {
      code
      message
      field
      nextStep
    }
  }
}
    `) as unknown as TypedDocumentString<FlowHoldMutation, FlowHoldMutationVariables>;
export const FlowGoOnDocument = new TypedDocumentString(`
    mutation FlowGoOn($id: ID!, $expectedVersion: Int) {
  flowResume(id: $id, expectedVersion: $expectedVersion) {
    flow {
      id
      version
      paused {
        code
        message
        nextStep
      }
    }
    userErrors {
      code
      message
      nextStep
    }
  }
}
    `) as unknown as TypedDocumentString<FlowGoOnMutation, FlowGoOnMutationVariables>;
export const FlowStartDocument = new TypedDocumentString(`
    mutation FlowStart($id: ID!, $input: FlowRunInput!) {
  flowRun(id: $id, input: $input) {
    execution {
      id
      state
      trigger
    }
    repeat
    userErrors {
      code
      message
      field
      nextStep
    }
  }
}
    `) as unknown as TypedDocumentString<FlowStartMutation, FlowStartMutationVariables>;
export const FlowTryDocument = new TypedDocumentString(`
    mutation FlowTry($id: ID!, $input: FlowTestInput!) {
  flowTest(id: $id, input: $input) {
    execution {
      id
    }
    delivery {
      id
      target
      recipient
      values
      state
    }
    repeat
    userErrors {
      code
      message
      field
      nextStep
    }
  }
}
    `) as unknown as TypedDocumentString<FlowTryMutation, FlowTryMutationVariables>;
export const FlowVersionsDocument = new TypedDocumentString(`
    query FlowVersions($id: ID!, $first: Int = 20, $after: Cursor) {
  flow(id: $id) {
    version
    history(first: $first, after: $after) {
      nodes {
        version
        description
        savedAt
        savedBy {
          id
          name
        }
        restoredFrom
        diff {
          path
          from
          to
          needs {
            module
            submodule
            action
          }
        }
      }
      pageInfo {
        hasNextPage
        endCursor
      }
    }
  }
}
    `) as unknown as TypedDocumentString<FlowVersionsQuery, FlowVersionsQueryVariables>;
export const FlowRestoreDocument = new TypedDocumentString(`
    mutation FlowRestore($id: ID!, $input: FlowRollbackInput!) {
  flowRollback(id: $id, input: $input) {
    flow {
      ...FlowForm
    }
    userErrors {
      code
      problem
      message
      field
      nextStep
    }
  }
}
    fragment FlowForm on Flow {
  id
  version
  enabled
  description
  trigger
  schedule {
    __typename
    ... on CronSchedule {
      expression
      cronZone: timeZone
      cronMissed: missed
      cronStart: start
      cronEnd: end
    }
    ... on IntervalSchedule {
      every
      unit
      anchor
      intervalZone: timeZone
      intervalMissed: missed
      intervalStart: start
      intervalEnd: end
    }
    ... on DateSchedule {
      local
      at
      dateZone: timeZone
      dateMissed: missed
    }
  }
  nextRuns(first: 5)
  source {
    module
    consumer {
      id
      name
    }
    action
    sourceAction {
      title
      recordType {
        key
        title
      }
    }
    parameters
    rows
    fetch {
      integration {
        id
        name
        state
      }
      action
      parameters
      about
      mapping {
        name
        field
        constant
        expression
        missing
        default
      }
    }
  }
  filter {
    ...FlowFilter
    groups {
      ...FlowFilter
      groups {
        ...FlowFilter
        groups {
          ...FlowFilter
        }
      }
    }
  }
  targets {
    integration {
      id
      name
    }
    action
    connectorAction {
      title
    }
    parameters
    recipient {
      ...FlowRecipient
      ... on SeveralRecipients {
        all {
          ...FlowRecipient
          ... on FirstRecipient {
            first {
              ...FlowRecipient
            }
          }
        }
      }
      ... on FirstRecipient {
        first {
          ...FlowRecipient
        }
      }
    }
    mapping {
      position
      name
      field
      constant
      expression
      missing
      default
    }
    followUp {
      of
      when
      within
    }
  }
  settings {
    maxAttempts
    maxAge
    unknownPolicy
    unknownWait
    locale
    timeZone
    defaultCountry
    ordering
    maxInFlight
    quietHours {
      from
      to
      days
      zone
      timeZone
    }
    collect {
      by
      field
      mode
      window
      atMost
      limit
    }
  }
  problems {
    code
    path
    message
    nextStep
  }
  warnings {
    code
    path
    message
    nextStep
  }
  checkedAt
  permissionsNeeded {
    module
    submodule
    action
  }
  paused {
    code
    message
    nextStep
  }
  pause {
    reason {
      message
      by {
        id
      }
    }
    since
    until
  }
  hidden {
    path
    needs {
      module
      submodule
      action
    }
  }
  archivedAt
  createdAt
  updatedAt
}
fragment FlowFilter on Terms {
  mode
  terms {
    field
    operation
    value
  }
}
fragment FlowRecipient on Recipient {
  __typename
  ... on ConstantRecipient {
    constant
  }
  ... on FieldRecipient {
    field
  }
}`) as unknown as TypedDocumentString<FlowRestoreMutation, FlowRestoreMutationVariables>;
export const FlowRemoveDocument = new TypedDocumentString(`
    mutation FlowRemove($id: ID!, $expectedVersion: Int) {
  flowArchive(id: $id, expectedVersion: $expectedVersion) {
    flow {
      id
      archivedAt
    }
    userErrors {
      code
      message
      nextStep
    }
  }
}
    `) as unknown as TypedDocumentString<FlowRemoveMutation, FlowRemoveMutationVariables>;
export const FollowDocument = new TypedDocumentString(`
    subscription Follow($flow: ID, $event: ID, $execution: ID, $states: [ExecutionState!], $after: Cursor) {
  executionChanged(
    flow: $flow
    event: $event
    execution: $execution
    states: $states
    after: $after
  ) {
    cursor
    change {
      at
      subject
      aspect
      from
      to
      cause {
        code
        message
        nextStep
      }
    }
    execution {
      id
      state
      outcome
      subject
      flow {
        id
        description
      }
      occurrence {
        id
        source
        name
      }
    }
    delivery {
      id
      state
      target
      recipient
      providerId
      reason {
        code
        message
      }
    }
  }
}
    `) as unknown as TypedDocumentString<FollowSubscription, FollowSubscriptionVariables>;
export const ArrivalsDocument = new TypedDocumentString(`
    subscription Arrivals($type: String, $after: Cursor) {
  occurrenceReceived(type: $type, after: $after) {
    cursor
    occurrence {
      id
      type
      subject
      source
      name
      receivedAt
    }
  }
}
    `) as unknown as TypedDocumentString<ArrivalsSubscription, ArrivalsSubscriptionVariables>;
export const FollowRenewDocument = new TypedDocumentString(`
    mutation FollowRenew($token: String!) {
  viewerRenew(input: {token: $token}) {
    expiresAt
    userErrors {
      code
      message
      field
    }
  }
}
    `) as unknown as TypedDocumentString<FollowRenewMutation, FollowRenewMutationVariables>;
export const GroupsDocument = new TypedDocumentString(`
    query Groups($search: String, $orderBy: GroupOrderInput, $first: Int = 50, $after: Cursor) {
  groups(
    filter: {search: $search}
    orderBy: $orderBy
    first: $first
    after: $after
  ) {
    nodes {
      id
      version
      description
      note
      readOnly
      updatedAt
      consumers(first: 3) {
        totalCount
        nodes {
          id
          name
        }
      }
    }
    pageInfo {
      hasNextPage
      endCursor
    }
    totalCount
  }
}
    `) as unknown as TypedDocumentString<GroupsQuery, GroupsQueryVariables>;
export const MatrixDocument = new TypedDocumentString(`
    query Matrix {
  catalog {
    permissions {
      module
      moduleTitle
      submodule
      title
      actions
    }
    enum(key: "Action") {
      values {
        value
        title
      }
    }
  }
}
    `) as unknown as TypedDocumentString<MatrixQuery, MatrixQueryVariables>;
export const GroupEditorDocument = new TypedDocumentString(`
    query GroupEditor($id: ID!) {
  group(id: $id) {
    ...GroupForm
    createdAt
    consumers {
      nodes {
        id
        name
        enabled
      }
      pageInfo {
        hasNextPage
        endCursor
      }
    }
  }
}
    fragment GroupForm on Group {
  id
  version
  description
  note
  readOnly
  grants {
    module
    submodule
    actions
  }
  updatedAt
}`) as unknown as TypedDocumentString<GroupEditorQuery, GroupEditorQueryVariables>;
export const GroupAddDocument = new TypedDocumentString(`
    mutation GroupAdd($input: GroupCreateInput!) {
  groupCreate(input: $input) {
    group {
      ...GroupForm
    }
    repeat
    userErrors {
      code
      message
      field
      nextStep
    }
  }
}
    fragment GroupForm on Group {
  id
  version
  description
  note
  readOnly
  grants {
    module
    submodule
    actions
  }
  updatedAt
}`) as unknown as TypedDocumentString<GroupAddMutation, GroupAddMutationVariables>;
export const GroupSaveDocument = new TypedDocumentString(`
    mutation GroupSave($id: ID!, $input: GroupUpdateInput!) {
  groupUpdate(id: $id, input: $input) {
    group {
      ...GroupForm
    }
    userErrors {
      code
      message
      field
      nextStep
    }
  }
}
    fragment GroupForm on Group {
  id
  version
  description
  note
  readOnly
  grants {
    module
    submodule
    actions
  }
  updatedAt
}`) as unknown as TypedDocumentString<GroupSaveMutation, GroupSaveMutationVariables>;
export const GroupDuplicateDocument = new TypedDocumentString(`
    mutation GroupDuplicate($id: ID!, $input: GroupCloneInput!) {
  groupClone(id: $id, input: $input) {
    group {
      ...GroupForm
    }
    repeat
    userErrors {
      code
      message
      field
      nextStep
    }
  }
}
    fragment GroupForm on Group {
  id
  version
  description
  note
  readOnly
  grants {
    module
    submodule
    actions
  }
  updatedAt
}`) as unknown as TypedDocumentString<GroupDuplicateMutation, GroupDuplicateMutationVariables>;
export const GroupRemoveDocument = new TypedDocumentString(`
    mutation GroupRemove($id: ID!, $expectedVersion: Int) {
  groupDelete(id: $id, expectedVersion: $expectedVersion) {
    deletedId
    userErrors {
      code
      message
      nextStep
    }
  }
}
    `) as unknown as TypedDocumentString<GroupRemoveMutation, GroupRemoveMutationVariables>;
export const IntegrationsDocument = new TypedDocumentString(`
    query Integrations($filter: IntegrationFilterInput, $orderBy: IntegrationOrderInput, $first: Int = 50, $after: Cursor) {
  integrations(filter: $filter, orderBy: $orderBy, first: $first, after: $after) {
    nodes {
      id
      version
      name
      connectorName
      connector {
        title
      }
      state
      reason {
        code
        message
        nextStep
      }
      pause {
        reason {
          message
          by {
            id
          }
        }
        since
        until
      }
      breaker {
        state
        since
        until
        failures
      }
      rates {
        key
        scope
        perSecond
        burst
        now
        until
        waiting
      }
    }
    pageInfo {
      hasNextPage
      endCursor
    }
    totalCount
  }
}
    `) as unknown as TypedDocumentString<IntegrationsQuery, IntegrationsQueryVariables>;
export const ConnectorsDocument = new TypedDocumentString(`
    query Connectors {
  connectors {
    name
    title
    version
    roles
    state
    problem
    settings {
      json
      labels {
        name
        title
        help
      }
    }
  }
}
    `) as unknown as TypedDocumentString<ConnectorsQuery, ConnectorsQueryVariables>;
export const IntegrationEditorDocument = new TypedDocumentString(`
    query IntegrationEditor($id: ID!) {
  integration(id: $id) {
    ...IntegrationForm
  }
}
    fragment IntegrationForm on Integration {
  id
  version
  name
  connectorName
  connector {
    settings {
      json
      labels {
        name
        title
        help
      }
    }
    capabilities {
      receipts
      lookup
      preview
      inFlight
    }
  }
  settings
  secretsSet
  maxInFlight
  state
  reason {
    code
    message
    nextStep
  }
  createdAt
  updatedAt
}`) as unknown as TypedDocumentString<IntegrationEditorQuery, IntegrationEditorQueryVariables>;
export const IntegrationAddDocument = new TypedDocumentString(`
    mutation IntegrationAdd($input: IntegrationCreateInput!) {
  integrationCreate(input: $input) {
    integration {
      ...IntegrationForm
    }
    repeat
    userErrors {
      code
      message
      field
      nextStep
    }
  }
}
    fragment IntegrationForm on Integration {
  id
  version
  name
  connectorName
  connector {
    settings {
      json
      labels {
        name
        title
        help
      }
    }
    capabilities {
      receipts
      lookup
      preview
      inFlight
    }
  }
  settings
  secretsSet
  maxInFlight
  state
  reason {
    code
    message
    nextStep
  }
  createdAt
  updatedAt
}`) as unknown as TypedDocumentString<IntegrationAddMutation, IntegrationAddMutationVariables>;
export const IntegrationSaveDocument = new TypedDocumentString(`
    mutation IntegrationSave($id: ID!, $input: IntegrationUpdateInput!) {
  integrationUpdate(id: $id, input: $input) {
    integration {
      ...IntegrationForm
    }
    userErrors {
      code
      message
      field
      nextStep
    }
  }
}
    fragment IntegrationForm on Integration {
  id
  version
  name
  connectorName
  connector {
    settings {
      json
      labels {
        name
        title
        help
      }
    }
    capabilities {
      receipts
      lookup
      preview
      inFlight
    }
  }
  settings
  secretsSet
  maxInFlight
  state
  reason {
    code
    message
    nextStep
  }
  createdAt
  updatedAt
}`) as unknown as TypedDocumentString<IntegrationSaveMutation, IntegrationSaveMutationVariables>;
export const IntegrationTryDocument = new TypedDocumentString(`
    mutation IntegrationTry($id: ID!) {
  integrationCheck(id: $id) {
    integration {
      id
      state
      reason {
        code
        message
        nextStep
      }
    }
    problems {
      code
      path
      message
      nextStep
    }
    warnings {
      code
      path
      message
      nextStep
    }
    userErrors {
      code
      message
      nextStep
    }
  }
}
    `) as unknown as TypedDocumentString<IntegrationTryMutation, IntegrationTryMutationVariables>;
export const IntegrationHoldDocument = new TypedDocumentString(`
    mutation IntegrationHold($id: ID!, $input: PauseInput!) {
  integrationPause(id: $id, input: $input) {
    integration {
      id
      version
      state
      pause {
        reason {
          message
        }
        since
        until
      }
    }
    userErrors {
      code
      message
      field
      nextStep
    }
  }
}
    `) as unknown as TypedDocumentString<IntegrationHoldMutation, IntegrationHoldMutationVariables>;
export const IntegrationGoOnDocument = new TypedDocumentString(`
    mutation IntegrationGoOn($id: ID!, $expectedVersion: Int) {
  integrationResume(id: $id, expectedVersion: $expectedVersion) {
    integration {
      id
      version
      state
      reason {
        code
        message
        nextStep
      }
    }
    userErrors {
      code
      message
      nextStep
    }
  }
}
    `) as unknown as TypedDocumentString<IntegrationGoOnMutation, IntegrationGoOnMutationVariables>;
export const IntegrationRemoveDocument = new TypedDocumentString(`
    mutation IntegrationRemove($id: ID!, $expectedVersion: Int) {
  integrationDelete(id: $id, expectedVersion: $expectedVersion) {
    deletedId
    userErrors {
      code
      message
      nextStep
    }
  }
}
    `) as unknown as TypedDocumentString<IntegrationRemoveMutation, IntegrationRemoveMutationVariables>;
export const LeftAloneListDocument = new TypedDocumentString(`
    query LeftAloneList($integration: ID!, $recipient: String, $first: Int = 50, $after: Cursor) {
  suppressions(
    filter: {integration: $integration, recipient: $recipient, active: true}
    first: $first
    after: $after
  ) {
    nodes {
      id
      recipient
      category
      ground
      source
      since
      until
      note
      reason {
        code
        message
        provider
      }
      addedBy {
        name
      }
      delivery {
        id
      }
    }
    pageInfo {
      hasNextPage
      endCursor
    }
  }
}
    `) as unknown as TypedDocumentString<LeftAloneListQuery, LeftAloneListQueryVariables>;
export const LeftAloneAddDocument = new TypedDocumentString(`
    mutation LeftAloneAdd($input: SuppressionAddInput!) {
  suppressionAdd(input: $input) {
    suppression {
      id
      recipient
      until
      note
    }
    userErrors {
      code
      message
      field
      nextStep
    }
  }
}
    `) as unknown as TypedDocumentString<LeftAloneAddMutation, LeftAloneAddMutationVariables>;
export const LeftAloneRemoveDocument = new TypedDocumentString(`
    mutation LeftAloneRemove($id: ID!) {
  suppressionRemove(id: $id) {
    deletedId
    userErrors {
      code
      message
      nextStep
    }
  }
}
    `) as unknown as TypedDocumentString<LeftAloneRemoveMutation, LeftAloneRemoveMutationVariables>;
export const MappingEditorDocument = new TypedDocumentString(`
    query MappingEditor($flow: ID!) {
  flow(id: $flow) {
    id
    version
    source {
      sourceAction {
        title
        recordType {
          key
          title
          fields {
            ...MappingField
          }
        }
      }
    }
    targets {
      integration {
        id
        name
      }
      action
      parameters
      connectorAction {
        title
        values {
          positional
          named
          min
          max
          maxLength
        }
        recipient {
          format
          title
          help
        }
      }
      recipient {
        __typename
        ... on ConstantRecipient {
          constant
        }
        ... on FieldRecipient {
          field
        }
        ... on SeveralRecipients {
          all {
            __typename
            ... on ConstantRecipient {
              constant
            }
            ... on FieldRecipient {
              field
            }
          }
        }
        ... on FirstRecipient {
          first {
            __typename
            ... on ConstantRecipient {
              constant
            }
            ... on FieldRecipient {
              field
            }
          }
        }
      }
      mapping {
        position
        name
        field
        constant
        expression
        missing
        default
      }
    }
    problems {
      ...MappingProblem
    }
    warnings {
      ...MappingProblem
    }
  }
}
    fragment MappingField on RecordField {
  key
  type
  title
  help
  unit
  alias
  origin
  by
  references {
    key
    title
  }
  fields {
    key
    type
    title
  }
}
fragment MappingProblem on Problem {
  code
  path
  message
  nextStep
}`) as unknown as TypedDocumentString<MappingEditorQuery, MappingEditorQueryVariables>;
export const MappingFieldsDocument = new TypedDocumentString(`
    query MappingFields($recordType: String!) {
  catalog {
    recordType(key: $recordType) {
      key
      title
      guardedBy {
        module
        submodule
        title
      }
      fields {
        ...MappingField
      }
    }
  }
}
    fragment MappingField on RecordField {
  key
  type
  title
  help
  unit
  alias
  origin
  by
  references {
    key
    title
  }
  fields {
    key
    type
    title
  }
}`) as unknown as TypedDocumentString<MappingFieldsQuery, MappingFieldsQueryVariables>;
export const MappingSamplesDocument = new TypedDocumentString(`
    query MappingSamples($recordType: String!, $first: Int = 10, $after: Cursor) {
  records(type: $recordType, first: $first, after: $after) {
    nodes {
      id
      key
      subject
      updatedAt
      data
    }
    pageInfo {
      hasNextPage
      endCursor
    }
  }
}
    `) as unknown as TypedDocumentString<MappingSamplesQuery, MappingSamplesQueryVariables>;
export const MappingPreviewDocument = new TypedDocumentString(`
    query MappingPreview($input: FlowPreviewInput!) {
  flowPreview(input: $input) {
    problems {
      ...MappingProblem
    }
    warnings {
      ...MappingProblem
    }
    executions {
      outcome
      reason {
        code
        message
        path
        nextStep
      }
      keptCount
      rows {
        record
        kept
        deliveries {
          state
          target
          recipient
          providerRecipient
          names
          values
          text
          reason {
            code
            message
            path
          }
          problems {
            ...MappingProblem
          }
          adjusted {
            path
            reason
            sent
          }
          hidden {
            path
            needs {
              module
              submodule
              action
            }
          }
        }
      }
    }
    obstacles {
      code
      message
      nextStep
    }
  }
}
    fragment MappingProblem on Problem {
  code
  path
  message
  nextStep
}`) as unknown as TypedDocumentString<MappingPreviewQuery, MappingPreviewQueryVariables>;
export const MappingSaveDocument = new TypedDocumentString(`
    mutation MappingSave($flow: ID!, $expectedVersion: Int, $targets: [FlowTargetInput!]!) {
  flowUpdate(
    id: $flow
    input: {expectedVersion: $expectedVersion, targets: $targets}
  ) {
    flow {
      id
      version
      targets {
        mapping {
          position
          name
          field
          constant
          expression
          missing
          default
        }
      }
      problems {
        ...MappingProblem
      }
      warnings {
        ...MappingProblem
      }
    }
    userErrors {
      code
      problem
      message
      field
      nextStep
    }
  }
}
    fragment MappingProblem on Problem {
  code
  path
  message
  nextStep
}`) as unknown as TypedDocumentString<MappingSaveMutation, MappingSaveMutationVariables>;
export const PublishTypesDocument = new TypedDocumentString(`
    query PublishTypes {
  catalog {
    eventTypes {
      key
      title
      help
      recordType {
        key
        nameField
        subjectField
      }
      guardedBy {
        module
        submodule
      }
      derived {
        on
        kind
      }
    }
  }
}
    `) as unknown as TypedDocumentString<PublishTypesQuery, PublishTypesQueryVariables>;
export const PublishOccurrenceDocument = new TypedDocumentString(`
    mutation PublishOccurrence($input: OccurrencePublishInput!) {
  occurrencePublish(input: $input) {
    repeat
    occurrence {
      id
      receivedAt
      matches {
        event {
          id
          description
        }
        fired
        reason {
          code
          message
          nextStep
        }
        rows {
          record
          true
        }
        skipped {
          flow {
            id
            description
          }
          reason {
            code
            message
            nextStep
          }
        }
      }
    }
    executions {
      id
      state
      flow {
        id
        description
      }
    }
    recordOutcomes
    userErrors {
      code
      message
      field
      nextStep
    }
  }
}
    `) as unknown as TypedDocumentString<PublishOccurrenceMutation, PublishOccurrenceMutationVariables>;
export const PublishOutcomeDocument = new TypedDocumentString(`
    query PublishOutcome($execution: ID!) {
  execution(id: $execution) {
    id
    state
    outcome
    waitingFor
    until
    reason {
      code
      message
      nextStep
    }
    deliveries {
      id
      state
      target
      recipient
      values
      providerId
      reason {
        code
        message
        provider
        nextStep
      }
    }
  }
}
    `) as unknown as TypedDocumentString<PublishOutcomeQuery, PublishOutcomeQueryVariables>;
export const QueueNumbersDocument = new TypedDocumentString(`
    query QueueNumbers {
  queue {
    paused {
      reason {
        message
        by {
          id
        }
      }
      since
      until
    }
    queued
    running
    waiting
    depth
    oldestAt
    oldestAge
    waitingFor {
      reason
      count
      until
    }
    deliveries {
      reason
      count
      until
    }
    throughput {
      occurrences {
        published
        noticed
      }
      executions {
        started
        closed
        failed
      }
      deliveries {
        made
        accepted
        delivered
        failed
        suppressed
      }
      attempts {
        accepted
        retry
        rejected
        misconfigured
        unknown
      }
    }
  }
}
    `) as unknown as TypedDocumentString<QueueNumbersQuery, QueueNumbersQueryVariables>;
export const QueueItemsDocument = new TypedDocumentString(`
    query QueueItems($flow: ID, $states: [ExecutionState!] = [QUEUED, RUNNING, WAITING], $orderBy: ExecutionOrderInput, $first: Int = 50, $after: Cursor) {
  executions(
    filter: {flow: $flow, states: $states}
    orderBy: $orderBy
    first: $first
    after: $after
  ) {
    nodes {
      id
      createdAt
      flow {
        id
        description
      }
      event {
        id
        description
      }
      occurrence {
        id
        type
      }
      subject
      state
      waitingFor
      until
      reason {
        code
        message
        nextStep
      }
      deliveries {
        id
        state
        target
        integration {
          name
        }
        recipient
        waitingFor
        dueAt
        attemptCount
        reason {
          code
          message
          nextStep
        }
      }
    }
    pageInfo {
      hasNextPage
      endCursor
    }
  }
}
    `) as unknown as TypedDocumentString<QueueItemsQuery, QueueItemsQueryVariables>;
export const QueueReceivedDocument = new TypedDocumentString(`
    query QueueReceived($filter: OccurrenceFilterInput, $first: Int = 50, $after: Cursor) {
  occurrences(filter: $filter, first: $first, after: $after) {
    nodes {
      id
      receivedAt
      time
      type
      eventType {
        title
      }
      subject
      source
      name
      consumer {
        id
        name
      }
      matches {
        event {
          id
          description
        }
        fired
        reason {
          code
          message
        }
        skipped {
          flow {
            id
            description
          }
          reason {
            code
            message
          }
        }
        executions {
          id
          state
          outcome
        }
      }
    }
    pageInfo {
      hasNextPage
      endCursor
    }
  }
}
    `) as unknown as TypedDocumentString<QueueReceivedQuery, QueueReceivedQueryVariables>;
export const QueueFailuresDocument = new TypedDocumentString(`
    query QueueFailures($filter: DeliveryFilterInput) {
  deliveryFailures(filter: $filter) {
    total
    cut
    groups {
      reason
      providerCode
      flow {
        id
        description
      }
      integration {
        id
        name
      }
      count
      flagged
      first
      last
      sample {
        id
        target
        recipient
        reason {
          message
          nextStep
        }
      }
    }
  }
}
    `) as unknown as TypedDocumentString<QueueFailuresQuery, QueueFailuresQueryVariables>;
export const QueueMessagesDocument = new TypedDocumentString(`
    query QueueMessages($filter: DeliveryFilterInput, $first: Int = 50, $after: Cursor) {
  deliveries(filter: $filter, first: $first, after: $after) {
    nodes {
      id
      state
      target
      flowTarget {
        connectorAction {
          title
        }
      }
      recipient
      createdAt
      updatedAt
      attemptCount
      flow {
        id
        description
      }
      execution {
        id
        subject
      }
      reason {
        code
        message
        provider
        nextStep
      }
      flagged
    }
    pageInfo {
      hasNextPage
      endCursor
    }
  }
}
    `) as unknown as TypedDocumentString<QueueMessagesQuery, QueueMessagesQueryVariables>;
export const QueueChartDocument = new TypedDocumentString(`
    query QueueChart($from: DateTime!, $to: DateTime!, $bucket: Duration!) {
  activity(from: $from, to: $to, bucket: $bucket) {
    from
    to
    occurrences {
      published
      noticed
    }
    executions {
      started
      succeeded
      partial
      failed
      skipped
      cancelled
      unsettled
    }
    deliveries {
      made
      accepted
      sent
      delivered
      read
      failed
      suppressed
      unknown
    }
  }
}
    `) as unknown as TypedDocumentString<QueueChartQuery, QueueChartQueryVariables>;
export const QueueLiveDocument = new TypedDocumentString(`
    subscription QueueLive($flow: ID, $after: Cursor) {
  executionChanged(flow: $flow, after: $after) {
    cursor
    execution {
      id
      state
      outcome
      waitingFor
      until
      subject
      flow {
        id
        description
      }
    }
  }
}
    `) as unknown as TypedDocumentString<QueueLiveSubscription, QueueLiveSubscriptionVariables>;
export const QueueHoldDocument = new TypedDocumentString(`
    mutation QueueHold($input: QueuePauseInput!) {
  queuePause(input: $input) {
    queue {
      paused {
        reason {
          message
        }
        since
        until
      }
    }
    userErrors {
      code
      message
      field
      nextStep
    }
  }
}
    `) as unknown as TypedDocumentString<QueueHoldMutation, QueueHoldMutationVariables>;
export const QueueGoOnDocument = new TypedDocumentString(`
    mutation QueueGoOn {
  queueResume {
    queue {
      paused {
        since
      }
      queued
      waiting
    }
    userErrors {
      code
      message
      nextStep
    }
  }
}
    `) as unknown as TypedDocumentString<QueueGoOnMutation, QueueGoOnMutationVariables>;
export const QueueSendNowDocument = new TypedDocumentString(`
    mutation QueueSendNow($id: ID!) {
  executionFlush(id: $id) {
    execution {
      id
      state
      waitingFor
      until
    }
    userErrors {
      code
      message
      nextStep
    }
  }
}
    `) as unknown as TypedDocumentString<QueueSendNowMutation, QueueSendNowMutationVariables>;
export const QueueCancelDocument = new TypedDocumentString(`
    mutation QueueCancel($input: ExecutionsCancelInput!) {
  executionsCancel(input: $input) {
    matched
    cancelled
    refused
    hasMore
    endCursor
    results {
      execution {
        id
        state
        outcome
      }
      deliveries
      reason {
        code
        message
      }
    }
    userErrors {
      code
      message
      field
      nextStep
    }
  }
}
    `) as unknown as TypedDocumentString<QueueCancelMutation, QueueCancelMutationVariables>;
export const QueueRetryDocument = new TypedDocumentString(`
    mutation QueueRetry($input: DeliveriesRetryInput!) {
  deliveriesRetry(input: $input) {
    matched
    retried
    repeated
    refused
    hasMore
    endCursor
    lastAt
    results {
      delivery {
        id
        state
      }
      repeat
      at
      reason {
        code
        message
      }
    }
    userErrors {
      code
      message
      field
      nextStep
    }
  }
}
    `) as unknown as TypedDocumentString<QueueRetryMutation, QueueRetryMutationVariables>;
export const RecordTypesDocument = new TypedDocumentString(`
    query RecordTypes {
  catalog {
    recordTypes {
      key
      title
      help
      nameField
      subjectField
      guardedBy {
        module
        submodule
      }
      fields {
        key
        type
        title
        help
        unit
        alias
        origin
        references {
          key
        }
        enum {
          value
          title
        }
      }
    }
  }
}
    `) as unknown as TypedDocumentString<RecordTypesQuery, RecordTypesQueryVariables>;
export const RecordsWriteDocument = new TypedDocumentString(`
    mutation RecordsWrite($input: RecordsUpsertInput!) {
  recordsUpsert(input: $input) {
    results {
      outcome
      record {
        id
        type
        key
        version
      }
    }
    derived {
      id
      type
      subject
      matches {
        event {
          id
          description
        }
        fired
        executions {
          id
          state
        }
      }
    }
    userErrors {
      code
      message
      field
      nextStep
    }
  }
}
    `) as unknown as TypedDocumentString<RecordsWriteMutation, RecordsWriteMutationVariables>;
export const RecordsReadDocument = new TypedDocumentString(`
    query RecordsRead($type: String, $subject: String, $where: TermsInput, $orderBy: RecordOrderInput, $first: Int, $after: Cursor, $last: Int, $before: Cursor) {
  records(
    type: $type
    subject: $subject
    where: $where
    orderBy: $orderBy
    first: $first
    after: $after
    last: $last
    before: $before
  ) {
    nodes {
      id
      type
      key
      subject
      version
      data
      updatedAt
      sourceUpdatedAt
    }
    pageInfo {
      hasNextPage
      endCursor
      hasPreviousPage
      startCursor
    }
  }
}
    `) as unknown as TypedDocumentString<RecordsReadQuery, RecordsReadQueryVariables>;
export const RecordHistoryDocument = new TypedDocumentString(`
    query RecordHistory($id: ID!, $first: Int = 20, $after: Cursor) {
  record(id: $id) {
    id
    type
    key
    data
    history(first: $first, after: $after) {
      nodes {
        version
        data
        at
        sourceUpdatedAt
        changed
        consumer {
          id
          name
        }
        occurrence {
          id
          type
        }
      }
      pageInfo {
        hasNextPage
        endCursor
      }
    }
  }
}
    `) as unknown as TypedDocumentString<RecordHistoryQuery, RecordHistoryQueryVariables>;
export const ShellDocument = new TypedDocumentString(`
    query Shell {
  viewer {
    consumer {
      id
      name
    }
    group {
      id
      description
      readOnly
    }
    permissions {
      module
      submodule
      action
    }
    locale
  }
}
    `) as unknown as TypedDocumentString<ShellQuery, ShellQueryVariables>;
export const TitlesDocument = new TypedDocumentString(`
    query Titles {
  catalog {
    enums {
      name
      values {
        value
        title
        help
      }
    }
  }
}
    `) as unknown as TypedDocumentString<TitlesQuery, TitlesQueryVariables>;
export const ModulesDocument = new TypedDocumentString(`
    query Modules {
  catalog {
    modules {
      key
      title
      submodules {
        key
        title
      }
    }
  }
}
    `) as unknown as TypedDocumentString<ModulesQuery, ModulesQueryVariables>;
export const WouldBeAllowedDocument = new TypedDocumentString(`
    query WouldBeAllowed($query: String!, $variables: JSON) {
  permissionExplain(query: $query, variables: $variables) {
    verdict
    fields {
      path
      verdict
      missing {
        module
        submodule
        action
      }
    }
  }
}
    `) as unknown as TypedDocumentString<WouldBeAllowedQuery, WouldBeAllowedQueryVariables>;
export const WhyCameInDocument = new TypedDocumentString(`
    query WhyCameIn($filter: OccurrenceFilterInput!, $first: Int = 10, $after: Cursor) {
  occurrences(filter: $filter, first: $first, after: $after) {
    nodes {
      id
      type
      subject
      source
      name
      receivedAt
      matches {
        event {
          id
          description
        }
        fired
        reason {
          code
          message
          nextStep
        }
        rows {
          record
          true
          trace {
            path
            field
            operation
            want
            got
            true
            undecided
            needs {
              module
              submodule
              action
            }
          }
        }
        skipped {
          flow {
            id
            description
          }
          reason {
            code
            message
            nextStep
          }
        }
        executions {
          id
          state
          outcome
        }
      }
    }
    pageInfo {
      hasNextPage
      endCursor
    }
  }
}
    `) as unknown as TypedDocumentString<WhyCameInQuery, WhyCameInQueryVariables>;
export const WhyEventsDocument = new TypedDocumentString(`
    query WhyEvents($type: String!) {
  events(filter: {type: $type, archived: false}, first: 50) {
    nodes {
      id
      description
      enabled
      problems {
        code
        path
        message
      }
      flows {
        id
        description
        enabled
      }
    }
    pageInfo {
      hasNextPage
      endCursor
    }
  }
}
    `) as unknown as TypedDocumentString<WhyEventsQuery, WhyEventsQueryVariables>;
export const WhyNothingDocument = new TypedDocumentString(`
    query WhyNothing($event: ID!, $occurrence: ID!) {
  event(id: $event) {
    id
    description
    enabled
    explain(occurrence: $occurrence) {
      evaluated
      fired
      reasons {
        reason {
          code
          message
          path
          provider
          nextStep
        }
        flow {
          id
          description
        }
        execution {
          id
          state
          outcome
        }
        delivery {
          id
          state
          target
        }
      }
      rowsNow {
        record
        true
        trace {
          path
          field
          operation
          want
          got
          before
          true
          undecided
        }
      }
    }
  }
}
    `) as unknown as TypedDocumentString<WhyNothingQuery, WhyNothingQueryVariables>;
export const WhyMessageDocument = new TypedDocumentString(`
    query WhyMessage($delivery: ID!) {
  delivery(id: $delivery) {
    id
    state
    target
    integration {
      id
      name
    }
    recipient
    providerRecipient
    reason {
      code
      message
      path
      provider
      nextStep
    }
    suppression {
      id
      ground
      since
      until
      reason {
        message
      }
    }
    waitingFor
    dueAt
    follows {
      id
      state
      integration {
        name
      }
    }
    followUps {
      id
      state
      integration {
        name
      }
      reason {
        code
        message
      }
    }
    attempts {
      number
      startedAt
      kind
      scope
      code
      message
      nextStep
      path
    }
    receipts {
      status
      at
      code
      message
      flagged
    }
    hidden {
      path
      needs {
        module
        submodule
        action
      }
    }
  }
}
    `) as unknown as TypedDocumentString<WhyMessageQuery, WhyMessageQueryVariables>;