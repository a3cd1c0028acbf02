-- The record of one index. Offsets are characters, half-open.
-- IF NOT EXISTS: two processes may make an index at once.
CREATE TABLE IF NOT EXISTS meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT;

CREATE TABLE IF NOT EXISTS roots (path TEXT PRIMARY KEY) STRICT;

CREATE TABLE IF NOT EXISTS documents (
    id TEXT PRIMARY KEY,
    name TEXT NOT NULL,
    path TEXT NOT NULL,
    title TEXT NOT NULL,
    date TEXT,
    media_type TEXT NOT NULL,
    sha256 TEXT NOT NULL,
    warnings TEXT NOT NULL,
    characters INTEGER NOT NULL,
    text TEXT NOT NULL,
    checksum TEXT NOT NULL, -- see checksum.py
    chunks_checksum TEXT NOT NULL
) STRICT;

-- Of documents with pages. Not in documents, where it would be read past the whole text.
CREATE TABLE IF NOT EXISTS page_counts (
    document_id TEXT PRIMARY KEY REFERENCES documents (id) ON DELETE CASCADE,
    pages INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- Of documents that say who wrote them. Not in documents, as page_counts.
CREATE TABLE IF NOT EXISTS authors (
    document_id TEXT PRIMARY KEY REFERENCES documents (id) ON DELETE CASCADE,
    author TEXT NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE IF NOT EXISTS sections (
    document_id TEXT NOT NULL REFERENCES documents (id) ON DELETE CASCADE,
    kind TEXT NOT NULL,
    label TEXT NOT NULL,
    start INTEGER NOT NULL,
    "end" INTEGER NOT NULL,
    level INTEGER NOT NULL DEFAULT 0
) STRICT;
CREATE INDEX IF NOT EXISTS sections_by_document ON sections (document_id);

-- AUTOINCREMENT: the id of a removed chunk is never given to another.
CREATE TABLE IF NOT EXISTS chunks (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    document_id TEXT NOT NULL REFERENCES documents (id) ON DELETE CASCADE,
    start INTEGER NOT NULL,
    "end" INTEGER NOT NULL,
    context TEXT NOT NULL, -- for embedding and full-text search
    vector BLOB NOT NULL,
    reading TEXT NOT NULL DEFAULT '' -- what it is read under
) STRICT;
CREATE INDEX IF NOT EXISTS chunks_by_document ON chunks (document_id);

-- Contentless: the text is in documents. A row is deleted by giving it the text it was made from.
CREATE VIRTUAL TABLE IF NOT EXISTS chunk_text USING fts5 (context, text, content='', tokenize='porter unicode61');

-- Which chunks went, in the order in which they went, so that what is derived from the chunks can follow.
CREATE TABLE IF NOT EXISTS removed_chunks (
    position INTEGER PRIMARY KEY AUTOINCREMENT,
    chunk_id INTEGER NOT NULL
) STRICT;
