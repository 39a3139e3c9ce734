-- Times are microseconds since 1970-01-01 UTC. A `seal` is the CRC-32 of the row's other columns: a flipped bit is
-- noticed when the row is read. `*_folded` is the text in lower case, for searching.
-- Keys compare byte by byte (collation "C"), as they do in SQLite: lists come in the same order.

CREATE TABLE conversations (
    owner TEXT COLLATE "C" NOT NULL,
    id TEXT COLLATE "C" NOT NULL,
    title TEXT NOT NULL,
    title_folded TEXT NOT NULL,
    created BIGINT NOT NULL,
    updated BIGINT NOT NULL,
    turns BIGINT NOT NULL,
    seal BIGINT NOT NULL,
    PRIMARY KEY (owner, id)
);

CREATE INDEX conversations_by_update ON conversations (owner, updated, id);

CREATE TABLE turns (
    id TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    owner TEXT COLLATE "C" NOT NULL,
    conversation TEXT COLLATE "C" NOT NULL,
    number BIGINT NOT NULL,
    asked TEXT,
    asked_folded TEXT,
    depth TEXT NOT NULL,
    began BIGINT NOT NULL,
    request_key TEXT COLLATE "C",
    request_body TEXT,
    asked_seal BIGINT NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('running', 'answered', 'failed')),
    ended BIGINT,
    touched BIGINT NOT NULL,
    partial TEXT NOT NULL,
    record TEXT,
    outcome_seal BIGINT NOT NULL,
    inspection TEXT,
    inspection_seal BIGINT,
    UNIQUE (owner, conversation, number),
    FOREIGN KEY (owner, conversation) REFERENCES conversations (owner, id) ON DELETE CASCADE
);

CREATE UNIQUE INDEX turns_by_request ON turns (owner, conversation, request_key) WHERE request_key IS NOT NULL;

-- A conversation has at most one running turn.
CREATE UNIQUE INDEX turns_running ON turns (owner, conversation) WHERE state = 'running';

CREATE TABLE interviews (
    owner TEXT COLLATE "C" NOT NULL,
    id TEXT COLLATE "C" NOT NULL,
    created BIGINT NOT NULL,
    updated BIGINT NOT NULL,
    is_finished BIGINT NOT NULL,
    events BIGINT NOT NULL,
    body TEXT NOT NULL,
    seal BIGINT NOT NULL,
    PRIMARY KEY (owner, id)
);

CREATE INDEX interviews_by_update ON interviews (owner, updated, id);

CREATE TABLE interview_events (
    owner TEXT COLLATE "C" NOT NULL,
    interview TEXT COLLATE "C" NOT NULL,
    number BIGINT NOT NULL,
    at BIGINT NOT NULL,
    kind TEXT NOT NULL,
    body TEXT NOT NULL,
    seal BIGINT NOT NULL,
    PRIMARY KEY (owner, interview, number),
    FOREIGN KEY (owner, interview) REFERENCES interviews (owner, id) ON DELETE CASCADE
);

CREATE TABLE reviews (
    owner TEXT COLLATE "C" NOT NULL,
    question TEXT COLLATE "C" NOT NULL,
    due BIGINT NOT NULL,
    last BIGINT NOT NULL,
    stability DOUBLE PRECISION NOT NULL,
    difficulty DOUBLE PRECISION NOT NULL,
    repetitions BIGINT NOT NULL,
    lapses BIGINT NOT NULL,
    phase BIGINT NOT NULL,
    scheduled_days BIGINT NOT NULL,
    seal BIGINT NOT NULL,
    PRIMARY KEY (owner, question)
);

CREATE TABLE grades (
    id BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    owner TEXT COLLATE "C" NOT NULL,
    question TEXT COLLATE "C" NOT NULL,
    module TEXT NOT NULL,
    at BIGINT NOT NULL,
    score DOUBLE PRECISION NOT NULL,
    interview TEXT COLLATE "C",
    seal BIGINT NOT NULL
);

CREATE INDEX grades_by_time ON grades (owner, at, id);

-- `day` counts from 1970-01-01, UTC.
CREATE TABLE spent_tokens (
    day BIGINT NOT NULL PRIMARY KEY,
    tokens BIGINT NOT NULL,
    seal BIGINT NOT NULL
);
