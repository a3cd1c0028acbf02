-- A library on a server. Offsets are characters, half-open.
CREATE TABLE facts (name text PRIMARY KEY, value text NOT NULL);

CREATE TABLE roots (path text PRIMARY KEY);

CREATE TABLE left_out (path text PRIMARY KEY);

-- The generation is the sum: writers of different documents raise different rows, and do not wait for one another.
CREATE TABLE generations (slot integer PRIMARY KEY, number bigint NOT NULL);
INSERT INTO generations SELECT slot, 0 FROM generate_series(0, 31) AS slot;

CREATE TABLE documents (
    key bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, -- stays where a document gets another id
    id text NOT NULL UNIQUE,
    name text NOT NULL,
    path text NOT NULL,
    title text NOT NULL,
    date text,
    media_type text NOT NULL,
    sha256 text NOT NULL,
    pages integer,
    author text NOT NULL,
    warnings jsonb NOT NULL,
    characters bigint NOT NULL,
    chunks bigint NOT NULL,
    terms bigint NOT NULL, -- how many words its chunks have, for the mean length
    text text NOT NULL,
    checksum text NOT NULL, -- see rag/index/checksum.py
    chunks_checksum text NOT NULL
);

CREATE TABLE sections (
    document_key bigint NOT NULL REFERENCES documents ON DELETE CASCADE,
    position integer NOT NULL,
    kind text NOT NULL,
    label text NOT NULL,
    start integer NOT NULL,
    "end" integer NOT NULL,
    level integer NOT NULL,
    PRIMARY KEY (document_key, position)
);

-- A sequence: the id of a removed chunk is never given to another.
CREATE TABLE chunks (
    id bigint PRIMARY KEY,
    document_key bigint NOT NULL REFERENCES documents ON DELETE CASCADE,
    start integer NOT NULL,
    "end" integer NOT NULL,
    context text NOT NULL, -- for embedding and full-text search
    reading text NOT NULL, -- what it is read under
    vector halfvec NOT NULL
);
CREATE SEQUENCE chunk_ids OWNED BY chunks.id;
CREATE INDEX chunks_by_document ON chunks (document_key);

-- How often each chunk has each stem. No reference to chunks, which would be looked up for every row.
CREATE TABLE postings (
    term text COLLATE "C" NOT NULL,
    chunk_id bigint NOT NULL,
    times integer NOT NULL,
    length integer NOT NULL, -- of the chunk, in words
    PRIMARY KEY (term, chunk_id) INCLUDE (times, length)
);
CREATE INDEX postings_by_chunk ON postings (chunk_id);
