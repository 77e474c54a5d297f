-- Rules, how each stands at each unit, exceptions as they read now, and everything that was told to anybody.
-- The events of exceptions themselves are in the event store, which is their only truth.

-- include: eventlog/event_store.sql

-- What is read next of each partition; written together with what was decided from it.
CREATE TABLE position (
    topic       text NOT NULL,
    partition   int NOT NULL,
    next_offset bigint NOT NULL,
    PRIMARY KEY (topic, partition)
);

-- Councils that have been given the rules that ship with Primed; from then on the rules are theirs.
CREATE TABLE tenant (
    id text PRIMARY KEY,
    at timestamptz NOT NULL
);

-- Every version of every rule; the highest stands.
CREATE TABLE rule (
    tenant  text NOT NULL,
    id      text NOT NULL,
    version int NOT NULL,
    body    json NOT NULL,
    by      text NOT NULL,
    at      timestamptz NOT NULL,
    PRIMARY KEY (tenant, id, version)
);

-- The newest figure of each unit, measure and grain.
CREATE TABLE figure (
    tenant   text NOT NULL,
    unit     text NOT NULL,
    measure  text NOT NULL,
    grain    text NOT NULL,
    period   text COLLATE "C" NOT NULL,
    sequence bigint NOT NULL,
    body     json NOT NULL,
    PRIMARY KEY (tenant, measure, grain, unit)
);

-- Where a rule is not quiet: it waits since a moment, or an exception stands.
CREATE TABLE standing (
    tenant     text NOT NULL,
    rule       text NOT NULL,
    unit       text NOT NULL,
    since      timestamptz,
    over_at    timestamptz,
    escalation text,
    PRIMARY KEY (tenant, rule, unit),
    CHECK ((escalation IS NULL) = (since IS NOT NULL AND over_at IS NOT NULL))
);
CREATE INDEX standing_by_time ON standing (over_at) WHERE over_at IS NOT NULL;

-- Exceptions as they read now; `body` is what the API shows.
CREATE TABLE escalation (
    tenant      text NOT NULL,
    id          text COLLATE "C" NOT NULL,
    rule        text NOT NULL,
    unit        text NOT NULL,
    measure     text NOT NULL,
    state       text NOT NULL CHECK (state IN ('raised', 'acknowledged', 'cleared', 'closed')),
    version     int NOT NULL,
    raised_at   timestamptz NOT NULL,
    next_at     timestamptz,
    unasked     boolean NOT NULL,
    asked       text[] NOT NULL,
    commitments text[] NOT NULL DEFAULT '{}',
    body        json NOT NULL,
    PRIMARY KEY (tenant, id)
);
CREATE UNIQUE INDEX escalation_one_open ON escalation (tenant, rule, unit)
    WHERE state IN ('raised', 'acknowledged');
CREATE INDEX escalation_newest ON escalation (tenant, raised_at DESC, id DESC);
CREATE INDEX escalation_by_time ON escalation (next_at) WHERE next_at IS NOT NULL;
CREATE INDEX escalation_unasked ON escalation (tenant) WHERE unasked;

CREATE TABLE inbox (
    tenant     text NOT NULL,
    id         text COLLATE "C" NOT NULL,
    person     text NOT NULL,
    at         timestamptz NOT NULL,
    read_at    timestamptz,
    body       json NOT NULL,
    PRIMARY KEY (tenant, id)
);
CREATE INDEX inbox_newest ON inbox (tenant, person, at DESC, id DESC);

-- `unit` is the top of what the subscriber may see; the secret is derived from a key outside the database.
CREATE TABLE subscription (
    tenant text NOT NULL,
    id     text COLLATE "C" NOT NULL,
    url    text NOT NULL,
    events text[] NOT NULL,
    unit   text,
    by     text NOT NULL,
    at     timestamptz NOT NULL,
    state  text NOT NULL CHECK (state IN ('active', 'disabled', 'ended')),
    why    text,
    PRIMARY KEY (tenant, id)
);

-- One message on its way to one receiver (a person or a subscription); `place` keeps the order of its queue.
CREATE TABLE delivery (
    tenant       text NOT NULL,
    id           text COLLATE "C" NOT NULL,
    place        bigint GENERATED ALWAYS AS IDENTITY,
    channel      text NOT NULL CHECK (channel IN ('inbox', 'email', 'webhook')),
    receiver     text NOT NULL,
    escalation   text NOT NULL,
    unit         text,
    content      json NOT NULL,
    state        text NOT NULL CHECK (state IN ('waiting', 'delivered', 'given_up')),
    attempts     int NOT NULL DEFAULT 0,
    created      timestamptz NOT NULL,
    next_at      timestamptz,
    leased_until timestamptz,
    PRIMARY KEY (tenant, id)
);
CREATE INDEX delivery_due ON delivery (channel, next_at) WHERE state = 'waiting';
CREATE INDEX delivery_queue ON delivery (tenant, channel, receiver, place) WHERE state = 'waiting';
CREATE INDEX delivery_newest ON delivery (tenant, place DESC);

CREATE TABLE attempt (
    tenant   text NOT NULL,
    delivery text NOT NULL,
    number   int NOT NULL,
    at       timestamptz NOT NULL,
    result   text NOT NULL CHECK (result IN ('delivered', 'postponed', 'hopeless', 'gone')),
    detail   text NOT NULL,
    PRIMARY KEY (tenant, delivery, number)
);
