-- What stands, for reading: written in the transaction of the events that made it so, and made anew from them.
-- `body` is the whole state; the other columns are what is searched and sorted by. `place` is the order of lists.

CREATE TABLE meeting (
    tenant     text NOT NULL,
    id         text NOT NULL,
    version    int NOT NULL,
    unit       text NOT NULL,
    state      text NOT NULL CHECK (state IN ('scheduled', 'in_progress', 'closed')),
    closed_at  timestamptz,
    place      bigint NOT NULL,
    body       json NOT NULL,
    PRIMARY KEY (tenant, id)
);
CREATE INDEX meeting_of_unit ON meeting (tenant, unit, closed_at);
CREATE INDEX meeting_in_order ON meeting (tenant, place, id);

CREATE TABLE commitment (
    tenant     text NOT NULL,
    id         text NOT NULL,
    version    int NOT NULL,
    unit       text NOT NULL,
    owner      text NOT NULL,
    state      text NOT NULL CHECK (state IN ('open', 'done', 'dropped')),
    deadline   date NOT NULL,
    agreed_at  timestamptz NOT NULL,
    ended_at   timestamptz,
    ended_on   date,  -- the written local day of ended_at
    meeting    text,
    escalation text,
    place      bigint NOT NULL,
    body       json NOT NULL,
    PRIMARY KEY (tenant, id)
);
CREATE INDEX commitment_of_unit ON commitment (tenant, unit, state, deadline);
CREATE INDEX commitment_of_owner ON commitment (tenant, owner, state);
CREATE INDEX commitment_of_meeting ON commitment (tenant, meeting) WHERE meeting IS NOT NULL;
CREATE INDEX commitment_in_order ON commitment (tenant, place, id);

CREATE TABLE escalation (
    tenant     text NOT NULL,
    id         text NOT NULL,
    unit       text NOT NULL,
    raised_at  timestamptz NOT NULL,
    ended_at   timestamptz,
    body       json NOT NULL,
    PRIMARY KEY (tenant, id)
);
CREATE INDEX escalation_of_unit ON escalation (tenant, unit, raised_at);

CREATE TABLE position (
    topic       text NOT NULL,
    partition   int NOT NULL,
    next_offset bigint NOT NULL,
    PRIMARY KEY (topic, partition)
);
