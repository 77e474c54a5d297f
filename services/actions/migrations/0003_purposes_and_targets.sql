-- What units aim at: targets, and one purpose of each unit, whose id is the unit's.

CREATE TABLE target (
    tenant     text NOT NULL,
    id         text NOT NULL,
    version    int NOT NULL,
    unit       text NOT NULL,
    measure    text NOT NULL,
    worker     text NOT NULL,  -- '' where it is the unit's
    grain      text,
    since      date NOT NULL,
    agreed_at  timestamptz NOT NULL,
    place      bigint NOT NULL,
    state      text NOT NULL CHECK (state IN ('agreed', 'withdrawn')),
    body       json NOT NULL,
    PRIMARY KEY (tenant, id)
);
CREATE INDEX target_of_unit ON target (tenant, unit, measure, worker);
CREATE INDEX target_of_worker ON target (tenant, worker) WHERE worker <> '';
CREATE INDEX target_in_order ON target (tenant, place, id);

CREATE TABLE purpose (
    tenant     text NOT NULL,
    id         text NOT NULL,
    version    int NOT NULL,
    body       json NOT NULL,
    PRIMARY KEY (tenant, id)
);
