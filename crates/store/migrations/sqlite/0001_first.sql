-- Times are microseconds since 1970-01-01 UTC. A `seal` is the CRC-32 of the row's other columns: a flipped bit is
-- noticed when the row is read. `*_folded` is the text in lower case, for searching.

-- "viva" in ASCII, for programs that tell files apart.
PRAGMA application_id = 1986623073;

CREATE TABLE conversations (
    owner TEXT NOT NULL,
    id TEXT NOT NULL,
    title TEXT NOT NULL,
    title_folded TEXT NOT NULL,
    created INTEGER NOT NULL,
    updated INTEGER NOT NULL,
    turns INTEGER NOT NULL,
    seal INTEGER NOT NULL,
    PRIMARY KEY (owner, id)
) STRICT;

CREATE INDEX conversations_by_update ON conversations (owner, updated, id);

CREATE TABLE turns (
    id TEXT NOT NULL PRIMARY KEY,
    owner TEXT NOT NULL,
    conversation TEXT NOT NULL,
    number INTEGER NOT NULL,
    asked TEXT,
    asked_folded TEXT,
    depth TEXT NOT NULL,
    began INTEGER NOT NULL,
    request_key TEXT,
    request_body TEXT,
    asked_seal INTEGER NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('running', 'answered', 'failed')),
    ended INTEGER,
    touched INTEGER NOT NULL,
    partial TEXT NOT NULL,
    record TEXT,
    outcome_seal INTEGER NOT NULL,
    inspection TEXT,
    inspection_seal INTEGER,
    UNIQUE (owner, conversation, number),
    FOREIGN KEY (owner, conversation) REFERENCES conversations (owner, id) ON DELETE CASCADE
) STRICT;

CREATE UNIQUE INDEX turns_by_request ON turns (owner, conversation, request_key) WHERE request_key IS NOT NULL;

-- A conversation has at most one running turn.
CREATE UNIQUE INDEX turns_running ON turns (owner, conversation) WHERE state = 'running';

CREATE TABLE interviews (
    owner TEXT NOT NULL,
    id TEXT NOT NULL,
    created INTEGER NOT NULL,
    updated INTEGER NOT NULL,
    is_finished INTEGER NOT NULL,
    events INTEGER NOT NULL,
    body TEXT NOT NULL,
    seal INTEGER NOT NULL,
    PRIMARY KEY (owner, id)
) STRICT;

CREATE INDEX interviews_by_update ON interviews (owner, updated, id);

CREATE TABLE interview_events (
    owner TEXT NOT NULL,
    interview TEXT NOT NULL,
    number INTEGER NOT NULL,
    at INTEGER NOT NULL,
    kind TEXT NOT NULL,
    body TEXT NOT NULL,
    seal INTEGER NOT NULL,
    PRIMARY KEY (owner, interview, number),
    FOREIGN KEY (owner, interview) REFERENCES interviews (owner, id) ON DELETE CASCADE
) STRICT;

CREATE TABLE reviews (
    owner TEXT NOT NULL,
    question TEXT NOT NULL,
    due INTEGER NOT NULL,
    last INTEGER NOT NULL,
    stability REAL NOT NULL,
    difficulty REAL NOT NULL,
    repetitions INTEGER NOT NULL,
    lapses INTEGER NOT NULL,
    phase INTEGER NOT NULL,
    scheduled_days INTEGER NOT NULL,
    seal INTEGER NOT NULL,
    PRIMARY KEY (owner, question)
) STRICT;

CREATE TABLE grades (
    id INTEGER PRIMARY KEY,
    owner TEXT NOT NULL,
    question TEXT NOT NULL,
    module TEXT NOT NULL,
    at INTEGER NOT NULL,
    score REAL NOT NULL,
    interview TEXT,
    seal INTEGER NOT NULL
) STRICT;

CREATE INDEX grades_by_time ON grades (owner, at, id);

-- `day` counts from 1970-01-01, UTC.
CREATE TABLE spent_tokens (
    day INTEGER NOT NULL PRIMARY KEY,
    tokens INTEGER NOT NULL,
    seal INTEGER NOT NULL
) STRICT;
