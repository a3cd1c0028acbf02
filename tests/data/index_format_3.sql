-- An index of format 3 with two documents, as it was written then, but for its vectors' file.
CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT;

CREATE TABLE roots (path TEXT PRIMARY KEY) STRICT;

CREATE TABLE documents (
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
    checksum TEXT NOT NULL,
    chunks_checksum TEXT NOT NULL
) STRICT;

CREATE TABLE page_counts (
    document_id TEXT PRIMARY KEY REFERENCES documents (id) ON DELETE CASCADE,
    pages INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE sections (
    document_id TEXT NOT NULL REFERENCES documents (id) ON DELETE CASCADE,
    kind TEXT NOT NULL,
    label TEXT NOT NULL,
    start INTEGER NOT NULL,
    "end" INTEGER NOT NULL
) STRICT;
CREATE INDEX sections_by_document ON sections (document_id);

CREATE TABLE chunks (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    document_id TEXT NOT NULL REFERENCES documents (id) ON DELETE CASCADE,
    start INTEGER NOT NULL,
    "end" INTEGER NOT NULL,
    context TEXT NOT NULL,
    vector BLOB NOT NULL
) STRICT;
CREATE INDEX chunks_by_document ON chunks (document_id);

CREATE VIRTUAL TABLE chunk_text USING fts5 (context, text, content='', tokenize='porter unicode61');

CREATE TABLE removed_chunks (
    position INTEGER PRIMARY KEY AUTOINCREMENT,
    chunk_id INTEGER NOT NULL
) STRICT;

INSERT INTO meta VALUES ('manifest', '{"chunk_tokens": 32, "dimension": 64, "embedding_fingerprint": "0000000000000000000000000000000000000000000000000000000000000000", "embedding_model": "fake", "format_version": 3, "overlap_tokens": 8}');
INSERT INTO meta VALUES ('generation', '2');

INSERT INTO roots VALUES ('/library');

INSERT INTO documents VALUES ('4233405de8a7b96a', 'plots.md', '/library/plots.md', 'Allotments', NULL, 'text/markdown', 'a8443980dbfa983295e00e8ec09603b5334ca8d00da45071eaf8c17cb62e7a6f', '[]', 515, 'Allotments' || char(10) || '' || char(10) || 'Everyone may rent one plot.' || char(10) || '' || char(10) || 'Plots' || char(10) || '' || char(10) || 'Plot | Tenant | Rent' || char(10) || '1 | Odette Vale | 40 euros a year, paid in two halves in March and in September' || char(10) || '2 | Bram Stoker | 45 euros a year, paid in two halves in March and in September' || char(10) || '3 | Carl Friis | 50 euros a year, paid in two halves in March and in September' || char(10) || '' || char(10) || 'Duties' || char(10) || '' || char(10) || 'Every tenant has to:' || char(10) || '' || char(10) || '- keep the paths beside the plot clear of weeds and of tools at all times' || char(10) || '- water the young trees along the northern fence twice a week in summer' || char(10) || '- lock the gate in the evening', 'b8942cc0396e6804376faa954bd78d02a47ccfab0bb5c0a202535854365a1d74', 'ed818915ea343a1764fdb2f02a96f464528aab973d36090b8fa3b05aa7c0f98a');
INSERT INTO documents VALUES ('788f55b0fad6283f', 'report.pdf', '/library/report.pdf', 'Report of the club', NULL, 'text/plain', '9597dfc418cb1c8be7a5000ba1c98f70baacead16617d14314250d8132eedab6', '["page 3 has no text"]', 85, 'The roof of the boat house leaks. 👍' || char(12) || 'Seventy-six members attended the spring meeting.' || char(10) || '', 'abb1f9bc9b49e8918f148783649b77cb7b06d8affe6d1cfa920cba7741841b13', 'decb5ef263e49b7200ad088632ca421b4a8268dd3200f92cc5b0c1f0ff926731');

INSERT INTO page_counts VALUES ('788f55b0fad6283f', 2);

INSERT INTO sections VALUES ('4233405de8a7b96a', 'heading', 'Allotments', 0, 41);
INSERT INTO sections VALUES ('4233405de8a7b96a', 'heading', 'Plots', 41, 309);
INSERT INTO sections VALUES ('4233405de8a7b96a', 'heading', 'Duties', 309, 515);
INSERT INTO sections VALUES ('788f55b0fad6283f', 'page', '1', 0, 35);
INSERT INTO sections VALUES ('788f55b0fad6283f', 'page', '2', 36, 85);

INSERT INTO chunks VALUES (1, '4233405de8a7b96a', 0, 39, 'Allotments', X'2e1c000000000000000000000000000000008836000000008836000000000000000000000000000088360000000000000000000000000000000000000000883600000000000000000000000000000000000000000000000000000000000000000000883600000000883600000000000000000000000000000000000000000000');
INSERT INTO chunks VALUES (2, '4233405de8a7b96a', 41, 148, 'Allotments. Plots', X'1b3200000c320000000000000000000000000c32000000000c3200000000000000000000000000000c320000000000000000000000000000000000000c320000000000000c3200000c3200000c3200000000000000000000000000000000000000000000000000000c32000000000c3a0c320c32000000000000000000000000');
INSERT INTO chunks VALUES (3, '4233405de8a7b96a', 149, 228, 'Allotments. Plots', X'2b34000021340000000000000000000000000000000000000000213400000000000000000000000021340000000000000000000000000000000000002134000000000000000000000000213421340000000021340000213400000000000000000000000000000000213400000000213821340000000000000000000000000000');
INSERT INTO chunks VALUES (4, '4233405de8a7b96a', 229, 307, 'Allotments. Plots', X'2b34000021340000000000000000000000000000000000000000000000000000000000000000000021340000000000000000000000002134000000002134000021342134000000000000213421340000000000000000000000000000000000000000000000000000213400000000213821340000000000000000000000000000');
INSERT INTO chunks VALUES (5, '4233405de8a7b96a', 309, 412, 'Allotments. Duties', X'e919000000000000000000009e349e3400009e3400009e349e340000000000009e349e34000000000000000000000000000000000000000000009e3400000000000000009e340000000000009e3400000000000000000000000000000000000000000000000000009e34000000009e3400000000000000000000000000000000');
INSERT INTO chunks VALUES (6, '4233405de8a7b96a', 413, 515, 'Allotments. Duties', X'9d3300000000000000000000000000000000000000000000000000008a3300008a370000000000008a370000000000008a3300008a3300000000000000008a33000000000000000000008a3300000000000000008a338a338a3300000000000000000000000000008a3300000000000000000000000000000000000000000000');
INSERT INTO chunks VALUES (7, '788f55b0fad6283f', 0, 84, 'Report of the club', X'1f19000000000000003400000000000000000000003400000000000000000000000000000000003400000000000000000000000000000000000000380000000000000000000000000000000000000000000000340000000000000000000000000000003400340000000000000000000000000034000000340000000000000038');

INSERT INTO chunk_text (rowid, context, text) VALUES (1, 'Allotments', 'Allotments' || char(10) || '' || char(10) || 'Everyone may rent one plot.');
INSERT INTO chunk_text (rowid, context, text) VALUES (2, 'Allotments. Plots', 'Plots' || char(10) || '' || char(10) || 'Plot | Tenant | Rent' || char(10) || '1 | Odette Vale | 40 euros a year, paid in two halves in March and in September');
INSERT INTO chunk_text (rowid, context, text) VALUES (3, 'Allotments. Plots', '2 | Bram Stoker | 45 euros a year, paid in two halves in March and in September');
INSERT INTO chunk_text (rowid, context, text) VALUES (4, 'Allotments. Plots', '3 | Carl Friis | 50 euros a year, paid in two halves in March and in September');
INSERT INTO chunk_text (rowid, context, text) VALUES (5, 'Allotments. Duties', 'Duties' || char(10) || '' || char(10) || 'Every tenant has to:' || char(10) || '' || char(10) || '- keep the paths beside the plot clear of weeds and of tools at all times');
INSERT INTO chunk_text (rowid, context, text) VALUES (6, 'Allotments. Duties', '- water the young trees along the northern fence twice a week in summer' || char(10) || '- lock the gate in the evening');
INSERT INTO chunk_text (rowid, context, text) VALUES (7, 'Report of the club', 'The roof of the boat house leaks. 👍' || char(12) || 'Seventy-six members attended the spring meeting.');
