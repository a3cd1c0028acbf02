-- An index of format 2 with two documents, as it was written then, but for its vectors' file.
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

INSERT INTO meta VALUES ('manifest', '{"chunk_tokens": 32, "dimension": 64, "embedding_fingerprint": "0000000000000000000000000000000000000000000000000000000000000000", "embedding_model": "fake", "format_version": 2, "overlap_tokens": 8}');
INSERT INTO meta VALUES ('generation', '4');

INSERT INTO roots VALUES ('/library');

INSERT INTO documents VALUES ('788f55b0fad6283f', 'report.pdf', '/library/report.pdf', 'Report of the club', '2021-03-02', 'text/plain', '87b1072cfe2ce63112c102022cac37f37d820067bb32f7675a3fca3f9cabfdf8', '["page 3 has no text"]', 84, 'The roof of the boat house leaks. 👍' || char(12) || 'Seventy-six members attended the spring meeting.', '8b74008464045546bc1e6bd5d556296bc787f9eab5b78d7fa69b82d541af3dd8', 'decb5ef263e49b7200ad088632ca421b4a8268dd3200f92cc5b0c1f0ff926731');
INSERT INTO documents VALUES ('ea5c240e84686457', 'notes.md', '/library/notes.md', '# Garden', NULL, 'text/plain', 'bd90c58f6c2ef36215eef0cae4d02954a217edd98640257e672123bb663017a3', '[]', 54, '# Garden' || char(10) || '' || char(10) || 'The tulips were planted beside the harbour.' || char(10) || '', '5989ff00f7a8da1910472fee1ca286624f6b6e7d6c1a51bbf3fc7aa031609ff9', '11bb7d8cca3a4e492f38ab1a3f58007f8a68773b49b3efe8dfc32b12061a1f7f');

INSERT INTO sections VALUES ('788f55b0fad6283f', 'page', '1', 0, 36);
INSERT INTO sections VALUES ('788f55b0fad6283f', 'page', '2', 36, 84);
INSERT INTO sections VALUES ('ea5c240e84686457', 'heading', 'Garden', 0, 54);

INSERT INTO chunks VALUES (2, '788f55b0fad6283f', 0, 84, 'Report of the club', X'1f19000000000000003400000000000000000000003400000000000000000000000000000000003400000000000000000000000000000000000000380000000000000000000000000000000000000000000000340000000000000000000000000000003400340000000000000000000000000034000000340000000000000038');
INSERT INTO chunks VALUES (3, 'ea5c240e84686457', 0, 53, '# Garden. Garden', X'941c000000000000000000000000000000000000000000000000000000000000000000000000000000000000283700000000000028370000000000000000000000000000000000000000000028370000000000002837000000000000000028370000000000000000000000000000000000000000000000000000000000000000');

INSERT INTO removed_chunks VALUES (1, 1);

INSERT INTO chunk_text (rowid, context, text) VALUES (2, 'Report of the club', 'The roof of the boat house leaks. 👍' || char(12) || 'Seventy-six members attended the spring meeting.');
INSERT INTO chunk_text (rowid, context, text) VALUES (3, '# Garden. Garden', '# Garden' || char(10) || '' || char(10) || 'The tulips were planted beside the harbour.');
UPDATE sqlite_sequence SET seq = 3 WHERE name = 'chunks';
UPDATE sqlite_sequence SET seq = 1 WHERE name = 'removed_chunks';
