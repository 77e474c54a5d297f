-- Random ids of people, so that none of what identifies them enters the log. `hash` is made with a key that is
-- kept outside this database; who was erased keeps a row without id, so that no later file brings them back.
CREATE TABLE pseudonym (
    tenant    text COLLATE "C" NOT NULL,
    hash      text COLLATE "C" NOT NULL,
    id        text UNIQUE,
    since     timestamptz NOT NULL,
    erased_at timestamptz,
    PRIMARY KEY (tenant, hash),
    CHECK ((id IS NULL) = (erased_at IS NOT NULL))
);
