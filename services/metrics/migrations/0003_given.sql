-- Figures as they were given when their periods closed, and events that tell no present value.

-- A period that closed: what was known at `at` counted. `tree` is the state of the organisation as it was known
-- then, `units` are those whose figures were given, `definitions` the fingerprint of each measure given.
CREATE TABLE closing (
    tenant      text COLLATE "C" NOT NULL,
    grain       text COLLATE "C" NOT NULL,
    period      text COLLATE "C" NOT NULL,
    at          timestamptz NOT NULL,
    given_at    timestamptz NOT NULL DEFAULT now(),
    tree        text NOT NULL,
    units       text[] NOT NULL,
    definitions jsonb NOT NULL,
    PRIMARY KEY (tenant, grain, period)
);

-- How a measure was made when a figure was given, by fingerprint, so that it can be made so again.
CREATE TABLE definition (
    fingerprint text COLLATE "C" PRIMARY KEY,
    body        jsonb NOT NULL
);

-- What was given. A figure of nothing (0, or without a value from 0 of 0) has no row.
CREATE TABLE given (
    tenant      text COLLATE "C" NOT NULL,
    grain       text COLLATE "C" NOT NULL,
    period      text COLLATE "C" NOT NULL,
    unit        text COLLATE "C" NOT NULL,
    measure     text COLLATE "C" NOT NULL,
    value       text,
    numerator   bigint,
    denominator bigint,
    PRIMARY KEY (tenant, grain, period, unit, measure),
    FOREIGN KEY (tenant, grain, period) REFERENCES closing
);

-- What was told last of a feed, or of a figure that was given and changed. Revisions are those of `told`.
CREATE TABLE notice (
    tenant   text COLLATE "C" NOT NULL,
    about    text COLLATE "C" NOT NULL,
    what     text NOT NULL,
    unit     text COLLATE "C",
    measure  text COLLATE "C",
    revision bigint NOT NULL,
    payload  bytea NOT NULL,
    sent_at  timestamptz NOT NULL,
    PRIMARY KEY (tenant, about)
);
CREATE INDEX notice_in_order ON notice (revision);
